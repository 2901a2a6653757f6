/**
 * NSGA-II: parents chosen by Pareto rank and crowding, children by crossover and mutation.
 * Deb, Pratap, Agarwal & Meyarivan 2002 (IEEE Trans. Evol. Comput. 6, §III.D); simulated binary crossover within bounds, Deb & Agrawal 1995 (Complex Systems 9);
 * polynomial mutation within bounds, Deb & Goyal 1996, as in the authors' code.
 * - Generations are recomputed from the history (generations.ts): of the survivors and a generation that is over, the best `populationSize` survive.
 *   Trials that are pending are no parents; failed ones never are.
 * - Departs from the paper: a generation is a quarter of the population, not all of it, since trials are dear. Mean hypervolume of ZDT2 in 30 dimensions after 200
 *   trials: 3.83 with the whole, 4.03 with a quarter, 2.95 by random search; after 400: 4.40, 4.40, 3.12 (10 seeds, reference point (1.1, 7)).
 * - The first `populationSize` trials are the space's start and points of a scrambled Sobol sequence.
 * - Categories come from either parent, with what is below a branch as far as that parent has it; the rest is drawn anew. Each coordinate mutates with
 *   probability 1 over the number of active ones; a discrete one moves at least to a neighbour.
 * - One objective: an elitist (μ + λ) genetic algorithm.
 * Cost: O(objectives · populationSize²) per generation; O(trials) to read the history.
 */
import type { Sampler, SuggestContext, TrialRecord } from '#core';
import type { Rng } from '#math';
import { crowdingDistance, nonDominatedRanks, type Point, type PointSpace, pointSpaceOf, readHistory } from '#models';
import type { Space } from '#space';
import { advanced, type Generations, type Outcome, outcomesOf } from './generations.ts';
import { sobol } from './sobol.ts';
import { unexplored } from './unexplored.ts';

export interface Nsga2Options {
  /** Survivors. A quarter as many trials are a generation. */
  readonly populationSize?: number;
  /** Share of children of two parents; the others are mutants of one. */
  readonly crossover?: number;
}

/** η: how near to its parents a child is; the indices of Deb et al. 2002, §V. */
const CROSSOVER_INDEX = 20;
const MUTATION_INDEX = 20;
/** Children that are known or not allowed before a random point is taken. */
const ATTEMPTS = 30;

interface Survivor {
  readonly number: number;
  readonly losses: readonly number[];
  readonly rank: number;
  readonly crowding: number;
}

interface Memory {
  readonly space: Space;
  readonly generations: Generations<readonly Survivor[]>;
}

export function nsga2({ populationSize = 20, crossover = 0.9 }: Nsga2Options = {}): Sampler {
  const firstPoints = sobol();
  const generation = Math.ceil(populationSize / 4);
  const memories = new WeakMap<readonly TrialRecord[], Memory>();

  function survivors({ space, trials }: SuggestContext, outcomes: readonly Outcome[]): readonly Survivor[] {
    let memory = memories.get(trials);
    if (memory?.space !== space) memories.set(trials, (memory = { space, generations: { start: [], steps: [] } }));
    return advanced(memory.generations, outcomes, {
      first: 0,
      sizeOf: () => generation,
      keyOf: (first, size) => outcomes.slice(first, first + size).flatMap((losses) => losses ?? [Infinity]),
      advance: (parents, _, first, size) => {
        const children = Array.from({ length: size }, (_, k) => first + k).flatMap((number) => {
          const losses = outcomes[number];
          return losses === null || losses === undefined ? [] : [{ number, losses }];
        });
        return selection([...parents, ...children], populationSize);
      },
    });
  }

  return {
    name: 'nsga2',
    suggest(context) {
      const { space, fixed, objectives, trials, number, rng, hints } = context;
      const points = pointSpaceOf(space, fixed);
      const history = readHistory(space, objectives, trials, hints);
      const known = unexplored(context, history);
      if (known.exhausted !== null) return { exhausted: known.exhausted };
      if (number === 0) return { params: points.decode(known.accept(points.start(rng), rng)) };
      const parents = survivors(context, outcomesOf(trials, history));
      if (number < populationSize || parents.length < 2) return firstPoints.suggest(context);
      const pointOf = (): Point => points.encode(trials[tournament(parents, rng).number]!.params);
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const first = pointOf();
        const crossed = rng.float() < crossover ? crossing(points, first, pointOf(), rng) : first;
        const child = points.snap(mutation(points, crossed, rng), rng);
        if (known.isOpen(child)) return { params: points.decode(child) };
      }
      return { params: points.decode(known.accept(null, rng)) };
    },
  };
}

/** The best `size`: whole fronts as far as they fit, of the next one those with the most room around them. */
function selection(
  candidates: readonly { readonly number: number; readonly losses: readonly number[] }[],
  size: number,
): Survivor[] {
  const ranks = nonDominatedRanks(candidates.map(({ losses }) => losses));
  const fronts: Survivor[][] = [];
  for (let rank = 0, kept = 0; kept < Math.min(size, candidates.length); rank++) {
    const front = candidates.filter((_, i) => ranks[i] === rank);
    const crowding = crowdingDistance(front.map(({ losses }) => losses));
    const ranked = front.map((candidate, i) => ({ ...candidate, rank, crowding: crowding[i]! }));
    fronts.push(ranked);
    kept += front.length;
  }
  return fronts
    .flat()
    .sort((a, b) => better(a, b))
    .slice(0, size);
}

/** Negative if a comes first: the crowded comparison of Deb et al. 2002; the older one of equals. */
const better = (a: Survivor, b: Survivor): number =>
  a.rank - b.rank || (a.crowding === b.crowding ? a.number - b.number : b.crowding - a.crowding);

function tournament(survivors: readonly Survivor[], rng: Rng): Survivor {
  const [a, b] = [survivors[rng.int(0, survivors.length - 1)]!, survivors[rng.int(0, survivors.length - 1)]!];
  return better(a, b) <= 0 ? a : b;
}

/** One child; coordinates that neither parent settles are NaN. */
function crossing({ axes, sizes }: PointSpace, a: Point, b: Point, rng: Rng): Point {
  return a.map((v, d) => {
    const w = b[d]!;
    if (Number.isNaN(v)) return w;
    if (Number.isNaN(w)) return v;
    if (rng.float() < 0.5) return v;
    if (axes[d] === 'category' || sizes[d]! <= 2) return w;
    return simulatedBinary(v, w, rng);
  });
}

/** A number near one of two, by a distribution whose spread is their distance, cut at 0 and 1. */
function simulatedBinary(a: number, b: number, rng: Rng): number {
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  if (high - low < 1e-12) return a;
  const power = CROSSOVER_INDEX + 1;
  const nearLow = rng.float() < 0.5;
  const room = nearLow ? low : 1 - high;
  const alpha = 2 - (1 + (2 * room) / (high - low)) ** -power;
  const u = rng.float() * alpha;
  const beta = u <= 1 ? u ** (1 / power) : (1 / (2 - u)) ** (1 / power);
  const half = 0.5 * beta * (high - low);
  return Math.min(1, Math.max(0, 0.5 * (low + high) + (nearLow ? -half : half)));
}

function mutation({ axes, sizes, cell }: PointSpace, point: Point, rng: Rng): Point {
  const active = point.reduce((count, v) => count + (Number.isNaN(v) ? 0 : 1), 0);
  return point.map((v, d) => {
    if (Number.isNaN(v) || !(rng.float() < 1 / active)) return v;
    if (axes[d] === 'category') return rng.int(0, sizes[d]! - 1);
    const moved = polynomial(v, rng);
    if (sizes[d] === Infinity) return moved;
    const { coordinate } = cell(d, moved);
    if (coordinate !== v) return coordinate;
    const { low, high } = cell(d, v);
    const up = low === -Infinity || (high !== Infinity && moved > v);
    return cell(d, up ? high + 1e-9 : low - 1e-9).coordinate;
  });
}

/** A number near another, by a distribution cut at 0 and 1. */
function polynomial(v: number, rng: Rng): number {
  const power = MUTATION_INDEX + 1;
  const u = rng.float();
  const delta =
    u < 0.5
      ? (2 * u + (1 - 2 * u) * (1 - v) ** power) ** (1 / power) - 1
      : 1 - (2 * (1 - u) + (2 * u - 1) * v ** power) ** (1 / power);
  return Math.min(1, Math.max(0, v + delta));
}
