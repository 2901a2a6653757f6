/** One small plot for each parameter: its value against the objective's, in the parameter's own scale; from early trials (blue) to late ones (amber). */
import { ticks } from '#math';
import { count, groupedNumber } from '#text';
import { axisName, numberLabel, onAxis, parameterAxis } from './axis.ts';
import type { Chart, PlottedStudy } from './chart.ts';

import { BELOW_TITLE, middleName, title } from './layout.ts';
import { markedSeries } from './marked.ts';
import { cellOf, dimensionsOf, objectiveOf, sampled, samplesOf, valueOf } from './study-values.ts';
import { POINT_SCALE } from './theme.ts';

export interface SliceOptions {
  /** Default: the first. */
  readonly objective?: string;
  /** Paths; default all that can vary. */
  readonly params?: readonly string[];
  /** Most trials that are drawn: the better half of them the best, the others spread evenly over the rest. */
  readonly limit?: number;
  /** Numbers of trials to mark; they are drawn whatever the limit. */
  readonly selected?: readonly number[];
  /** Plots side by side. */
  readonly columns?: number;
}

const ROW_HEIGHT = 220;

export function slicePlot(study: PlottedStudy, options: SliceOptions = {}): Chart {
  const { objective: name, params, limit = 1000, selected = [] } = options;
  const objective = objectiveOf(study, name);
  const all = samplesOf(study, objective);
  // By number, so that late trials lie on early ones.
  const samples = sampled(all, objective, limit, new Set(selected)).sort((a, b) => a.trial.number - b.trial.number);
  const dimensions = dimensionsOf(study, params);
  const columns = Math.min(options.columns ?? 3, dimensions.length);
  const rows = Math.ceil(dimensions.length / columns);
  const height = BELOW_TITLE + 8 + rows * ROW_HEIGHT;
  const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(2)}%`;
  // 8 % of the width is left for the values' labels.
  const cell = (i: number): { left: string; width: string; top: number; height: number } => ({
    left: percent(8 + (i % columns) * (90 / columns), 100),
    width: percent(90 / columns - 5, 100),
    top: BELOW_TITLE + Math.floor(i / columns) * ROW_HEIGHT,
    height: ROW_HEIGHT - 72,
  });
  // One range for all: the values' labels stand on the left alone.
  const values = samples.map(({ value }) => value).filter(Number.isFinite);
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const [first = 0, second = 0] = ticks(low, high);
  const step = second - first;
  const range = step > 0 ? { min: step * Math.floor(low / step), max: step * Math.ceil(high / step) } : { scale: true };
  const last = Math.max(1, samples.at(-1)?.trial.number ?? 0);
  const points = dimensions.map((dimension) =>
    samples.flatMap(({ trial, value, params: flat }): [number | string, number, number][] => {
      const x = valueOf(dimension, flat);
      return x === undefined ? [] : [[onAxis(dimension, x), value, trial.number]];
    }),
  );
  return {
    description:
      `${objective.name} against each of ${count(dimensions.length, 'parameter')} ` +
      `(${dimensions.map(axisName).join(', ')}), from ` +
      `${count(samples.length, 'complete trial')}${samples.length < all.length ? ` of ${groupedNumber(all.length)} (the better half of them the best, the others evenly spread)` : ''}.`,
    table: () => ({
      columns: ['trial', ...dimensions.map(({ path }) => path), objective.name],
      rows: all.map(({ trial, params: flat, value }) => [
        trial.number,
        ...dimensions.map((dimension) => cellOf(valueOf(dimension, flat))),
        value,
      ]),
    }),
    height,
    option: {
      title: title(
        'Slices',
        `blue: early trials, amber: late ones${samples.length < all.length ? `; ${groupedNumber(samples.length)} of ${count(all.length, 'trial')}` : ''}`,
      ),
      tooltip: { trigger: 'item' },
      visualMap: {
        show: false,
        seriesIndex: dimensions.map((_, i) => i),
        min: 0,
        max: last,
        dimension: 2,
        inRange: { color: [...POINT_SCALE] },
      },
      grid: dimensions.map((_, i) => cell(i)),
      xAxis: dimensions.map((dimension, gridIndex) => ({
        ...parameterAxis(dimension),
        gridIndex,
        nameLocation: 'middle' as const,
        nameGap: 26,
      })),
      yAxis: dimensions.map((_, gridIndex) => ({
        type: 'value' as const,
        gridIndex,
        ...range,
        axisLabel: { ...numberLabel, show: gridIndex % columns === 0 },
        ...(gridIndex % columns === 0 && {
          ...middleName(objective.name, 52),
        }),
      })),
      series: [
        ...dimensions.map((dimension, i) => ({
          name: dimension.path,
          type: 'scatter' as const,
          xAxisIndex: i,
          yAxisIndex: i,
          symbolSize: 6,
          progressive: 0,
          data: points[i]!,
        })),
        ...points.flatMap((rows, i) =>
          markedSeries(rows, selected, ([, , number]) => number, { xAxisIndex: i, yAxisIndex: i }),
        ),
      ],
    },
  };
}
