/**
 * Makes skewed numbers look normal: the power transform of Yeo & Johnson 2000, Biometrika 87(4), with its exponent chosen by maximum a posteriori.
 * Departs from the paper: numbers are first scaled robustly, far outliers are pulled in, and a weak normal prior keeps λ near 1 for few numbers.
 *   y  [n]   z  [n] the same, standardised   ψ(z, λ)  the transform; λ = 1 is the identity
 */
import { mean, quantileSorted, sorted, standardDeviation } from './statistics.ts';

/** ψ(z, λ), equation 2.1 of the paper. */
export function yeoJohnson(z: number, lambda: number): number {
  if (z >= 0) return Math.abs(lambda) < 1e-9 ? Math.log1p(z) : Math.expm1(lambda * Math.log1p(z)) / lambda;
  const mu = 2 - lambda;
  return Math.abs(mu) < 1e-9 ? -Math.log1p(-z) : -Math.expm1(mu * Math.log1p(-z)) / mu;
}

/** z with ψ(z, λ) = y. Where ψ is bounded and y lies beyond its bound, z just short of it. */
export function yeoJohnsonInverse(y: number, lambda: number): number {
  const power = y >= 0 ? lambda : 2 - lambda;
  const size = Math.abs(y);
  const z =
    Math.abs(power) < 1e-9 ? Math.expm1(size) : Math.expm1(Math.log1p(Math.max(power * size, -1 + 1e-6)) / power);
  return y >= 0 ? z : -z;
}

/** Mean 0, standard deviation 1; constants become 0. Scaled by the largest magnitude first, so that squares of 1e300 do not overflow. */
export function standardise(ys: ArrayLike<number>): Float64Array {
  let largest = 0;
  for (let i = 0; i < ys.length; i++) largest = Math.max(largest, Math.abs(ys[i]!));
  const scaled = Float64Array.from(ys, (y) => (largest > 0 ? y / largest : 0));
  const centre = mean(scaled);
  const sd = standardDeviation(scaled);
  return scaled.map((y) => (sd > 1e-15 ? (y - centre) / sd : 0));
}

/**
 * λ in -2, -1.75 … 4 of highest likelihood (equation 3.1: -n/2 ln σ̂² + (λ - 1) Σ sign(z) ln(1 + |z|)) times a normal prior of mean 1 and sd 1.
 */
export function yeoJohnsonExponent(z: ArrayLike<number>): number {
  const n = z.length;
  const logs = Float64Array.from(z, (v) => Math.log1p(Math.abs(v)));
  const signedLogs = logs.reduce((sum, l, i) => sum + (z[i]! < 0 ? -l : l), 0);
  const transformed = new Float64Array(n);
  let best = 1;
  let bestScore = -Infinity;
  for (let lambda = -2; lambda <= 4; lambda += 0.25) {
    for (let i = 0; i < n; i++) {
      // As in yeoJohnson, with the logarithms taken once for all λ.
      const power = z[i]! < 0 ? 2 - lambda : lambda;
      const size = power === 0 ? logs[i]! : (Math.exp(power * logs[i]!) - 1) / power;
      transformed[i] = z[i]! < 0 ? -size : size;
    }
    const sd = standardDeviation(transformed);
    const score = sd > 1e-9 ? -n * Math.log(sd) + (lambda - 1) * signedLogs - 0.5 * (lambda - 1) ** 2 : -Infinity;
    if (score > bestScore) [best, bestScore] = [lambda, score];
  }
  return best;
}

/**
 * Pulls diverged values in: a run that ended at 1e300 tells "bad", not how bad. The limit lies `reach` spreads (quantile - minimum) above the median; the
 * better quarter and eighth set limits of 4 and 16 times that reach, for samples of which most diverged.
 */
export function clipUpper(ys: ArrayLike<number>, reach: number): Float64Array {
  const order = sorted(ys);
  let limit = Infinity;
  for (const [q, factor] of [
    [0.5, 1],
    [0.25, 4],
    [0.125, 16],
  ] as const) {
    const level = quantileSorted(order, q);
    const spread = level - order[0]!;
    if (spread > 0 && order.length * q >= 2) limit = Math.min(limit, level + reach * factor * spread);
  }
  return Float64Array.from(ys, (y) => Math.min(y, limit));
}
