/**
 * Keeps encoded rows of a small split, so that each is encoded once in a fit instead of once an epoch: for a small network
 * encoding costs a tenth of a step. The numbers are the encoder's own, bit for bit. Larger splits are read as before.
 */
import type { Encoder, Split } from '#data';

const LARGEST_BYTES = 64 * 2 ** 20;

/** Bytes that are kept for a split of rows of so many numbers. */
export function keptRowBytes(split: Split, features: number): number {
  const bytes = split.size * features * Float32Array.BYTES_PER_ELEMENT;
  return bytes > LARGEST_BYTES ? 0 : bytes;
}

/** The encoder with a memory for `split`; rows have `features` numbers. */
export function cacheRows(encoder: Encoder, split: Split, features: number): Encoder {
  if (keptRowBytes(split, features) === 0) return encoder;
  const cache = new Float32Array(split.size * features);
  const known = new Uint8Array(split.size);
  return {
    ...encoder,
    read(from, indices, into) {
      if (from !== split) return encoder.read(from, indices, into);
      const missing = indices.filter((row) => known[row] !== 1);
      if (missing.length > 0) {
        const fresh = new Float32Array(missing.length * features);
        encoder.read(split, missing, fresh);
        missing.forEach((row, i) => {
          cache.set(fresh.subarray(i * features, (i + 1) * features), row * features);
          known[row] = 1;
        });
      }
      indices.forEach((row, i) => into.set(cache.subarray(row * features, (row + 1) * features), i * features));
    },
  };
}
