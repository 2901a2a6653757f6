/**
 * Keeps the search distribution of CMA-ES from settling inside one value of a discrete coordinate.
 * Hamano, Saito, Nomura & Shirakawa 2022 (CMA-ES with Margin, arXiv:2205.13482, §3): after each update the mean and a diagonal scale A are moved so that
 * the values beside the mean's own keep a probability of at least the margin α = 1/(n λ); at the ends of a range α, else α/2 on each side.
 *   v = m + σ y       a latent point, from which the distribution learns
 *   x = m + A (v - m) rounded to the values: the point that is tried
 *   cell of m         the interval of latent values that round to the same value as m
 * Cost: O(n) per generation.
 */
import { normalCdf, normalQuantile } from '#math';
import type { CmaState } from './cma.ts';

/** Ends of the cell of a value of coordinate j, ±Infinity at the ends of its range; null for continuous coordinates. */
export type CellOf = (j: number, value: number) => readonly [number, number] | null;

export interface Margined {
  readonly state: CmaState;
  /** A [n], the diagonal. */
  readonly scale: Float64Array;
}

export const withoutMargin = (state: CmaState): Margined => ({ state, scale: state.mean.map(() => 1) });

export function withMargin({ state, scale }: Margined, cellOf: CellOf): Margined {
  const { sigma, C, rates } = state;
  const n = state.mean.length;
  const alpha = 1 / (n * rates.lambda);
  const mean = Float64Array.from(state.mean);
  const A = Float64Array.from(scale);
  for (let j = 0; j < n; j++) {
    const m = mean[j]!;
    const cell = cellOf(j, m);
    if (cell === null) continue;
    const [low, high] = cell;
    const spread = sigma * A[j]! * Math.sqrt(C[j * n + j]!);
    if (low === -Infinity || high === Infinity) {
      const edge = low === -Infinity ? high : low;
      if (!Number.isFinite(edge)) continue; // a single value
      const farthest = spread * normalQuantile(1 - alpha);
      if (Math.abs(m - edge) > farthest) mean[j] = edge + Math.sign(m - edge) * farthest;
      continue;
    }
    const pLow = normalCdf((low - m) / spread);
    const pHigh = normalCdf((m - high) / spread);
    if (pLow > 0.5 || pHigh > 0.5) continue; // not possible within the cell but for rounding
    const raisedLow = Math.max(alpha / 2, pLow);
    const raisedHigh = Math.max(alpha / 2, pHigh);
    const pMiddle = 1 - pLow - pHigh;
    // What was added beyond 1 is taken from each in proportion to what it has above α/2.
    const excess = (1 - raisedLow - raisedHigh - pMiddle) / (raisedLow + pMiddle + raisedHigh - 1.5 * alpha);
    const limit = (p: number): number => Math.min(0.5 - 1e-10, Math.max(1e-10, p + excess * (p - alpha / 2)));
    const toLow = -normalQuantile(limit(raisedLow)); // distances to the ends of the cell in standard deviations
    const toHigh = -normalQuantile(limit(raisedHigh));
    A[j] = (high - low) / ((toLow + toHigh) * sigma * Math.sqrt(C[j * n + j]!));
    mean[j] = (low * toHigh + high * toLow) / (toLow + toHigh);
  }
  return { state: { ...state, mean }, scale: A };
}
