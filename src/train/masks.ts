/**
 * Dropout masks of a step: ones with probability `keep`, else zeros. Each mask of each step has a stream of its own, named
 * by the mask and the step, so a resumed run drops the same units as an unbroken one and nothing about it need be saved.
 */
import type { Rng } from '#math';

const TWO_TO_16 = 65536;

/** Overwrites `into`. A draw is half a 32-bit word: `keep` is met within 2⁻¹⁷, for half the cost of a word each. */
export function fillMask(into: Float32Array, keep: number, rng: Rng): void {
  const below = Math.round(keep * TWO_TO_16);
  for (let i = 0; i < into.length; i += 2) {
    const word = rng.uint32();
    into[i] = word >>> 16 < below ? 1 : 0;
    into[i + 1] = (word & 0xffff) < below ? 1 : 0; // past the end of an odd length: ignored by typed arrays
  }
}
