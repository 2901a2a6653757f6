/** What trials reported by step: the selected ones, or the best. */
import { useMemo } from 'react';
import type { TrialRecord } from '#core';
import { curvesPlot } from '#plots';
import { ChartPanel } from '../charts/chart-panel.tsx';
import { Choose, ChooseObjective, objectiveName } from '../charts/controls.tsx';
import { usePlotted } from '../charts/paced.ts';
import type { ViewProps } from '../contract.ts';

const LIMITS = ['10', '30', '100', '300'];
/** Metrics are named by the trials; so many of them are asked. */
const ASKED = 100;

export default function Curves(props: ViewProps) {
  const { study, selection, options, setOption } = props;
  const plotted = usePlotted(study, props.shown);
  const objective = objectiveName(study, options);
  const metrics = useMemo(() => metricsOf(plotted.trials), [plotted]);
  const metric =
    metrics.find((name) => name === options['metric']) ?? metrics.find((name) => name === objective) ?? metrics[0];
  const limit = LIMITS.find((each) => each === options['limit']) ?? '30';
  const chart = useMemo(
    () =>
      curvesPlot(plotted, {
        objective,
        limit: Number(limit),
        ...(metric !== undefined && { metric }),
        ...(selection.length > 0 && { trials: selection }),
      }),
    [plotted, objective, metric, limit, selection],
  );
  return (
    <>
      <div className="line">
        <ChooseObjective {...props} />
        {metrics.length > 1 && metric !== undefined && (
          <Choose label="Metric" value={metric} of={metrics} onChange={(name) => setOption('metric', name)} />
        )}
        <Choose label="At most" value={limit} of={LIMITS} onChange={(value) => setOption('limit', value)} />
        <span className="quiet">{selection.length > 0 ? 'the best of the selected trials' : 'the best trials'}</span>
      </div>
      <ChartPanel {...props} key={metric} chart={chart} name={`${study.definition.name}-curves`} />
    </>
  );
}

const metricsOf = (trials: readonly TrialRecord[]): string[] => [
  ...new Set(
    trials
      .filter(({ measurements }) => measurements.length > 0)
      .slice(0, ASKED)
      .flatMap(({ measurements }) => Object.keys(measurements[0]?.values ?? {})),
  ),
];
