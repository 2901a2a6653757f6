/**
 * Log expected improvement below the best value, stable where the improvement itself underflows.
 * Ament et al. 2023, "Unexpected improvements to expected improvement", NeurIPS (arXiv:2310.20708), equations 8 and 9.
 *   z = (best - μ) / σ      h(z) = φ(z) + z Φ(z)      LogEI = ln σ + ln h(z)
 */
import { erfcx, normalCdf, normalLogPdf, normalPdf } from '#math';

const SQRT_HALF_PI = Math.sqrt(Math.PI / 2);

/** ln h(z). */
export function logImprovement(z: number): number {
  if (z > -1) return Math.log(normalPdf(z) + z * normalCdf(z));
  // h = φ (1 - |z| √(π/2) erfcx(|z|/√2)); the bracket cancels to 1/z² - 3/z⁴ + …, which is used where that costs digits.
  if (z < -1e3) return normalLogPdf(z) - 2 * Math.log(-z) + Math.log1p(-3 / (z * z));
  return normalLogPdf(z) + Math.log1p(z * SQRT_HALF_PI * erfcx(-z / Math.SQRT2));
}

/** h'(z) / h(z) = Φ(z) / h(z), the slope of `logImprovement`. */
export function logImprovementSlope(z: number): number {
  if (z > -1) return normalCdf(z) / (normalPdf(z) + z * normalCdf(z));
  const mills = SQRT_HALF_PI * erfcx(-z / Math.SQRT2); // Φ / φ
  return z < -1e3 ? -z + 2 / -z : mills / (1 + z * mills);
}

export function logExpectedImprovement(mean: number, variance: number, best: number): number {
  const sd = Math.sqrt(variance);
  return Math.log(sd) + logImprovement((best - mean) / sd);
}

/** ∂LogEI / ∂μ and ∂LogEI / ∂σ². */
export function logExpectedImprovementSlopes(
  mean: number,
  variance: number,
  best: number,
): { byMean: number; byVariance: number } {
  const sd = Math.sqrt(variance);
  const z = (best - mean) / sd;
  const slope = logImprovementSlope(z);
  return { byMean: -slope / sd, byVariance: (1 - z * slope) / (2 * variance) };
}
