/** When each trial ran. */
import { CustomChart } from 'echarts/charts';
import { useMemo } from 'react';
import { timelinePlot } from '#plots';
import { ChartPanel } from '../charts/chart-panel.tsx';
import { echarts } from '../charts/echarts.ts';
import { usePlotted } from '../charts/paced.ts';
import type { ViewProps } from '../contract.ts';

echarts.use([CustomChart]);

export default function Timeline(props: ViewProps) {
  const { study } = props;
  const plotted = usePlotted(study, props.shown);
  const chart = useMemo(() => timelinePlot(plotted), [plotted]);
  return (
    <ChartPanel
      {...props}
      chart={chart}
      name={`${study.definition.name}-timeline`}
      trialOf={([, , , number]) => number}
    />
  );
}
