/**
 * Splits rows into two parts by chance, each class in proportion (stratified) when targets are classes.
 * Rows per class follow the largest-remainder rule, so the total is round(fraction · n) exactly, and every class keeps a training row.
 */
import { TuneError, type Rng } from '#math';
import type { Dataset } from './dataset.ts';

export interface SplitOptions {
  /** Share of the rows for the second part, in [0, 1). */
  readonly fraction: number;
  readonly rng: Rng;
  /** Default: true for classes (int32), false for numbers (float32). */
  readonly stratified?: boolean;
}

export interface SplitIndices {
  readonly train: Int32Array; // ascending
  readonly validation: Int32Array; // ascending
}

export function splitIndices(
  targets: Int32Array | Float32Array,
  { fraction, rng, stratified = targets instanceof Int32Array }: SplitOptions,
): SplitIndices {
  const n = targets.length;
  if (!(fraction >= 0 && fraction < 1)) {
    throw new TuneError('split', `A validation or test split must be a share in [0, 1); got ${fraction}.`, {
      fraction,
    });
  }
  const wanted = fraction === 0 ? 0 : Math.max(1, Math.round(fraction * n));
  if (wanted >= n) {
    throw new TuneError('split', `A split of ${fraction} leaves no row to train on: there are ${n} rows.`, {
      fraction,
      rows: n,
    });
  }
  const groups = stratified ? byTarget(targets) : [Int32Array.from({ length: n }, (_, i) => i)];
  const taken = shares(
    groups.map((rows) => rows.length),
    fraction,
    wanted,
  );
  const chosen = new Uint8Array(n);
  groups.forEach((rows, g) => {
    rng.shuffle(rows);
    for (const row of rows.subarray(0, taken[g])) chosen[row] = 1;
  });
  const count = taken.reduce((sum, k) => sum + k, 0);
  const train = new Int32Array(n - count);
  const validation = new Int32Array(count);
  for (let i = 0, t = 0, v = 0; i < n; i++) {
    if (chosen[i] === 1) validation[v++] = i;
    else train[t++] = i;
  }
  return { train, validation };
}

/** Training and validation rows of a data set: its own validation part if it has one, else a split by `fraction`. */
export function trainValidation(
  dataset: Pick<Dataset, 'train' | 'validation'>,
  options: { readonly fraction: number; readonly rng: Rng },
): SplitIndices {
  const own = dataset.validation;
  if (own === undefined) return splitIndices(dataset.train.targets, options);
  const held = new Set(own);
  const train = Int32Array.from({ length: dataset.train.size }, (_, i) => i).filter((i) => !held.has(i));
  return { train, validation: own };
}

/** Row numbers of each target value, in the order of the values. */
function byTarget(targets: Int32Array | Float32Array): Int32Array[] {
  const rows = new Map<number, number[]>();
  targets.forEach((target, i) => {
    const list = rows.get(target);
    if (list === undefined) rows.set(target, [i]);
    else list.push(i);
  });
  return [...rows.entries()].sort(([a], [b]) => a - b).map(([, list]) => Int32Array.from(list));
}

/** How many of each group to take: floors first, then the largest remainders; a group never gives its last row. */
function shares(sizes: readonly number[], fraction: number, wanted: number): number[] {
  const limits = sizes.map((size) => Math.max(0, size - 1));
  const taken = sizes.map((size, g) => Math.min(limits[g] ?? 0, Math.floor(size * fraction)));
  const order = sizes
    .map((size, g) => ({ g, remainder: size * fraction - Math.floor(size * fraction) }))
    .sort((a, b) => b.remainder - a.remainder || a.g - b.g);
  let open = wanted - taken.reduce((sum, k) => sum + k, 0);
  for (let progress = true; open > 0 && progress;) {
    progress = false;
    for (const { g } of order) {
      if (open > 0 && (taken[g] ?? 0) < (limits[g] ?? 0)) {
        taken[g] = (taken[g] ?? 0) + 1;
        open--;
        progress = true;
      }
    }
  }
  return taken;
}
