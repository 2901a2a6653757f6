/**
 * Descriptive statistics and ranks over plain or typed arrays.
 * Quantiles are Hyndman & Fan 1996 type 7 (the default of NumPy). Empty input gives NaN.
 */

type Numbers = ArrayLike<number>;

export function mean(xs: Numbers): number {
  let sum = 0;
  for (let i = 0; i < xs.length; i++) sum += xs[i]!;
  return sum / xs.length;
}

/** Population variance (divided by n), by the two-pass formula. */
export function variance(xs: Numbers): number {
  const centre = mean(xs);
  let sum = 0;
  for (let i = 0; i < xs.length; i++) sum += (xs[i]! - centre) ** 2;
  return sum / xs.length;
}

export const standardDeviation = (xs: Numbers): number => Math.sqrt(variance(xs));

/** Numbers in ascending order, as a new array. */
export const sorted = (xs: Numbers): Float64Array => Float64Array.from(xs).sort();

/** Quantile q in [0, 1] of numbers already in ascending order, linear between neighbours. */
export function quantileSorted(xs: Numbers, q: number): number {
  if (xs.length === 0) return NaN;
  const position = q * (xs.length - 1);
  const below = Math.floor(position);
  const low = xs[below]!;
  const high = xs[Math.min(below + 1, xs.length - 1)]!;
  return low === high ? low : low + (position - below) * (high - low); // equal infinities: no ∞ - ∞
}

export const quantile = (xs: Numbers, q: number): number => quantileSorted(sorted(xs), q);
export const median = (xs: Numbers): number => quantile(xs, 0.5);

/** Indices that would sort the numbers ascending; ties keep their order. */
export const argsort = (xs: Numbers): number[] =>
  Array.from(xs, (_, i) => i).sort((a, b) => (xs[a]! < xs[b]! ? -1 : xs[a]! > xs[b]! ? 1 : a - b));

/** Ranks 1 … n; equal numbers share the mean of their ranks. */
export function ranks(xs: Numbers): Float64Array {
  const order = argsort(xs);
  const result = new Float64Array(xs.length);
  for (let i = 0; i < order.length;) {
    let end = i + 1;
    while (end < order.length && xs[order[end]!] === xs[order[i]!]) end++;
    for (let k = i; k < end; k++) result[order[k]!] = (i + 1 + end) / 2;
    i = end;
  }
  return result;
}
