/** Parallel coordinates: a line for each complete trial through its parameters to its value; the colour tells the value. */
import type { Dimension, Flat } from '#space';
import { count, groupedNumber } from '#text';
import { axisName, cellsOf, numberLabel, onAxis, parameterAxis, type ParameterAxis } from './axis.ts';
import type { Chart, PlottedStudy } from './chart.ts';
import { tickNumber } from './format.ts';
import { BELOW_TITLE, colorScale, title } from './layout.ts';
import { cellOf, dimensionsOf, objectiveOf, sampled, samplesOf, valueOf, type Sample } from './study-values.ts';
import { PALETTE, POINT_SCALE } from './theme.ts';

export interface ParallelOptions {
  /** Default: the first. */
  readonly objective?: string;
  /** Paths; default all that can vary. */
  readonly params?: readonly string[];
  /** Most lines that are drawn: the better half of them the best trials, the others spread evenly over the rest. */
  readonly limit?: number;
  /** Numbers of trials to mark: their lines are drawn whatever the limit, the others step back. */
  readonly selected?: readonly number[];
}

/** On one axis the stretches that a brush covers, in numbers, or in places of the label where the axis has labels; null where it has none. */
export type Brushed = readonly (readonly [number, number])[] | null;

export interface ParallelChart extends Chart {
  /** What each axis shows, from the left: paths, then the objective. */
  readonly axes: readonly string[];
  /** Numbers of the trials (also of those not drawn) whose line passes through a stretch of every brushed axis. */
  readonly within: (brushed: readonly Brushed[]) => number[];
}

/** A parameter of a branch that was not taken has no value: its line passes at this label. */
const INACTIVE = '–';
/** An axis of numbers has no place for that label, so a conditional parameter is cut into this many cells. */
const CELLS = 12;

export function parallelPlot(study: PlottedStudy, options: ParallelOptions = {}): ParallelChart {
  const objective = objectiveOf(study, options.objective);
  const { limit = 1000, selected = [] } = options;
  const dimensions = dimensionsOf(study, options.params);
  const all = samplesOf(study, objective);
  const lines = sampled(all, objective, limit, new Set(selected));
  // The worst tenth of the lines share a colour: a few bad trials would leave one colour to all others.
  const worst = lines[Math.floor(0.9 * (lines.length - 1))]?.value ?? 0;
  const best = lines[0]?.value ?? 1;
  const coordinates = dimensions.map(coordinate);
  const line = ({ params, value }: Sample): (number | string)[] => [
    ...coordinates.map(({ place }) => place(params)),
    value,
  ];
  const chosen = new Set(selected);
  const series = (name: string, list: readonly Sample[], opacity: number, color?: string) => ({
    name,
    type: 'parallel' as const,
    // A thousand lines at once are drawn faster than in slices, and do not flicker.
    progressive: 0,
    lineStyle: { width: color === undefined ? 1 : 1.5, opacity, ...(color !== undefined && { color }) },
    data: list.toReversed().map(line),
  });
  return {
    axes: [...dimensions.map(({ path }) => path), objective.name],
    within(brushed) {
      const axes = [...coordinates.map(({ axis }) => axis), null];
      const tests = brushed.flatMap((stretches, i) => {
        if (stretches === null || stretches.length === 0) return [];
        const axis = axes[i];
        const places = axis?.type === 'category' ? new Map(axis.data.map((label, at) => [label, at])) : null;
        const at = coordinates[i]?.place;
        return (sample: Sample): boolean => {
          const place = at === undefined ? sample.value : at(sample.params);
          const x = places === null ? Number(place) : (places.get(String(place)) ?? NaN);
          return stretches.some(([from, to]) => x >= from && x <= to);
        };
      });
      if (tests.length === 0) return [];
      return all.filter((sample) => tests.every((test) => test(sample))).map(({ trial }) => trial.number);
    },
    table: () => ({
      columns: ['trial', ...dimensions.map(({ path }) => path), objective.name],
      rows: all.map(({ trial, params, value }) => [
        trial.number,
        ...dimensions.map((dimension) => cellOf(valueOf(dimension, params))),
        value,
      ]),
    }),
    description:
      `${count(lines.length, 'trial')}${lines.length < all.length ? ` of ${groupedNumber(all.length)} (the better half of them the best, the others evenly spread)` : ''} ` +
      `as lines through ${dimensions.map(axisName).join(', ')} to ${objective.name}.`,
    option: {
      title: title(
        'Parallel coordinates',
        lines.length < all.length
          ? `${groupedNumber(lines.length)} of ${count(all.length, 'trial')}`
          : count(lines.length, 'trial'),
      ),
      visualMap: {
        type: 'continuous',
        seriesIndex: 0,
        dimension: dimensions.length,
        min: Math.min(worst, best),
        max: Math.max(worst, best),
        inRange: { color: [...POINT_SCALE] },
        ...colorScale(
          objective.name,
          lines.length === 0 ? '' : `${worst < best ? '≤ ' : ''}${tickNumber(Math.min(worst, best))}`,
          lines.length === 0 ? '' : `${worst > best ? '≥ ' : ''}${tickNumber(Math.max(worst, best))}`,
        ),
        formatter: (value) => numberLabel.formatter(Number(value)),
      },
      parallel: {
        left: 64,
        right: 136,
        top: BELOW_TITLE + 44,
        bottom: 32,
        parallelAxisDefault: {
          nameTextStyle: { fontSize: 11 },
          // A name has the room of two axes, as every second one stands higher.
          nameTruncate: { maxWidth: Math.floor(1200 / dimensions.length) - 8 },
        },
      },
      parallelAxis: [
        ...coordinates.map(({ axis }, dim) => ({ dim, id: String(dim), nameGap: nameGap(dim), ...axis })),
        {
          dim: dimensions.length,
          id: String(dimensions.length),
          name: objective.name,
          nameGap: nameGap(dimensions.length),
          type: 'value' as const,
          scale: true,
          axisLabel: numberLabel,
        },
      ],
      series: [
        series('trials', lines, selected.length > 0 ? 0.08 : lines.length > 200 ? 0.25 : 0.7),
        ...(selected.length === 0
          ? []
          : [
              series(
                'selected',
                lines.filter(({ trial }) => chosen.has(trial.number)),
                0.7,
                PALETTE[3],
              ),
            ]),
      ],
    },
  };
}

const nameGap = (place: number): number => (place % 2 === 0 ? 14 : 32);

/** The axis of a parameter, and where a trial's line meets it. */
function coordinate(dimension: Dimension): { axis: ParameterAxis; place: (params: Flat) => number | string } {
  if (dimension.condition === null) {
    return {
      axis: parameterAxis(dimension),
      place: (params) => onAxis(dimension, params[dimension.path] ?? null),
    };
  }
  const { labels, cellOf: cell } = cellsOf(dimension, CELLS);
  return {
    axis: { type: 'category', name: axisName(dimension), data: [INACTIVE, ...labels] },
    place: (params) => {
      const value = valueOf(dimension, params);
      return value === undefined ? INACTIVE : labels[cell(value)]!;
    },
  };
}
