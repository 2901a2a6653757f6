/** Numbers as buckets of equal width, as TensorBoard's histograms are stored: 30 of them; one of width 1 if all numbers are equal; none if there are none. */
import type { Bucket } from './event.ts';

const BUCKETS = 30;

/** Numbers that are not finite are left out. */
export function buckets(numbers: Iterable<number>): Bucket[] {
  const finite = Float64Array.from(numbers).filter(Number.isFinite);
  if (finite.length === 0) return [];
  const low = finite.reduce((a, b) => Math.min(a, b));
  const high = finite.reduce((a, b) => Math.max(a, b));
  if (low === high) return [[low - 0.5, low + 0.5, finite.length]];
  const edge = (i: number): number => (i === BUCKETS ? high : low + (i / BUCKETS) * (high - low));
  const counts = new Float64Array(BUCKETS);
  for (const x of finite) counts[Math.min(Math.floor(((x - low) / (high - low)) * BUCKETS), BUCKETS - 1)]! += 1;
  return Array.from(counts, (count, i): Bucket => [edge(i), edge(i + 1), count]);
}
