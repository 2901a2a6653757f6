/** Each parameter in its own scale against the objective. */
import { ScatterChart } from 'echarts/charts';
import { VisualMapComponent } from 'echarts/components';
import { useMemo } from 'react';
import { slicePlot } from '#plots';
import { trialsIn } from '../charts/area.ts';
import { ChartPanel } from '../charts/chart-panel.tsx';
import { ChooseObjective, objectiveName, useNarrow } from '../charts/controls.tsx';
import { echarts } from '../charts/echarts.ts';
import { usePlotted } from '../charts/paced.ts';
import type { ViewProps } from '../contract.ts';

echarts.use([ScatterChart, VisualMapComponent]);

export default function Slice(props: ViewProps) {
  const { study, selection, options } = props;
  const plotted = usePlotted(study, props.shown);
  const objective = objectiveName(study, options);
  const columns = useNarrow() ? 1 : 3;
  const chart = useMemo(
    () => slicePlot(plotted, { objective, columns, selected: selection }),
    [plotted, objective, columns, selection],
  );
  const numberOf = ([, , number]: readonly unknown[]): unknown => number;
  return (
    <>
      <div className="line">
        <ChooseObjective {...props} />
      </div>
      <ChartPanel
        {...props}
        key={`${objective} ${columns}`}
        chart={chart}
        name={`${study.definition.name}-slice`}
        trialOf={numberOf}
        inArea={(area) => trialsIn(chart, area, numberOf)}
      />
    </>
  );
}
