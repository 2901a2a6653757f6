/**
 * Quantiles of Student's t distribution with a whole number of degrees of freedom.
 * Abramowitz & Stegun 1964, equations 26.7.3 and 26.7.4: P(|T| < t) as a finite sum in θ = arctan(t / √ν); inverted by bisection in θ.
 *   ν = degrees of freedom, a whole number ≥ 1
 * Cost: O(ν) per step, 60 steps.
 */

/** The t with P(|T| < t) = `share`, `share` in (0, 1). */
export function studentTwoSided(share: number, degrees: number): number {
  let [low, high] = [0, Math.PI / 2];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (within(middle, degrees) < share) low = middle;
    else high = middle;
  }
  return Math.sqrt(degrees) * Math.tan((low + high) / 2);
}

/** P(|T| < √ν tan θ). */
function within(theta: number, degrees: number): number {
  const [sin, cos] = [Math.sin(theta), Math.cos(theta)];
  const isOdd = degrees % 2 === 1;
  if (degrees === 1) return (2 * theta) / Math.PI;
  // Odd: cos θ (1 + 2/3 cos² θ + …); even: 1 + 1/2 cos² θ + …; both up to cos^(ν-2) θ.
  let term = isOdd ? cos : 1;
  let sum = term;
  for (let k = isOdd ? 2 : 1; k <= degrees - 3; k += 2) sum += term *= (k / (k + 1)) * cos * cos;
  return isOdd ? (2 / Math.PI) * (theta + sin * sum) : sin * sum;
}
