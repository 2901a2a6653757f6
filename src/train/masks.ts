/**
 * Dropout masks of a step: ones with probability `keep`, else zeros. Each mask of each step has a stream of its own, named
 * by the mask and the step, so a resumed run drops the same units as an unbroken one and nothing about it need be saved.
 */
import type { Rng } from '#math';

const TWO_TO_32 = 4294967296;

/** Overwrites `into`. A draw is one 32-bit word: `keep` is met within 2⁻³². */
export function fillMask(into: Float32Array, keep: number, rng: Rng): void {
  const below = keep * TWO_TO_32;
  for (let i = 0; i < into.length; i++) into[i] = rng.uint32() < below ? 1 : 0;
}
