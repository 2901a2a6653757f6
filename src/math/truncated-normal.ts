/**
 * The normal distribution cut to an interval [low, high].
 * Log of the mass between two points is taken in the tail where it does not cancel (as scipy.stats.truncnorm does), so an interval 40 σ away is fine.
 *   μ  mean   σ  standard deviation of the uncut normal      a, b  the standardised ends (low - μ)/σ, (high - μ)/σ
 */
import { log1mexp, logSumExp, normalLogCdf, normalLogPdf, normalQuantile } from './special.ts';

/** ln(Φ(b) - Φ(a)) for a < b. */
export function normalLogMass(a: number, b: number): number {
  if (a > 0) return normalLogMass(-b, -a); // the left tail is the accurate one
  const upper = normalLogCdf(b);
  const lower = normalLogCdf(a);
  return lower === -Infinity ? upper : upper + log1mexp(upper - lower);
}

/** The z with ln Φ(z) = logP, also where exp(logP) underflows (Newton's method on ln Φ, which is concave). */
export function normalQuantileOfLog(logP: number): number {
  if (logP > -700) return normalQuantile(Math.exp(logP));
  let z = -Math.sqrt(-2 * logP);
  for (let i = 0; i < 10; i++) {
    const logCdf = normalLogCdf(z);
    z -= (logCdf - logP) * Math.exp(logCdf - normalLogPdf(z));
  }
  return z;
}

/** The x with probability u in [0, 1] below it: feed it uniform numbers to sample. */
export function truncatedNormalQuantile(u: number, mean: number, sd: number, low: number, high: number): number {
  const a = (low - mean) / sd;
  const b = (high - mean) / sd;
  if (a > 0) return 2 * mean - truncatedNormalQuantile(1 - u, mean, sd, 2 * mean - high, 2 * mean - low);
  const logP = logSumExp([Math.log1p(-u) + normalLogCdf(a), Math.log(u) + normalLogCdf(b)]);
  return Math.min(high, Math.max(low, mean + sd * normalQuantileOfLog(logP)));
}
