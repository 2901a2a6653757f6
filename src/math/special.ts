/**
 * Error functions and the normal distribution, accurate in both tails.
 * erf, erfc, erfcx: W. J. Cody 1969, "Rational Chebyshev approximations for the error function", Math. Comp. 23 (the
 *   coefficients of his CALERF). Normal quantile: M. J. Wichura 1988, algorithm AS 241 (PPND16), Appl. Statist. 37.
 * Relative error below 1e-14 against SciPy, see special.golden.json.
 *   Φ  standard normal distribution function      φ  its density
 */

const ERF_NUMERATOR = [
  1.85777706184603153e-1, 3.1611237438705656, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3,
];
const ERF_DENOMINATOR = [1, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3];
const MIDDLE_NUMERATOR = [
  2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1, 2.98635138197400131e2,
  8.8195222124176909e2, 1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3,
];
const MIDDLE_DENOMINATOR = [
  1, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3, 3.29079923573345963e3,
  4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3,
];
const TAIL_NUMERATOR = [
  1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
  1.60837851487422766e-2, 6.58749161529837803e-4,
];
const TAIL_DENOMINATOR = [
  1, 2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3,
];

/** Coefficients from the highest power down. By index, for `of` takes twice as long, and samplers come by here a thousand times for a suggestion. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  const { length } = coefficients;
  for (let i = 0; i < length; i++) sum = sum * x + coefficients[i]!;
  return sum;
}

/** erf for |x| <= 0.46875. */
const erfCentre = (x: number): number => (x * polynomial(ERF_NUMERATOR, x * x)) / polynomial(ERF_DENOMINATOR, x * x);

/** exp(x²) erfc(x) for x >= 0.46875. */
function erfcxTail(x: number): number {
  if (x <= 4) return polynomial(MIDDLE_NUMERATOR, x) / polynomial(MIDDLE_DENOMINATOR, x);
  const inverse = 1 / x;
  const u = inverse * inverse;
  const r = (u * polynomial(TAIL_NUMERATOR, u)) / polynomial(TAIL_DENOMINATOR, u);
  return (1 / Math.sqrt(Math.PI) - r) * inverse;
}

/** exp(-x²) without the rounding error of x² (Cody: x is split at 1/16, so that the large square is exact). */
function expMinusSquare(x: number): number {
  const coarse = Math.trunc(x * 16) / 16;
  return Math.exp(-coarse * coarse) * Math.exp(-(x - coarse) * (x + coarse));
}

export function erf(x: number): number {
  if (Math.abs(x) <= 0.46875) return erfCentre(x);
  const upper = 1 - expMinusSquare(Math.abs(x)) * erfcxTail(Math.abs(x));
  return x > 0 ? upper : -upper;
}

/** 1 - erf(x), exact for large x until it underflows at x = 26.6. */
export function erfc(x: number): number {
  if (Math.abs(x) <= 0.46875) return 1 - erfCentre(x);
  if (x === Infinity) return 0;
  const tail = expMinusSquare(Math.abs(x)) * erfcxTail(Math.abs(x));
  return x > 0 ? tail : 2 - tail;
}

/** exp(x²) erfc(x): erfc without its underflow for large x; Infinity below -26.6. */
export function erfcx(x: number): number {
  if (x >= 0.46875) return erfcxTail(x);
  if (x >= -0.46875) return Math.exp(x * x) * (1 - erfCentre(x));
  return 2 / expMinusSquare(x) - erfcxTail(-x);
}

const LOG_SQRT_2PI = 0.9189385332046727; // ln(√(2π))

export const normalLogPdf = (z: number): number => -0.5 * z * z - LOG_SQRT_2PI;
export const normalPdf = (z: number): number => Math.exp(normalLogPdf(z));

/** Φ(z). */
export const normalCdf = (z: number): number => 0.5 * erfc(-z / Math.SQRT2);

/** ln Φ(z), finite down to z = -1e154. */
export function normalLogCdf(z: number): number {
  if (z < -1) return Math.log(0.5 * erfcx(-z / Math.SQRT2)) - 0.5 * z * z;
  return Math.log1p(-0.5 * erfc(z / Math.SQRT2));
}

const CENTRE_NUMERATOR = [
  2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457, 13731.693765509461125,
  1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
];
const CENTRE_DENOMINATOR = [
  5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867, 5394.1960214247511077,
  687.1870074920579083, 42.313330701600911252, 1,
];
const NEAR_NUMERATOR = [
  7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
  3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
];
const NEAR_DENOMINATOR = [
  1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
  0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1,
];
const FAR_NUMERATOR = [
  2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
  0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
];
const FAR_DENOMINATOR = [
  2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
  0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1,
];

/** The z with Φ(z) = p: ±Infinity at 1 and 0, NaN outside [0, 1]. */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(CENTRE_NUMERATOR, r)) / polynomial(CENTRE_DENOMINATOR, r);
  }
  const tail = q < 0 ? p : 1 - p;
  if (!(tail >= 0)) return NaN;
  if (tail === 0) return q < 0 ? -Infinity : Infinity;
  const r = Math.sqrt(-Math.log(tail));
  const z =
    r <= 5
      ? polynomial(NEAR_NUMERATOR, r - 1.6) / polynomial(NEAR_DENOMINATOR, r - 1.6)
      : polynomial(FAR_NUMERATOR, r - 5) / polynomial(FAR_DENOMINATOR, r - 5);
  return q < 0 ? -z : z;
}

/** ln(Σ exp(xᵢ)) without overflow; -Infinity for an empty list. */
export function logSumExp(values: ArrayLike<number>): number {
  let top = -Infinity;
  for (let i = 0; i < values.length; i++) top = Math.max(top, values[i]!);
  if (!Number.isFinite(top)) return top;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i]! - top);
  return top + Math.log(sum);
}

/** ln(1 - exp(-x)) for x > 0 without cancellation at either end (Mächler 2012, Rmpfr vignette "log1mexp"). */
export const log1mexp = (x: number): number => (x < Math.LN2 ? Math.log(-Math.expm1(-x)) : Math.log1p(-Math.exp(-x)));

/** Lanczos coefficients for g = 7, n = 9 (Godfrey 2001). */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Γ(x) for x > 0. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - logGamma(1 - x);
  const shifted = x - 1;
  let sum = LANCZOS[0]!;
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (shifted + i);
  const t = shifted + 7.5;
  return LOG_SQRT_2PI + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
}
