/** The axis of a parameter in its own scale: linear, logarithmic, or its values side by side. */
import { fromUnit, toUnit, type Choice, type Dimension } from '#space';
import { tickNumber } from './format.ts';

export function parameterAxis(dimension: Dimension): ParameterAxis {
  const { param, labels } = dimension;
  const name = axisName(dimension);
  if (labels !== null) return { type: 'category', name, data: labels.map(String) };
  if (!('low' in param)) throw new Error(`internal: no axis for ${param.kind}`);
  return {
    type: param.log ? 'log' : 'value',
    name,
    min: param.low,
    max: param.high,
    ...(param.kind === 'int' && { minInterval: 1 }),
    axisLabel: numberLabel,
  };
}

export type ParameterAxis =
  | {
      readonly type: 'value' | 'log';
      readonly name: string;
      readonly min: number;
      readonly max: number;
      readonly minInterval?: number;
      readonly axisLabel: typeof numberLabel;
    }
  | { readonly type: 'category'; readonly name: string; readonly data: string[] };

/** Where a value lies on its axis. */
export const onAxis = ({ labels }: Dimension, value: Choice): number | string =>
  labels === null && typeof value === 'number' ? value : String(value);

/** Short enough for an axis: `momentum (sgd)` for `optimizer.sgd.momentum`, and the scale where it is not linear. */
export function axisName({ name, path, param, condition }: Dimension): string {
  const notes = [condition?.label, 'log' in param && param.log ? 'log' : undefined].filter(
    (note) => note !== undefined,
  );
  return notes.length === 0 ? path : `${name} (${notes.join(', ')})`;
}

/** Labels of a number axis. */
export const numberLabel = { formatter: (value: number): string => tickNumber(value), hideOverlap: true } as const;

/** A parameter cut into cells of equal width in its own scale, each named by its middle; the values themselves where they are few. */
export interface Cells {
  readonly labels: readonly string[];
  readonly cellOf: (value: Choice) => number;
}

export function cellsOf(dimension: Dimension, most: number): Cells {
  const count = Math.min(most, dimension.size);
  const middle = (i: number): Choice => fromUnit(dimension, (i + 0.5) / count);
  return {
    labels: Array.from({ length: count }, (_, i) => {
      const value = middle(i);
      return typeof value === 'number' ? tickNumber(Number(value.toPrecision(3))) : String(value);
    }),
    cellOf: (value) => Math.min(count - 1, Math.floor(toUnit(dimension, value) * count)),
  };
}
