/**
 * Pareto order of points with several losses (lower is better): which front a point is in, and how alone it is there.
 * Fronts: efficient non-dominated sort with binary search, Zhang, Tian, Cheng & Jin 2015 (IEEE Trans. Evol. Comput. 19), whose fronts are those of
 * Deb, Pratap, Agarwal & Meyarivan 2002 (NSGA-II, IEEE Trans. Evol. Comput. 6, §III.A). Crowding distance: Deb et al. 2002, §III.B.
 *   a dominates b   a is nowhere worse than b and somewhere better; equal points do not dominate each other. Losses are never NaN.
 * Cost: O(n log n) for two losses, at worst O(n²) for more.
 */
type Losses = readonly number[];

export const dominates = (a: Losses, b: Losses): boolean => {
  let better = false;
  for (let k = 0; k < a.length; k++) {
    if (a[k]! > b[k]!) return false;
    if (a[k]! < b[k]!) better = true;
  }
  return better;
};

/** [n]: 0 for points that no other dominates, 1 for those that only points of front 0 dominate, and so on. */
export function nonDominatedRanks(points: readonly Losses[]): Int32Array {
  const objectives = points[0]?.length ?? 0;
  const order = points.map((_, i) => i).sort((i, j) => lexicographic(points[i]!, points[j]!) || i - j);
  const ranks = new Int32Array(points.length);
  const fronts: Losses[][] = [];
  // A point can only be dominated by one before it in this order, and if a member of front k dominates it, so does one of every front before k.
  const isBelow = (front: readonly Losses[], point: Losses): boolean => {
    const first = objectives <= 2 ? front.length - 1 : 0; // of two losses the last member has the smallest second one
    for (let i = front.length - 1; i >= first; i--) if (dominates(front[i]!, point)) return true;
    return false;
  };
  for (const i of order) {
    const point = points[i]!;
    let low = 0;
    let high = fronts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBelow(fronts[middle]!, point)) low = middle + 1;
      else high = middle;
    }
    ranks[i] = low;
    (fronts[low] ??= []).push(point);
  }
  return ranks;
}

function lexicographic(a: Losses, b: Losses): number {
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return a[k]! < b[k]! ? -1 : 1;
  return 0;
}

/**
 * [n]: for each point of one front the sum over losses of the gap between its neighbours, in units of the front's range; Infinity at the ends.
 * A loss that is the same everywhere, or whose range is not finite, counts nothing.
 */
export function crowdingDistance(front: readonly Losses[]): Float64Array {
  const distance = new Float64Array(front.length);
  const last = front.length - 1;
  for (let k = 0; k < (front[0]?.length ?? 0); k++) {
    const order = front.map((_, i) => i).sort((i, j) => front[i]![k]! - front[j]![k]! || i - j);
    const at = (place: number): number => front[order[place]!]![k]!;
    const range = at(last) - at(0);
    if (!(range > 0 && range < Infinity)) continue;
    distance[order[0]!] = distance[order[last]!] = Infinity;
    for (let place = 1; place < last; place++) {
      distance[order[place]!] = distance[order[place]!]! + (at(place + 1) - at(place - 1)) / range;
    }
  }
  return distance;
}
