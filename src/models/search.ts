/**
 * Finds a good maximum of a score over a mixed, conditional space: the inner search of model-based samplers.
 * 1. A pool: uniform points, some with numbers at their ends, where optima often lie; mutations of given parents; recombinations of parents with each
 *    other or a uniform point, which reach corners that combine what is good in different places.
 *    Where the score has a cheap bound, it says which of them are scored, best bound first.
 * 2. From the best few that lie apart: rounds of coordinate search over each axis's own values and of small joint mutations. If the score has gradients,
 *    the numbers that are continuous are polished by L-BFGS. The best end gets one more round and polish.
 * Discrete values are searched as they are, never relaxed. Points for which `isKnown` holds (tried before, or not allowed) are never scored nor returned.
 * Cost: uniform + mutants + recombinations bounds, and about LEADERS + (climbs · rounds + 1) · (alternatives + d) scores.
 */
import { argsort, lbfgs, type Rng } from '#math';
import type { Point } from './kernel.ts';
import type { PointSpace } from './point-space.ts';

export interface SearchOptions {
  readonly uniform?: number;
  readonly mutants?: number;
  readonly recombinations?: number;
  readonly climbs?: number;
  readonly rounds?: number;
  /** Never below the score, and much cheaper. */
  readonly bound?: Bound;
  /** Fills the gradient by the coordinates of the point and returns the score. */
  readonly scoreGradient?: (point: Point, gradient: Float64Array) => number;
}

/** The scores of points, which come together for many can be had for less than each alone; any number <= `least` will do for one that is not above `least`. */
export type Score = (points: readonly Point[], least: number) => readonly number[];
export type Bound = (points: readonly Point[]) => readonly number[];

export interface Scored {
  readonly point: Point;
  readonly score: number;
}

/** Mutations take these step sizes in turn. */
const STEP_SIZES = [0.2, 0.1, 0.03] as const;
/** Every other uniform point has each number at one of its ends with this probability. */
const AT_END = 0.3;
/** Share of recombinations whose other half is a uniform point. */
const FOREIGN = 0.4;
/** Climbs start from some of so many best points of the pool. */
const LEADERS = 10;
/** Points of the pool scored between two looks at what a leader must have. */
const TOGETHER = 4;
/** Two starts of a climb are at least this far apart (squared). */
const APART = 0.02;

/** The best point found, or null if every candidate is known. */
export function maximise(
  space: PointSpace,
  score: Score,
  parents: readonly Point[],
  isKnown: (point: Point) => boolean,
  rng: Rng,
  {
    uniform = 150,
    mutants = 100,
    recombinations = 200,
    climbs = 3,
    bound,
    scoreGradient,
    rounds = scoreGradient === undefined ? 2 : 1, // what no gradient polishes takes a finer round
  }: SearchOptions = {},
): Scored | null {
  const D = space.axes.length;
  const pool: Point[] = [];
  const consider = (point: Point): void => {
    if (!isKnown(point)) pool.push(point);
  };
  for (let i = 0; i < uniform; i++) {
    const point = space.uniform(rng);
    consider(i % 2 === 0 ? point : withEnds(space, point, rng));
  }
  if (parents.length > 0) {
    const probability = Math.min(1, 2.5 / D);
    for (let i = 0; i < mutants; i++) {
      consider(space.mutate(parents[i % parents.length]!, STEP_SIZES[i % STEP_SIZES.length]!, probability, rng));
    }
    for (let i = 0; i < recombinations; i++) {
      const other = rng.float() < FOREIGN ? space.uniform(rng) : parents[rng.int(0, parents.length - 1)]!;
      consider(recombined(space, parents[i % parents.length]!, other, rng));
    }
  }

  const starts: Scored[] = [];
  for (const candidate of leaders(pool, score, bound)) {
    if (starts.length >= climbs) break;
    if (starts.every((s) => space.distance(s.point, candidate.point) > APART)) starts.push(candidate);
  }
  let best: Scored | null = null;
  for (const start of starts) {
    let end = climb(space, score, start, isKnown, rounds, rng);
    if (scoreGradient !== undefined) end = polish(space, score, scoreGradient, end, isKnown, rng);
    if (best === null || end.score > best.score) best = end;
  }
  if (best === null || scoreGradient === undefined) return best;
  return polish(space, score, scoreGradient, climb(space, score, best, isKnown, 1, rng), isKnown, rng);
}

/** The LEADERS points of highest score, best first. */
function leaders(pool: readonly Point[], score: Score, bound?: Bound): Scored[] {
  const bounds = bound?.(pool) ?? pool.map(() => Infinity);
  const order = argsort(bounds).reverse();
  const best: Scored[] = [];
  for (let first = 0; first < order.length; first += TOGETHER) {
    const least = best[LEADERS - 1]?.score ?? -Infinity;
    if (bounds[order[first]!]! <= least) break;
    const group = order.slice(first, first + TOGETHER).map((i) => pool[i]!);
    score(group, least).forEach((s, k) => best.push({ point: group[k]!, score: s }));
    best.sort((a, b) => b.score - a.score).splice(LEADERS);
  }
  return best;
}

/** Some of the numbers at one of their ends. */
function withEnds(space: PointSpace, point: Point, rng: Rng): Point {
  const moved = point.map((v, d) => {
    if (space.axes[d] === 'category' || Number.isNaN(v) || rng.float() >= AT_END) return v;
    return rng.float() < 0.5 ? 0 : 1;
  });
  return space.snap(moved, rng);
}

/** Each coordinate of one or the other. */
const recombined = (space: PointSpace, a: Point, b: Point, rng: Rng): Point =>
  space.snap(
    a.map((v, d) => (rng.float() < 0.5 ? v : b[d]!)),
    rng,
  );

function climb(
  space: PointSpace,
  score: Score,
  start: Scored,
  isKnown: (point: Point) => boolean,
  rounds: number,
  rng: Rng,
): Scored {
  const D = space.axes.length;
  let current = start;
  const attempt = (candidates: readonly Point[]): void => {
    const points = candidates.filter((point) => !isKnown(point));
    score(points, current.score).forEach((s, k) => {
      if (s > current.score) current = { point: points[k]!, score: s };
    });
  };
  for (let round = 0, scale = 0.1; round < rounds; round++, scale *= 0.45) {
    for (let d = 0; d < D; d++) {
      const values = space.alternatives(current.point, d, scale, round === 0, rng);
      attempt(values.map((value) => space.withCoordinate(current.point, d, value, rng)));
    }
    attempt(Array.from({ length: D }, () => space.mutate(current.point, scale * 0.6, 0.5, rng)));
  }
  return current;
}

/** Moves the continuous coordinates alone; the rest of the point stays. */
function polish(
  space: PointSpace,
  score: Score,
  scoreGradient: (point: Point, gradient: Float64Array) => number,
  start: Scored,
  isKnown: (point: Point) => boolean,
  rng: Rng,
): Scored {
  const free = [...start.point.keys()].filter((d) => space.sizes[d] === Infinity && !Number.isNaN(start.point[d]));
  if (free.length === 0) return start;
  const point = Float64Array.from(start.point);
  const whole = new Float64Array(point.length);
  const { x } = lbfgs(
    (coordinates, gradient) => {
      free.forEach((d, i) => (point[d] = coordinates[i]!));
      const value = scoreGradient(point, whole);
      free.forEach((d, i) => (gradient[i] = -whole[d]!));
      return -value;
    },
    free.map((d) => start.point[d]!),
    { lower: free.map(() => 0), upper: free.map(() => 1), maxIterations: 12, tolerance: 1e-4, firstStep: 0.02 },
  );
  // A step that leaves what is allowed is halved.
  for (let share = 1; share >= 1 / 8; share /= 2) {
    free.forEach((d, i) => (point[d] = start.point[d]! + share * (x[i]! - start.point[d]!)));
    const end = space.snap(point, rng);
    if (isKnown(end)) continue;
    const [s] = score([end], start.score) as [number];
    return s > start.score ? { point: end, score: s } : start;
  }
  return start;
}
