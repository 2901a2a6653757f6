/**
 * Halton's sequence, with randomly permuted digits if an rng is given: evenly spread points in any number of dimensions.
 * Halton 1960, Numer. Math. 2; digit permutations as in A. B. Owen 2017, "A randomized Halton algorithm in R" (arXiv:1706.02808).
 * Coordinate d of point i is the radical inverse of i in base pₐ, the d-th prime. Cost: O(dimensions · log i).
 */
import type { Rng } from './rng.ts';
import type { Sequence } from './sobol.ts';

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((p) => n % p !== 0)) primes.push(n);
  return primes;
}

export function createHalton(dimensions: number, rng?: Rng): Sequence {
  const axes = firstPrimes(dimensions).map((base, d) => {
    const digits = Math.ceil(53 / Math.log2(base)); // further digits are below the resolution of a double
    const permutations =
      rng &&
      Array.from({ length: digits }, (_, k) => {
        return rng.fork('halton', d, k).shuffle(Int32Array.from({ length: base }, (_, i) => i));
      });
    return { base, digits, permutations };
  });
  return {
    point: (index) =>
      Float64Array.from(axes, ({ base, digits, permutations }) => {
        let rest = index;
        let scale = 1 / base;
        let x = 0;
        for (let k = 0; k < digits && (permutations !== undefined || rest > 0); k++) {
          const digit = rest % base;
          x += (permutations ? permutations[k]![digit]! : digit) * scale;
          rest = Math.floor(rest / base);
          scale /= base;
        }
        return Math.min(x, 1 - 2 ** -53);
      }),
  };
}
