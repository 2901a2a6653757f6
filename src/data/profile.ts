/**
 * The part of a profile that is the same for every kind of data: row counts, class balance, range of the target.
 */
import type { Dataset, DatasetProfile, FeatureProfile, Split } from './dataset.ts';

/** Mean and population standard deviation in float64, two passes; std is 1 where all values are equal, so that it can divide. */
export function meanStd(values: ArrayLike<number>): { mean: number; std: number } {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i] ?? 0;
  const mean = n === 0 ? 0 : sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += ((values[i] ?? 0) - mean) ** 2;
  const std = n === 0 ? 0 : Math.sqrt(squares / n);
  // Rounding leaves a trace of spread in a constant column; dividing by it would blow up the first value that differs.
  return { mean, std: std > 1e-12 * Math.max(1, Math.abs(mean)) ? std : 1 };
}

export function range(values: ArrayLike<number>): { min: number; max: number } {
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const v = values[i] ?? 0;
    if (v < min) min = v;
    if (v > max) max = v;
  }
  return { min, max };
}

/** @internal */
export function profileOf(
  dataset: Pick<Dataset, 'name' | 'description' | 'task' | 'inputShape' | 'train' | 'test' | 'validation'>,
  features: readonly FeatureProfile[],
  notes: readonly string[] = [],
): DatasetProfile {
  const { name, description, task, inputShape, train, test, validation } = dataset;
  const held = validation?.length ?? 0;
  const count = (split: Split | null, label: number): number => (split === null ? 0 : countOf(split, label));
  return {
    name,
    description,
    task,
    inputShape,
    rows: { train: train.size - held, validation: validation === undefined ? null : held, test: test?.size ?? null },
    balance:
      task.kind === 'classification'
        ? task.labels.map((label, k) => ({ label, train: count(train, k), test: count(test, k) }))
        : null,
    target: task.kind === 'regression' ? { ...range(train.targets), ...meanStd(train.targets) } : null,
    features,
    notes,
  };
}

function countOf(split: Split, label: number): number {
  let n = 0;
  for (const target of split.targets) if (target === label) n++;
  return n;
}
