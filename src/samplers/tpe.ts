/**
 * Tree-structured Parzen estimator: draws from the density of good trials where it most exceeds that of the others.
 * Bergstra et al. 2011 (NeurIPS), §4; multivariate, with conditional groups, as surveyed by Watanabe 2023 (arXiv:2304.11127).
 *   l(x)  density of the n_good best trials      g(x)  density of the rest, of pending trials ("constant liar") and of failed ones
 * Suggests the candidate with the largest ln l(x) - ln g(x). Costs stay bounded in long studies: g holds at most `MOST_BAD` trials, evenly spaced in number.
 * Several objectives: trials are ranked by non-domination, those of the front that is split by what they add to the hypervolume (front-order.ts).
 * Priors of the space are one more kernel in l, of the weight of one good trial, and what the first trials are drawn from.
 * Outcome constraints: trials that break one come after all that keep them, in the order of how far they do (Deb 2000's rule, as in Optuna's constrained TPE;
 * Watanabe & Hutter 2022, arXiv:2211.14411, weigh a density for each constraint instead, which this does not).
 * Cost: O(candidates · MOST_BAD · d + n log n) per suggestion.
 */
import type { Sampler } from '#core';
import { ranks } from '#math';
import {
  frontOrder,
  type History,
  type Observation,
  parzenDensity,
  type Point,
  pointSpaceOf,
  readHistory,
  totalExcess,
} from '#models';
import { unexplored } from './unexplored.ts';

export interface TpeOptions {
  /** Random trials before the densities decide. */
  readonly startTrials?: number;
  /** Draws from l among which the best is taken. */
  readonly candidates?: number;
  /** γ: share of trials that count as good. */
  readonly gamma?: number;
}

const MOST_GOOD = 25;
const MOST_BAD = 400;
/** Kernel width of a single point: σ = WIDTH · n^(-1/(d + 4)). */
const WIDTH = 0.3;
/** Above this many trials fronts, which cost O(n²), give way to mean ranks. */
const MOST_COMPARED = 2000;

export function tpe({ startTrials = 5, candidates = 64, gamma = 0.2 }: TpeOptions = {}): Sampler {
  return {
    name: 'tpe',
    suggest(context) {
      const { space, objectives, limits, trials, number, rng, hints, fixed } = context;
      const points = pointSpaceOf(space, fixed);
      const history = readHistory(space, objectives, trials, hints);
      const known = unexplored(context, history);
      if (known.exhausted !== null) return { exhausted: known.exhausted };
      if (trials.length < startTrials || history.observations.length < 2) {
        const point = number === 0 ? points.start(rng) : points.draw(rng);
        return { params: points.decode(known.accept(point, rng)) };
      }
      const { good, bad } = split(history, gamma, totalExcess(history.observations, trials, limits));
      const l = parzenDensity(points, good, { width: WIDTH, believes: true });
      const g = parzenDensity(points, bad, { width: WIDTH });
      // The likeliest first: g, which has most points, need not be known where it is certain to be too large.
      const drawn: { readonly x: Point; readonly good: number }[] = [];
      for (let i = 0; i < candidates; i++) {
        const x = l.sample(rng);
        drawn.push({ x, good: l.logDensity(x) });
      }
      drawn.sort((a, b) => b.good - a.good);
      let best: Point | null = null;
      let bestScore = -Infinity;
      for (const { x, good: logL } of drawn) {
        const score = logL - g.logDensity(x, logL - bestScore);
        if (score > bestScore && known.isOpen(x)) [best, bestScore] = [x, score];
      }
      return { params: points.decode(known.accept(best, rng)) };
    },
  };
}

function split(
  { observations, failed, pending }: History,
  gamma: number,
  excess: Float64Array | null,
): { good: Point[]; bad: Point[] } {
  const n = observations.length;
  const wanted = Math.max(1, Math.min(Math.ceil(gamma * n), MOST_GOOD));
  const ranking = placesOf(observations, excess, wanted);
  const limit = smallest(ranking, wanted);
  let ties = limit.ties;
  const good: Point[] = [];
  const rest = new Int32Array(n);
  let others = 0;
  for (let i = 0; i < n; i++) {
    if (ranking[i]! < limit.value || (ranking[i] === limit.value && ties-- > 0)) good.push(observations[i]!.point);
    else rest[others++] = i;
  }
  const bad: Point[] = [];
  const step = Math.max(1, others / MOST_BAD);
  for (let k = 0; k < Math.min(others, MOST_BAD); k++) bad.push(observations[rest[Math.floor(k * step)]!]!.point);
  for (const { point } of failed) bad.push(point);
  for (const point of pending) bad.push(point);
  return { good, bad };
}

/** The largest of the `count` smallest numbers, and how many of these are equal to it. */
function smallest(xs: Float64Array, count: number): { value: number; ties: number } {
  const best = new Float64Array(count).fill(Infinity); // ascending
  const last = count - 1;
  for (let i = 0; i < xs.length; i++) {
    const x = xs[i]!;
    if (!(x < best[last]!)) continue;
    let at = last;
    for (; at > 0 && best[at - 1]! > x; at--) best[at] = best[at - 1]!;
    best[at] = x;
  }
  const value = best[last]!;
  return { value, ties: count - best.indexOf(value) };
}

/** Places in the order: feasible observations by their ranking, then the others by how far they break the outcome constraints. */
function placesOf(observations: readonly Observation[], excess: Float64Array | null, wanted: number): Float64Array {
  if (excess === null || excess.every((e) => e === 0)) return rankingOf(observations, wanted);
  const feasible = observations.filter((_, i) => excess[i] === 0);
  const places = ranks(rankingOf(feasible, wanted));
  let next = 0;
  return Float64Array.from(excess, (e) => (e === 0 ? places[next++]! : places.length + e));
}

/** Lower is better, as far as the best `wanted` go: the loss itself, or for several objectives the order of fronts. */
function rankingOf(observations: readonly Observation[], wanted: number): Float64Array {
  const n = observations.length;
  const count = observations[0]?.losses.length ?? 1;
  if (count === 1) {
    const losses = new Float64Array(n); // filled by hand: Float64Array.from takes ten times as long
    for (let i = 0; i < n; i++) losses[i] = observations[i]!.losses[0]!;
    return losses;
  }
  const losses = observations.map((o) => o.losses);
  if (n <= MOST_COMPARED) return frontOrder(losses, wanted);
  const byObjective = Array.from({ length: count }, (_, k) => ranks(losses.map((l) => l[k]!)));
  return Float64Array.from(losses, (_, i) => byObjective.reduce((sum, r) => sum + r[i]!, 0));
}
