/**
 * An order of points with several losses (lower is better): by front, and in the front that is only partly among the best `wanted` by how much a point adds to the
 * hypervolume of those taken before it, largest first (greedy hypervolume subset selection, Guerreiro, Fonseca & Paquete 2016, Evol. Comput. 24; in the
 * multi-objective TPE of Ozaki, Tanigaki, Watanabe, Nomura & Onishi 2022, JAIR 73, §4.2).
 * Departs from the latter: each loss counts from 0 at its best to 1 at its 90 % quantile and beyond, so that units and outliers do not matter; and volume is counted in
 * places of a Halton sequence in the cube up to 1.1: exact volumes took up to ten times as long, and were no better beyond noise (docs/search.md).
 * Cost: that of the fronts (pareto.ts), and O(members of one front · PLACES · objectives).
 */
import { createHalton, quantile } from '#math';
import { nonDominatedRanks } from './pareto.ts';

type Losses = readonly number[];

const PLACES = 1024;
const REFERENCE = 1.1;
const WORST = 0.9;

/** [n]: lower is better; equal within a front of which all or none are among the best `wanted`. */
export function frontOrder(losses: readonly Losses[], wanted: number): Float64Array {
  const n = losses.length;
  const fronts = nonDominatedRanks(losses);
  const sizes = new Int32Array(n + 1);
  for (const front of fronts) sizes[front]!++;
  let last = 0;
  let before = 0; // points in the fronts before the last that is needed
  while (last < n && before + sizes[last]! <= wanted) before += sizes[last++]!;
  const order = Float64Array.from(fronts);
  const members = [...order.keys()].filter((i) => fronts[i] === last);
  const scale = scaleOf(losses);
  const taken = largestVolume(
    members.map((i) => scale(losses[i]!)),
    Math.min(members.length, wanted - before),
  );
  for (const i of members) order[i] = last + taken.length / members.length;
  taken.forEach((m, place) => (order[members[m]!] = last + place / members.length));
  return order;
}

/** From 0 at the best to 1 at the 90 % quantile and beyond, loss by loss. */
function scaleOf(losses: readonly Losses[]): (point: Losses) => number[] {
  const ends = (losses[0] ?? []).map((_, k) => {
    const halves = losses.map((l) => l[k]! / 2); // the difference of two losses may overflow
    const low = halves.reduce((a, b) => Math.min(a, b));
    return { low, range: quantile(halves, WORST) - low };
  });
  return (point) =>
    ends.map(({ low, range }, k) =>
      range > 0 ? Math.min(1, (point[k]! / 2 - low) / range) : Number(point[k]! / 2 > low),
    );
}

/** Indices of `count` points, each adding most to those before it. */
function largestVolume(points: readonly Losses[], count: number): number[] {
  const n = points.length;
  const places = placesOf(points[0]?.length ?? 0);
  const covers = new Uint8Array(PLACES * n); // by place: 1 for points that dominate it
  const gains = new Int32Array(n);
  places.forEach((place, q) => {
    for (let i = 0; i < n; i++) {
      if (!isBelow(points[i]!, place)) continue;
      covers[q * n + i] = 1;
      gains[i]!++;
    }
  });
  const open = new Set(places.keys());
  const taken: number[] = [];
  while (taken.length < count) {
    let best = 0;
    for (let i = 1; i < n; i++) if (gains[i]! > gains[best]!) best = i;
    taken.push(best);
    for (const q of open) {
      if (covers[q * n + best] === 0) continue;
      open.delete(q);
      for (let i = 0; i < n; i++) gains[i] = gains[i]! - covers[q * n + i]!;
    }
    gains[best] = -1;
  }
  return taken;
}

function isBelow(point: Losses, place: Float64Array): boolean {
  for (let k = 0; k < place.length; k++) if (point[k]! > place[k]!) return false;
  return true;
}

const placesByDimension = new Map<number, readonly Float64Array[]>();

function placesOf(dimensions: number): readonly Float64Array[] {
  let places = placesByDimension.get(dimensions);
  if (places === undefined) {
    const { point } = createHalton(dimensions);
    places = Array.from({ length: PLACES }, (_, q) => point(q + 1).map((v) => v * REFERENCE));
    placesByDimension.set(dimensions, places);
  }
  return places;
}
