/** The leaves of a space as algorithms see them: one list, parents before children, each with its condition and its geometry. */
import type { Choice, Fields, FloatParam, IntParam, Param } from './param.ts';

/** One leaf of the space. Parents come before children, fields in written order. */
export interface Dimension {
  /** `optimizer.sgd.momentum`. */
  readonly path: string;
  /** The last part of the path. */
  readonly name: string;
  readonly param: Param;
  /** The branch and label under which this dimension exists; null at the top. */
  readonly condition: { readonly path: string; readonly label: string } | null;
  /** Geometry for models: near values are alike ('continuous', 'ordered'), or not ('unordered': labels of a branch, strings, a constant). */
  readonly type: 'continuous' | 'ordered' | 'unordered';
  /** Number of values; Infinity when continuous, 1 when fixed. */
  readonly size: number;
  /** Values of a choice, labels of a branch, the value of a constant, in the order of their cells in the unit cube; null for numbers. */
  readonly labels: readonly Choice[] | null;
}

export function dimensionsOf(fields: Fields, prefix: string, condition: Dimension['condition']): Dimension[] {
  return Object.entries(fields).flatMap(([name, param]) => {
    const path = prefix + name;
    const own: Dimension = { path, name, param, condition, ...shapeOf(param) };
    if (param.kind !== 'branch') return [own];
    return [
      own,
      ...Object.entries(param.branches).flatMap(([label, below]) =>
        dimensionsOf(below, `${path}.${label}.`, { path, label }),
      ),
    ];
  });
}

/** The dimension that models see: for a constant that was a parameter before an edit, this parameter. */
export function asSearched(dimension: Dimension): Dimension {
  const { param } = dimension;
  return param.kind === 'fixed' && param.was !== null
    ? { ...dimension, param: param.was, ...shapeOf(param.was) }
    : dimension;
}

function shapeOf(param: Param): Pick<Dimension, 'type' | 'size' | 'labels'> {
  switch (param.kind) {
    case 'float': {
      const size = stepCount(param);
      return { type: size === Infinity ? 'continuous' : 'ordered', size, labels: null };
    }
    case 'int':
      return { type: 'ordered', size: stepCount(param), labels: null };
    case 'choice': {
      // Evenly spaced cells: for numbers evenly spaced in log this is the log scale, for others their rank.
      const byValue = param.ordered && param.choices.every((c) => typeof c === 'number');
      const labels = byValue ? [...param.choices].sort((a, b) => Number(a) - Number(b)) : param.choices;
      return { type: param.ordered ? 'ordered' : 'unordered', size: labels.length, labels };
    }
    case 'branch': {
      const labels = Object.keys(param.branches);
      return { type: 'unordered', size: labels.length, labels };
    }
    case 'fixed':
      return { type: 'unordered', size: 1, labels: [param.value] };
  }
}

/** How many values low, low + step, … lie in the range; Infinity without a step. */
export function stepCount({ low, high, step }: FloatParam | IntParam): number {
  return step === null ? Infinity : Math.floor((high - low) / step + 1e-9) + 1;
}
