/**
 * Which rows an epoch is made of. 'shuffled': each training row once. 'balanced': as many rows, every class equally often (±1), so that a rare
 * class is seen as much as a common one; rows of a class take turns in shuffled order before any comes again within the epoch.
 */
import { type Rng, TuneError } from '#math';

export type Sampling = 'shuffled' | 'balanced';

/** @internal The rows of an epoch before they are shuffled; `targets` are those of the whole split. */
export function rowsOfEpoch(
  sampling: Sampling,
  indices: Int32Array,
  targets: Int32Array | Float32Array,
  rng: Rng,
): Int32Array {
  if (sampling === 'shuffled') return indices;
  if (!(targets instanceof Int32Array)) {
    throw new TuneError(
      'train',
      'fit: balanced sampling needs classes, and this is a regression: leave `sampling` out.',
    );
  }
  const byClass = new Map<number, number[]>();
  for (const row of indices) {
    const label = targets[row] ?? -1;
    const rows = byClass.get(label);
    if (rows === undefined) byClass.set(label, [row]);
    else rows.push(row);
  }
  const classes = [...byClass.keys()].sort((a, b) => a - b);
  const orders = classes.map((label) => rng.fork('class', label).shuffle([...(byClass.get(label) ?? [])]));
  // Which classes get one more when the rows do not divide evenly changes from epoch to epoch.
  const first = rng.fork('first').int(0, classes.length - 1);
  return Int32Array.from({ length: indices.length }, (_, i) => {
    const rows = orders[(i + first) % classes.length] ?? [];
    return rows[Math.floor(i / classes.length) % rows.length] ?? 0;
  });
}
