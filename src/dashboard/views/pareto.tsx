/** Objectives against each other, one panel for each pair: of three objectives the three projections, the front in one colour in all of them. */
import { useMemo } from 'react';
import { paretoPlot } from '#plots';
import { trialsIn } from '../charts/area.ts';
import { ChartPanel } from '../charts/chart-panel.tsx';
import { usePlotted } from '../charts/paced.ts';
import type { ViewProps } from '../contract.ts';

export default function Pareto(props: ViewProps) {
  if (props.study.definition.objectives.length < 2)
    return <p>This study has one objective; a Pareto front needs two or more.</p>;
  return <Front {...props} />;
}

function Front(props: ViewProps) {
  const { study, selection } = props;
  const plotted = usePlotted(study, props.shown);
  const chart = useMemo(() => paretoPlot(plotted, { selected: selection }), [plotted, selection]);
  const numberOf = ([, , number]: readonly unknown[]): unknown => number;
  return (
    <ChartPanel
      {...props}
      chart={chart}
      name={`${study.definition.name}-pareto`}
      trialOf={numberOf}
      inArea={(area) => trialsIn(chart, area, numberOf)}
    />
  );
}
