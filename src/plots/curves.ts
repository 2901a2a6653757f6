/** Learning curves: what trials reported by step, the better ones on top, with a mark where one was pruned. */
import { asLoss, type TrialRecord } from '#core';
import { count, groupedNumber } from '#text';
import { numberLabel } from './axis.ts';
import type { Chart, PlottedStudy } from './chart.ts';
import { tickNumber } from './format.ts';
import { BELOW_LEGEND, legend, middleName, title } from './layout.ts';
import { objectiveOf } from './study-values.ts';
import { PALETTE, STATE_COLORS } from './theme.ts';

export interface CurvesOptions {
  /** Default: the first. */
  readonly objective?: string;
  /** Another metric that trials reported, instead of the objective. */
  readonly metric?: string;
  /** Most curves that are drawn, the best of them; the title says how many there are. */
  readonly limit?: number;
  /** These trials by number, in place of the best. */
  readonly trials?: readonly number[];
}

/** This many curves get a colour and a place in the legend. */
const NAMED = 5;

export function curvesPlot(study: PlottedStudy, options: CurvesOptions = {}): Chart {
  const objective = objectiveOf(study, options.objective);
  const { metric = objective.name, limit = 100 } = options;
  const lossOf = (trial: TrialRecord): number => {
    const result = 'values' in trial ? trial.values?.[objective.name] : undefined;
    const value =
      result ?? trial.measurements.findLast(({ values }) => objective.name in values)?.values[objective.name];
    return value === undefined || Number.isNaN(value) ? Infinity : asLoss(objective.direction, value);
  };
  const asked = options.trials === undefined ? null : new Set(options.trials);
  const reporting = study.trials.filter(
    ({ number, measurements }) =>
      (asked === null || asked.has(number)) && measurements.some(({ values }) => metric in values),
  );
  const ranked = reporting
    .map((trial) => ({ trial, loss: lossOf(trial) }))
    .sort((a, b) => a.loss - b.loss || a.trial.number - b.trial.number)
    .slice(0, limit)
    .map(({ trial }) => trial);
  const curve = ({ measurements }: TrialRecord): [number, number][] =>
    measurements.flatMap(({ step, values }): [number, number][] => {
      const value = values[metric];
      return value !== undefined && Number.isFinite(value) ? [[step, value]] : [];
    });
  const pruned = ranked.flatMap((trial) => (trial.state === 'pruned' ? curve(trial).slice(-1) : []));
  const best = ranked[0];
  const end = best === undefined ? undefined : curve(best).at(-1)?.[1];
  return {
    description:
      `${metric} by step of ${count(ranked.length, 'trial')}` +
      (ranked.length < reporting.length ? `, the best of ${groupedNumber(reporting.length)}` : '') +
      `; ${pruned.length} of them were pruned. ` +
      (best === undefined || end === undefined
        ? 'Nothing was reported yet.'
        : `The best, trial ${best.number}, ends at ${tickNumber(end)}.`),
    table: () => ({
      columns: ['trial', 'state', 'step', metric],
      rows: ranked.flatMap((trial) => curve(trial).map(([step, value]) => [trial.number, trial.state, step, value])),
    }),
    option: {
      title: title(
        'Learning curves',
        ranked.length < reporting.length
          ? `the best ${ranked.length} of ${count(reporting.length, 'trial')}`
          : count(ranked.length, 'trial'),
      ),
      legend: {
        ...legend,
        data: [
          ...ranked.slice(0, NAMED).map(({ number }) => `trial ${number}`),
          ...(pruned.length > 0 ? ['pruned here'] : []),
        ],
      },
      grid: { left: 72, right: 24, top: BELOW_LEGEND, bottom: 48 },
      tooltip: { trigger: 'item' },
      xAxis: { type: 'value', ...middleName('step', 28), minInterval: 1, min: 'dataMin', max: 'dataMax' },
      yAxis: {
        type: 'value',
        ...middleName(metric, 56),
        scale: true,
        axisLabel: numberLabel,
      },
      series: [
        // The best is drawn last, over the others.
        ...ranked
          .map((trial, rank) => {
            const color = rank < NAMED ? PALETTE[rank]! : STATE_COLORS.waiting;
            return {
              name: `trial ${trial.number}`,
              type: 'line' as const,
              data: curve(trial),
              showSymbol: trial.measurements.length === 1,
              lineStyle: { width: rank < NAMED ? 2 : 1, color, opacity: rank < NAMED ? 1 : 0.4 },
              itemStyle: { color },
            };
          })
          .reverse(),
        {
          name: 'pruned here',
          type: 'scatter',
          symbol: 'triangle',
          symbolSize: 8,
          itemStyle: { color: STATE_COLORS.pruned },
          data: pruned,
          z: 5,
        },
      ],
    },
  };
}
