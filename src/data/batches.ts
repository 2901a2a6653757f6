/**
 * Cuts rows into batches, shuffled when an rng is given; the last batch may be smaller and is kept.
 */
import { TuneError, type Rng } from '#math';

/** Yields views into one shuffled copy: a batch stays valid as long as the caller holds it. */
export function* batches(indices: Int32Array, batchSize: number, rng?: Rng): Generator<Int32Array, void, undefined> {
  if (!(Number.isSafeInteger(batchSize) && batchSize > 0)) {
    throw new TuneError('batchSize', `The batch size must be a whole number of at least 1; got ${batchSize}.`, {
      batchSize,
    });
  }
  const order = rng === undefined ? indices : rng.shuffle(indices.slice());
  for (let start = 0; start < order.length; start += batchSize) yield order.subarray(start, start + batchSize);
}
