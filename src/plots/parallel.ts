/** Parallel coordinates: a line for each complete trial through its parameters to its value; the colour tells the value. */
import { asLoss } from '#core';
import type { Dimension, Flat } from '#space';
import { count } from '#text';
import { axisName, cellsOf, numberLabel, onAxis, parameterAxis, type ParameterAxis } from './axis.ts';
import type { Chart, PlottedStudy } from './chart.ts';

import { BELOW_TITLE, title } from './layout.ts';
import { dimensionsOf, objectiveOf, samplesOf, valueOf } from './study-values.ts';
import { POINT_SCALE } from './theme.ts';

export interface ParallelOptions {
  /** Default: the first. */
  readonly objective?: string;
  /** Paths; default all that can vary. */
  readonly params?: readonly string[];
  /** Most lines that are drawn: the better half of them the best trials, the others spread evenly over the rest. */
  readonly limit?: number;
}

/** A parameter of a branch that was not taken has no value: its line passes at this label. */
const INACTIVE = '–';
/** An axis of numbers has no place for that label, so a conditional parameter is cut into this many cells. */
const CELLS = 12;

export function parallelPlot(study: PlottedStudy, options: ParallelOptions = {}): Chart {
  const objective = objectiveOf(study, options.objective);
  const { limit = 1000 } = options;
  const dimensions = dimensionsOf(study, options.params);
  const all = samplesOf(study, objective).sort(
    (a, b) => asLoss(objective.direction, a.value) - asLoss(objective.direction, b.value),
  );
  const best = all.slice(0, all.length > limit ? Math.ceil(limit / 2) : limit);
  const rest = all.slice(best.length);
  const others = Math.min(limit - best.length, rest.length);
  const spread = Array.from({ length: others }, (_, i) => rest[Math.floor(((i + 0.5) * rest.length) / others)]!);
  const lines = [...best, ...spread];
  const values = all.map(({ value }) => value);
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const coordinates = dimensions.map(coordinate);
  return {
    description:
      `${count(lines.length, 'trial')}${lines.length < all.length ? ` of ${all.length} (the best half of them, the others evenly spread)` : ''} ` +
      `as lines through ${dimensions.map(axisName).join(', ')} to ${objective.name}.`,
    option: {
      title: title(
        'Parallel coordinates',
        lines.length < all.length ? `${lines.length} of ${all.length} trials` : count(lines.length, 'trial'),
      ),
      visualMap: {
        type: 'continuous',
        dimension: dimensions.length,
        min: Number.isFinite(low) ? low : 0,
        max: Number.isFinite(high) ? high : 1,
        inRange: { color: [...POINT_SCALE] },
        text: [objective.name, ''],
        right: 8,
        top: 'middle',
        formatter: (value) => numberLabel.formatter(Number(value)),
      },
      parallel: {
        left: 64,
        right: 136,
        top: BELOW_TITLE + 28,
        bottom: 32,
        parallelAxisDefault: {
          nameGap: 14,
          nameTextStyle: { fontSize: 11 },
          nameTruncate: { maxWidth: Math.floor(600 / dimensions.length) - 4 },
        },
      },
      parallelAxis: [
        ...coordinates.map(({ axis }, dim) => ({ dim, ...axis })),
        { dim: dimensions.length, name: objective.name, type: 'value' as const, scale: true, axisLabel: numberLabel },
      ],
      series: [
        {
          name: 'trials',
          type: 'parallel',
          lineStyle: { width: 1, opacity: lines.length > 200 ? 0.35 : 0.7 },
          data: [...lines]
            .reverse()
            .map(({ params, value }) => [...coordinates.map(({ place }) => place(params)), value]),
        },
      ],
    },
  };
}

/** The axis of a parameter, and where a trial's line meets it. */
function coordinate(dimension: Dimension): { axis: ParameterAxis; place: (params: Flat) => number | string } {
  if (dimension.condition === null) {
    return {
      axis: parameterAxis(dimension),
      place: (params) => onAxis(dimension, params[dimension.path] ?? null),
    };
  }
  const { labels, cellOf } = cellsOf(dimension, CELLS);
  return {
    axis: { type: 'category', name: axisName(dimension), data: [INACTIVE, ...labels] },
    place: (params) => {
      const value = valueOf(dimension, params);
      return value === undefined ? INACTIVE : labels[cellOf(value)]!;
    },
  };
}
