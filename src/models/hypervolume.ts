/**
 * The volume that a set of points dominates up to a reference point, for any number of objectives, exactly.
 * Recursion of While, Bradstreet & Barone 2012 (WFG, IEEE Trans. Evol. Comput. 16): each point adds its own box minus what the points behind it cover of that box.
 * Two objectives are swept in O(n log n). Points are losses (lower is better); those not strictly better than the reference in every objective count nothing.
 */

type Losses = readonly number[];

export function hypervolume(points: readonly Losses[], reference: Losses): number {
  const inside = points.filter((p) => p.every((v, k) => v < reference[k]!));
  return volume(front(inside), reference);
}

function volume(points: readonly Losses[], reference: Losses): number {
  if (points.length === 0) return 0;
  if (reference.length === 1) return reference[0]! - Math.min(...points.map((p) => p[0]!));
  const ordered = [...points].sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!);
  if (reference.length === 2) {
    let ceiling = reference[1]!;
    let total = 0;
    for (const [x, y] of ordered as [number, number][]) {
      if (y >= ceiling) continue;
      total += (reference[0]! - x) * (ceiling - y);
      ceiling = y;
    }
    return total;
  }
  return ordered.reduce((total, p, i) => {
    const box = p.reduce((product, v, k) => product * (reference[k]! - v), 1);
    const limited = ordered.slice(i + 1).map((q) => q.map((v, k) => Math.max(v, p[k]!)));
    return total + box - volume(front(limited), reference);
  }, 0);
}

/** Points that no other dominates, each once. */
function front(points: readonly Losses[]): Losses[] {
  const kept: Losses[] = [];
  for (const p of points) {
    if (kept.some((q) => q.every((v, k) => v <= p[k]!))) continue;
    const rest = kept.filter((q) => !p.every((v, k) => v <= q[k]!));
    kept.splice(0, kept.length, ...rest, p);
  }
  return kept;
}
