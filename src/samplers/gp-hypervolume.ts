/**
 * What the Gaussian-process sampler maximises with several objectives: the expected gain in hypervolume, one process for each objective.
 * Emmerich, Deutz & Klinkenberg 2011; Daulton, Balandat & Bakshy 2020 (arXiv:2006.05078); the expectation itself in #models, hypervolume-improvement.ts.
 * - Objectives are modelled and measured on their transformed scales (`normalised`), so that no unit counts more than another.
 * - Reference point: in each objective the worst of all observations plus REACH of their range. The worst of the front, as is usual, leaves the ends of the front
 *   unexplored while it is short: at 50 trials 0.108 against 0.090 of the hypervolume was missing on DTLZ2 with three objectives, 0.072 against 0.063 and
 *   0.038 against 0.018 on two lcbench tasks (4 seeds against 6).
 * - Numbers are not warped: trials gather at the ends of the front, a transformed scale stretches where they gather, a warp would follow, and ever finer
 *   steps at one end would look like gains (ZDT1 after 40 trials, two of three seeds: 0.82 with, 0.86 without, of 0.877).
 * - Pending trials are believed at their posterior means, and these stand in the front: another worker gains nothing by going to the same place.
 * - `rivals`: the observations that the front is made of, where outcome constraints leave others out.
 *   y  [n, m] transformed losses, lower is better
 * Cost: m times that of one objective, and the boxes of the front: milliseconds for up to three objectives; of four the MOST_FRONT points farthest apart are used.
 */
import type { Rng } from '#math';
import {
  type Bound,
  crowdingDistance,
  emptyMemory,
  type History,
  hypervolumeImprovement,
  nonDominatedRanks,
  type Point,
  type PointSpace,
  type Score,
  surrogate,
  type SurrogateMemory,
  type SurrogateOptions,
  UNWARPED_PRIORS,
} from '#models';

/** What the inner search maximises, in logarithms, and where mutations start. */
export interface Aim {
  readonly score: Score;
  readonly bound?: Bound;
  readonly scoreGradient?: (point: Point, gradient: Float64Array) => number;
  readonly parents: readonly Point[];
}

/** Share of the observed range that the reference point lies behind the worst. */
const REACH = 0.1;
/** Points of a front of four objectives or more, whose boxes grow with the cube of their number. */
const MOST_FRONT = 40;
const PARENTS = 10;

export function hypervolumeAim(
  { observations, pending }: History,
  rivals: readonly number[],
  space: PointSpace,
  memories: SurrogateMemory[],
  normalised: (losses: Float64Array) => Float64Array,
  options: SurrogateOptions,
  rng: Rng,
): Aim {
  const X = observations.map((o) => o.point);
  const objectives = observations[0]!.losses.length;
  const losses = Array.from({ length: objectives }, (_, k) => Float64Array.from(observations, (o) => o.losses[k]!));
  const models = losses.map((values, k) => {
    const model = surrogate(space.axes, X, values, normalised, (memories[k] ??= emptyMemory()), {
      ...options,
      priors: UNWARPED_PRIORS,
    });
    for (const point of pending) model.believe(point);
    return model;
  });
  const byObjective = losses.map(normalised);
  const y = observations.map((_, i) => byObjective.map((values) => values[i]!));
  const ranks = nonDominatedRanks(rivals.map((i) => y[i]!));
  const first = rivals.filter((_, k) => ranks[k] === 0);
  const front = first.map((i) => y[i]!);
  const believed = pending.map((point) => models.map((model) => model.predictMean(point)));
  const gain = hypervolumeImprovement(thinned([...front, ...believed]), referencePoint(y));

  const parents = rng.shuffle(first.slice()).slice(0, PARENTS);
  return {
    score(points) {
      const predictions = models.map((model) => model.predictAll(points));
      return points.map((_, k) =>
        gain.log(
          predictions.map((p) => p[k]!.mean),
          predictions.map((p) => p[k]!.variance),
        ),
      );
    },
    scoreGradient(point, gradient) {
      const predictions = models.map((model) => model.predictGradient(point));
      const { value, byMean, byVariance } = gain.logSlopes(
        predictions.map((p) => p.mean),
        predictions.map((p) => p.variance),
      );
      gradient.fill(0);
      predictions.forEach(({ meanGradient, varianceGradient }, k) => {
        for (let d = 0; d < gradient.length; d++) {
          gradient[d] = gradient[d]! + byMean[k]! * meanGradient[d]! + byVariance[k]! * varianceGradient[d]!;
        }
      });
      return value;
    },
    parents: parents.map((i) => X[i]!),
  };
}

/** @internal */
export function referencePoint(observed: readonly (readonly number[])[]): number[] {
  return observed[0]!.map((_, k) => {
    const values = observed.map((y) => y[k]!);
    const worst = values.reduce((a, b) => Math.max(a, b));
    const best = values.reduce((a, b) => Math.min(a, b));
    return worst + REACH * (worst - best || 1);
  });
}

function thinned(front: readonly (readonly number[])[]): readonly (readonly number[])[] {
  if (front.length <= MOST_FRONT || front[0]!.length < 4) return front;
  const distance = crowdingDistance(front);
  const order = front.map((_, i) => i).sort((a, b) => distance[b]! - distance[a]! || a - b);
  return order.slice(0, MOST_FRONT).map((i) => front[i]!);
}
