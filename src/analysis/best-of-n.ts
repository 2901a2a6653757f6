/**
 * What the best of n trials would be, had only n of the N finished ones been run: expectation and band, exactly, without resampling.
 * Dodge et al. 2019, "Show your work", EMNLP (arXiv:1909.03004), §3, for draws without replacement (so that n = N is the best itself).
 *   y₁ <= … <= y_N  losses      P(best of n = y_k) = C(N - k, n - 1) / C(N, n)
 * Cost: O(N) for each n.
 */
import { sorted } from '#math';

export interface BestOfN {
  readonly n: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** For each n: the mean of the best of n, and the quantiles (1 - band) / 2 and (1 + band) / 2 of it. Losses are finite, lower is better. */
export function bestOfN(losses: ArrayLike<number>, ns: readonly number[], band = 0.8): BestOfN[] {
  const y = sorted(losses);
  const N = y.length;
  return ns.map((n) => {
    if (!(Number.isInteger(n) && n >= 1 && n <= N)) throw new Error(`internal: best of ${n} among ${N}`);
    // P(best >= y_k) falls from 1 by the factor (N - k - n + 1) / (N - k + 1) from one k to the next: no large binomials.
    let tail = 1;
    let mean = 0;
    let low = NaN;
    let high = NaN;
    for (let k = 0; k + n <= N; k++) {
      const next = (tail * (N - k - n)) / (N - k);
      mean += (tail - next) * y[k]!;
      const below = 1 - next; // P(best <= y_k)
      if (Number.isNaN(low) && below >= (1 - band) / 2 - 1e-12) low = y[k]!;
      if (Number.isNaN(high) && below >= (1 + band) / 2 - 1e-12) high = y[k]!;
      tail = next;
    }
    return { n, mean, low, high };
  });
}

/** The empirical distribution function of losses as steps: share of trials at or below each distinct loss. */
export function edf(losses: ArrayLike<number>): { readonly loss: number; readonly share: number }[] {
  const y = sorted(losses);
  const steps: { loss: number; share: number }[] = [];
  y.forEach((loss, i) => {
    if (loss !== y[i + 1]) steps.push({ loss, share: (i + 1) / y.length });
  });
  return steps;
}
