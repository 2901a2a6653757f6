/**
 * Round numbers (1, 2 or 5 times a power of ten, at even distances) within [low, high], about so many as asked for: what an axis is labelled with.
 * Without any where the range is empty or not finite. Cost: O(parts).
 */
export function ticks(low: number, high: number, parts = 4): number[] {
  if (!(high > low) || !Number.isFinite(high - low)) return [];
  const least = (high - low) / parts;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((each) => each >= 0.999 * least) ?? 10 * power;
  const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
  // 3 · 0.1 is 0.30000000000000004.
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
