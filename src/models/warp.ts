/**
 * Input warping: a coordinate in [0, 1] is bent by a distribution function before a kernel sees it, so that one length scale may serve where the function
 * moves fast at one end of a range and hardly at the other.
 * Snoek, Swersky, Zemel & Adams 2014, "Input warping for Bayesian optimization of non-stationary functions" (arXiv:1402.0929), §3. Departs from the paper:
 * Kumaraswamy's distribution in place of the beta distribution, which has nearly the same shapes, and a distribution function and slopes in closed form.
 *   w(x) = 1 - (1 - x^a)^b      a, b > 0; the identity at a = b = 1; w(0) = 0, w(1) = 1
 */

/** Slopes by x, which may be infinite at the ends, are taken so far inside. */
const INSIDE = 1e-6;

export function warp(x: number, a: number, b: number): number {
  return 1 - (1 - x ** a) ** b;
}

/** ∂w / ∂x. */
export function warpSlope(x: number, a: number, b: number): number {
  const inside = Math.min(1 - INSIDE, Math.max(INSIDE, x));
  return a * b * inside ** (a - 1) * (1 - inside ** a) ** (b - 1);
}

/** ∂w / ∂ln a and ∂w / ∂ln b; both ends stay where they are. */
export function warpShapeSlopes(x: number, a: number, b: number): readonly [byA: number, byB: number] {
  const u = x ** a;
  const v = 1 - u;
  if (u <= 0 || v <= 0) return [0, 0];
  const power = v ** b;
  return [(a * b * power * u * Math.log(x)) / v, -b * power * Math.log(v)];
}

/** a and b of an axis in θ (hyperparameters.ts). */
export const warpOf = (theta: Float64Array, D: number, axis: number): readonly [a: number, b: number] => [
  Math.exp(theta[D + 2 + axis]!),
  Math.exp(theta[2 * D + 2 + axis]!),
];
