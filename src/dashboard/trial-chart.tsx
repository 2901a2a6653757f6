/** A chart of one of a trial's files: its confusion matrix, or its schedule. Drawn anew when the file has changed. */
import { HeatmapChart } from 'echarts/charts';
import { VisualMapComponent } from 'echarts/components';
import { useMemo } from 'react';
import { trialFilePlot, type Chart, type ThemeName, type TrialFileKind } from '#plots';
import { ChartPanel } from './charts/chart-panel.tsx';
import { echarts } from './charts/echarts.ts';

echarts.use([HeatmapChart, VisualMapComponent]);

interface TrialChartProps {
  readonly kind: TrialFileKind;
  readonly text: string;
  /** Of saved files. */
  readonly name: string;
  readonly theme: ThemeName;
}

export default function TrialChart({ kind, text, name, theme }: TrialChartProps) {
  const drawn = useMemo((): { chart: Chart } | { refusal: string } => {
    try {
      return { chart: trialFilePlot(kind, text) };
    } catch (error) {
      return { refusal: error instanceof Error ? error.message : String(error) };
    }
  }, [kind, text]);
  if ('refusal' in drawn) return <p className="refusal">{drawn.refusal}</p>;
  return (
    <ChartPanel
      chart={drawn.chart}
      name={`${name}-${kind}`}
      theme={theme}
      selection={NONE}
      onSelect={nothing}
      openTrial={nothing}
    />
  );
}

const NONE: readonly number[] = [];
const nothing = (): void => undefined;
