/**
 * The region that a Pareto front leaves free, cut into boxes: where a new point would add hypervolume. Losses, lower is better.
 *   free(F, r) = { y : y < r, and no f in F has f <= y }      boxes [l, u) are disjoint and fill it; l may be -∞
 * Sweep over the last objective: between two values of it the free region is one cut in the others, itself a union of boxes; a point p of the front ends
 * those that reach into { y >= p }, and what is left of them begins anew. Pieces that fit together are joined, which for three objectives gives at most
 * 2 n + 1 boxes, as the decomposition of Yang, Emmerich, Deutz & Bäck 2019 ("Efficient computation of expected hypervolume improvement using box
 * decomposition algorithms", J. Global Optim. 75, §4); for two the n + 1 strips of Emmerich, Deutz & Klinkenberg 2011. For four they are not the fewest.
 * Cost: O(n²) for three objectives, about O(n³) for four.
 */

type Losses = readonly number[];

export interface Box {
  /** -∞ where the box is not bounded below. */
  readonly lower: Losses;
  readonly upper: Losses;
}

/** `front` may hold repeated and dominated points, and points beyond the reference, which change nothing. */
export function nonDominatedBoxes(front: readonly Losses[], reference: Losses): Box[] {
  const last = reference.length - 1;
  const floor = reference.map(() => -Infinity);
  if (last === 0) {
    const upper = Math.min(reference[0]!, ...front.map((p) => p[0]!));
    return [{ lower: floor, upper: [upper] }];
  }
  let live: Box[] = [{ lower: floor.slice(0, last), upper: reference.slice(0, last) }];
  let begun = live.map(() => -Infinity);
  const done: Box[] = [];
  const close = (box: Box, from: number, to: number): void => {
    if (from < to) done.push({ lower: [...box.lower, from], upper: [...box.upper, to] });
  };
  const inside = front.filter((p) => p.every((v, k) => v < reference[k]!));
  for (const point of [...inside].sort((a, b) => a[last]! - b[last]!)) {
    const kept: Box[] = [];
    const keptBegun: number[] = [];
    const pieces: Box[] = [];
    live.forEach((box, i) => {
      if (box.upper.every((u, k) => u > point[k]!)) {
        close(box, begun[i]!, point[last]!);
        pieces.push(...outside(box, point));
      } else {
        kept.push(box);
        keptBegun.push(begun[i]!);
      }
    });
    const joined = join(pieces);
    live = [...kept, ...joined];
    begun = [...keptBegun, ...joined.map(() => point[last]!)];
  }
  live.forEach((box, i) => close(box, begun[i]!, reference[last]!));
  return done;
}

/** What is left of a box without { y >= p }, cut one coordinate after the other. */
function outside({ lower, upper }: Box, point: Losses): Box[] {
  const pieces: Box[] = [];
  const from = [...lower];
  for (let k = 0; k < upper.length; k++) {
    if (from[k]! >= point[k]!) continue;
    pieces.push({ lower: [...from], upper: upper.with(k, point[k]!) });
    from[k] = point[k]!;
  }
  return pieces;
}

/** Joins boxes that share a whole face. */
function join(boxes: readonly Box[]): Box[] {
  let list = [...boxes];
  for (let k = 0; k < (boxes[0]?.upper.length ?? 0); k++) {
    const byFace = new Map<string, Box[]>();
    for (const box of list) {
      const face = box.lower.map((l, j) => (j === k ? '' : `${l} ${box.upper[j]}`)).join();
      const same = byFace.get(face);
      if (same === undefined) byFace.set(face, [box]);
      else same.push(box);
    }
    list = [...byFace.values()].flatMap((row) => {
      const along = row.sort((a, b) => a.lower[k]! - b.lower[k]!);
      const runs: Box[] = [];
      for (const box of along) {
        const before = runs.at(-1);
        if (before !== undefined && before.upper[k] === box.lower[k])
          runs[runs.length - 1] = { lower: before.lower, upper: box.upper };
        else runs.push(box);
      }
      return runs;
    });
  }
  return list;
}
