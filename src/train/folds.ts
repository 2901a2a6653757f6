/**
 * k-fold cross-validation. Stone 1974 (JRSS B 36): every row is validated once, by a model that was not trained on it. Folds hold the classes in
 * the proportions of the whole (±1 row a class). Each fold has its own encoder, learned from its training rows.
 * Cost: k fits.
 */
import type { Dataset } from '#data';
import { createRng, type Rng, TuneError } from '#math';
import { fit, type FitOptions, type FitResult } from './fit.ts';

export interface FitFoldsOptions extends Omit<
  FitOptions,
  'trainIndices' | 'validationIndices' | 'encoder' | 'resumeFrom'
> {
  readonly folds?: number;
  /** Rows that take part; all training rows by default. */
  readonly indices?: Int32Array;
}

export interface FoldsResult {
  readonly folds: readonly FitResult[];
  /** Mean of each metric over the folds, and its standard deviation between them. */
  readonly values: Readonly<Record<string, { readonly mean: number; readonly deviation: number }>>;
}

export async function fitFolds({ folds: k = 5, indices, ...options }: FitFoldsOptions): Promise<FoldsResult> {
  const { dataset, seed } = options;
  const rows = indices ?? Int32Array.from({ length: dataset.train.size }, (_, i) => i);
  const parts = foldsOf(dataset, rows, k, createRng(seed).fork('folds'));
  const folds: FitResult[] = [];
  for (const validationIndices of parts) {
    const held = new Set(validationIndices);
    const trainIndices = rows.filter((row) => !held.has(row));
    folds.push(await fit({ ...options, trainIndices, validationIndices }));
    if (options.signal?.aborted) break;
  }
  const names = Object.keys(folds[0]?.values ?? {});
  const values = names.map((name) => {
    const each = folds.map(({ values }) => values[name] ?? NaN);
    const mean = each.reduce((total, value) => total + value / each.length, 0);
    const squares = each.reduce((total, value) => total + (value - mean) ** 2, 0);
    return [name, { mean, deviation: Math.sqrt(squares / Math.max(1, each.length - 1)) }] as const;
  });
  return { folds, values: Object.fromEntries(values) };
}

/** @internal The rows of each fold, sorted. */
export function foldsOf({ name, train }: Dataset, rows: Int32Array, k: number, rng: Rng): Int32Array[] {
  if (!(Number.isSafeInteger(k) && k >= 2 && k <= rows.length)) {
    throw new TuneError(
      'train',
      `fitFolds: folds must be a whole number from 2 to the ${rows.length} rows of ${name}; got ${k}.`,
    );
  }
  const shuffled = rng.shuffle(rows.slice());
  // Rows of one class lie together and are dealt out in turn; the order within a class stays shuffled (sort is stable).
  if (train.targets instanceof Int32Array) shuffled.sort((a, b) => (train.targets[a] ?? 0) - (train.targets[b] ?? 0));
  return Array.from({ length: k }, (_, fold) => shuffled.filter((_row, i) => i % k === fold).sort());
}
