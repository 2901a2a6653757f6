/**
 * Sobol's sequence with nested uniform scrambling: points that fill the unit cube evenly, from any index on.
 * Sequence: Bratley & Fox 1988 (ACM TOMS 659) with the direction numbers of Joe & Kuo 2008. Scrambling: Owen 1995, by the hash of Laine & Karras as
 * improved by Burley 2020, "Practical hash-based Owen scrambling", JCGT 9(4).
 * Point i is computed directly (in Gray code order), so a resumed study needs no state. Cost: O(dimensions · log i).
 */
import type { Rng } from './rng.ts';
import { DIRECTIONS } from './sobol-directions.ts';

const BITS = 32;
/** Number of dimensions with direction numbers. */
export const SOBOL_DIMENSIONS = 1 + DIRECTIONS.split(';').length;

/** v₁ … v₃₂ of one dimension, each with its binary point left of bit 31. */
function directions(dimension: number): Uint32Array {
  const v = new Uint32Array(BITS);
  if (dimension === 0) return v.map((_, k) => 2 ** (BITS - 1 - k)); // van der Corput
  const [polynomial = 3, ...m] = DIRECTIONS.split(';')[dimension - 1]!.split(' ').map(Number);
  const degree = m.length;
  for (let k = 0; k < BITS; k++) {
    if (k < degree) {
      v[k] = m[k]! * 2 ** (BITS - 1 - k);
      continue;
    }
    let next = v[k - degree]! ^ (v[k - degree]! >>> degree);
    for (let j = 1; j < degree; j++) if ((polynomial >>> (degree - j)) & 1) next ^= v[k - j]!;
    v[k] = next;
  }
  return v;
}

function reverseBits(x: number): number {
  let y = x;
  y = ((y >>> 1) & 0x55555555) | ((y & 0x55555555) << 1);
  y = ((y >>> 2) & 0x33333333) | ((y & 0x33333333) << 2);
  y = ((y >>> 4) & 0x0f0f0f0f) | ((y & 0x0f0f0f0f) << 4);
  y = ((y >>> 8) & 0x00ff00ff) | ((y & 0x00ff00ff) << 8);
  return ((y >>> 16) | (y << 16)) >>> 0;
}

/** Flips each bit by a hash of the bits above it: an Owen scramble named by `seed`. */
function owenScramble(x: number, seed: number): number {
  let y = (reverseBits(x) + seed) | 0;
  y ^= Math.imul(y, 0x6c50b47c);
  y ^= Math.imul(y, 0xb82f1e52);
  y ^= Math.imul(y, 0xc7afe638);
  y ^= Math.imul(y, 0x8d22f6e6);
  return reverseBits(y);
}

export interface Sequence {
  /** Point number `index` >= 0 in [0, 1)^dimensions. */
  readonly point: (index: number) => Float64Array;
}

/** The plain sequence, or a scrambled one if an rng is given (its current numbers choose the scramble). */
export function createSobol(dimensions: number, rng?: Rng): Sequence {
  if (dimensions > SOBOL_DIMENSIONS)
    throw new Error(`internal: Sobol points have at most ${SOBOL_DIMENSIONS} dimensions`);
  const table = Array.from({ length: dimensions }, (_, d) => directions(d));
  const seeds = rng && Array.from({ length: dimensions }, () => rng.uint32());
  return {
    point(index) {
      const gray = (index ^ (index >>> 1)) >>> 0;
      return Float64Array.from(table, (v, d) => {
        let x = 0;
        for (let k = 0, bits = gray; bits !== 0; k++, bits >>>= 1) if (bits & 1) x ^= v[k]!;
        return (seeds ? owenScramble(x, seeds[d]!) : x >>> 0) / 2 ** BITS;
      });
    },
  };
}
