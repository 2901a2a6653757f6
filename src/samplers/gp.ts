/**
 * Bayesian optimisation with a Gaussian process: the trial expected to improve most on the best one.
 * Jones, Schonlau & Welch 1998 (EGO, J. Global Optim. 13); LogEI after Ament et al. 2023 (arXiv:2310.20708); model and inner search in #models.
 * 1. Start: the space's defaults or centre, then random points, `startTrials` in all.
 * 2. Losses: diverged ones pulled in, Yeo–Johnson transformed, standardised; ARD Matérn-3/2 on warped numbers with θ by maximum a posteriori.
 *    Up to TRUSTING observations unknown regions are presumed better than those seen (OPTIMISM), and less so up to twice as many: the average of a few
 *    trials, the first of them in the middle, says little of what lies elsewhere, and a model without this stays around its first good point.
 *    EI is that of the next observation, noise included (σ² + σ_n²): what the smooth part cannot explain improves or spoils a result all the same, be it
 *    the chance of training or the roughness of a table.
 * 3. Pending trials are believed at their posterior mean (Ginsbourger et al. 2010), so parallel workers get different points.
 * 4. Failed trials: a second process models "ended well" (1) against "failed" (-1). Score: ln(EI + e⁻⁴) + c ln P(well), c = 1 + failures among the
 *    last ten trials. (EI times probability alone keeps probing a sharp edge behind which losses would be better once nothing is left to gain before it.)
 * 5. Several objectives: one process for each, and the expected gain in hypervolume instead of EI (gp-hypervolume.ts).
 * 6. Priors of the space: the first trials are drawn from them; then the score is raised by (β/n) ln π, β a tenth of the planned trials (piBO, Hvarfner et al.
 *    2022, arXiv:2204.11051, equation 6), so results overrule belief.
 * 7. Outcome constraints: the improvement on the best feasible trial times the probability that all limits are kept (gp-limits.ts).
 * 8. Earlier studies, with one objective: the process models the residual to their mixed prior mean (#models, earlier-studies.ts).
 *   y  [n] transformed losses, lower is better      μ, σ²  posterior
 * Cost: O(candidates · n²) per suggestion with n <= maxPoints + 50.
 */
import type { Sampler, SuggestContext, TrialRecord } from '#core';
import { argsort, clipUpper, logSumExp, normalLogCdf, standardise, yeoJohnson, yeoJohnsonExponent } from '#math';
import {
  type EarlierModel,
  earlierModels,
  earlierWeights,
  type EarlierWeights,
  emptyMemory,
  type GaussianProcess,
  type History,
  logExpectedImprovement,
  logExpectedImprovementSlopes,
  maximise,
  type Point,
  type PointSpace,
  pointSpaceOf,
  readHistory,
  surrogate,
  type SurrogateMemory,
  type SurrogateOptions,
  totalExcess,
  UNWARPED_PRIORS,
} from '#models';
import { type Aim, hypervolumeAim } from './gp-hypervolume.ts';
import { limitsModel, withinLimits } from './gp-limits.ts';
import { unexplored } from './unexplored.ts';

export interface GpOptions {
  /** Trials before the model decides, the centre included. */
  readonly startTrials?: number;
  /** Most observations the model holds (it adds up to 50 before it chooses anew). */
  readonly maxPoints?: number;
}

/** Diverged losses are pulled to this many spreads above the median. */
const REACH = 10;
/** Failures among this many last trials make the next one more careful. */
const RECENT = 10;
/** ln of an improvement not worth a failure, in standard deviations of the losses. */
const LEAST_IMPROVEMENT = -4;
/** The prior mean lies so many standard deviations below the average loss … */
const OPTIMISM = 1;
/** … up to so many observations; it rises to the average at twice as many. */
const TRUSTING = 25;
/** Candidates are screened by what so many best observations leave of their variance. */
const ROUGH = 48;
/** New points are made from this many best ones. */
const PARENTS = 10;
/** β of piBO, as a share of the planned trials (Hvarfner et al. 2022, §4.1). */
const BELIEF = 0.1;
/** Where nobody planned a number. */
const USUAL_TRIALS = 100;

/** What may be kept between calls. */
interface Memory {
  /** One for each objective. */
  readonly losses: SurrogateMemory[];
  readonly feasibility: SurrogateMemory;
  /** One for each limited metric. */
  readonly limits: SurrogateMemory[];
}

export function gp({ startTrials = 4, maxPoints = 350 }: GpOptions = {}): Sampler {
  const memories = new WeakMap<readonly TrialRecord[], Memory>();
  return {
    name: 'gp',
    suggest(context) {
      const { space, fixed, objectives, trials, rng, hints } = context;
      const points = pointSpaceOf(space, fixed);
      const read = readHistory(space, objectives, trials, hints);
      const known = unexplored(context, read);
      // The search asks before it scores: a point that constraints refuse is as little of use as one tried before.
      const history: History = { ...read, isKnown: (point) => !known.isOpen(point) };
      if (known.exhausted !== null) return { exhausted: known.exhausted };

      let memory = memories.get(trials);
      if (memory === undefined) memories.set(trials, (memory = { losses: [], feasibility: emptyMemory(), limits: [] }));
      const started = trials.length < startTrials || history.observations.length === 0;
      const point = started
        ? startingPoint(context, history, points)
        : propose(context, history, points, memory, maxPoints);
      return { params: points.decode(known.accept(point, rng)) };
    },
  };
}

/** Trial 0 at the defaults, or where priors are highest, or in the middle; then by the priors, or at random. With failures only: far from them. */
function startingPoint({ number, rng }: SuggestContext, { failed, isKnown }: History, space: PointSpace): Point {
  if (number === 0) return space.start(rng);
  if (space.prior !== null && failed.length === 0) return space.draw(rng);
  const draws = Array.from({ length: failed.length === 0 ? 1 : 30 }, () => space.uniform(rng)).filter(
    (p) => !isKnown(p),
  );
  const distance = (a: Point): number => Math.min(...failed.map((f) => space.distance(a, f.point)));
  return draws.reduce((a, b) => (distance(b) > distance(a) ? b : a), draws[0] ?? space.uniform(rng));
}

function propose(
  { space: searched, trials, limits = [], rng, hints, transfer = [] }: SuggestContext,
  history: History,
  space: PointSpace,
  memory: Memory,
  maxPoints: number,
): Point | null {
  const { observations, failed, isKnown } = history;
  const options = { maxPoints, fitPoints: fitPointsOf(observations) };
  const excess = totalExcess(observations, trials, limits);
  const feasible = observations.flatMap((_, i) => (excess === null || excess[i] === 0 ? [i] : []));
  // While none is feasible, the aim only orders points that are equally likely to be.
  const rivals = feasible.length > 0 ? feasible : [...observations.keys()];
  const gain =
    observations[0]!.losses.length > 1
      ? hypervolumeAim(history, rivals, space, memory.losses, normalised, options, rng)
      : improvementAim(
          history,
          rivals,
          space,
          (memory.losses[0] ??= emptyMemory()),
          options,
          earlierModels(searched, transfer),
        );
  const kept = limitsModel(space, observations, trials, limits, memory.limits, normalised, options);
  const aim = limits.length === 0 ? gain : withinLimits(gain, feasible.length > 0, kept);
  const belief = (BELIEF * (hints.trials ?? USUAL_TRIALS)) / observations.length;
  const { score, parents, ...more } = believing(aim, space, belief);
  const feasibility = failed.length === 0 ? null : feasibilityModel(space, history, memory.feasibility, maxPoints);

  const careful = (points: readonly Point[], feasibility: (point: Point) => number): number[] =>
    score(points, -Infinity).map((improvement, k) => {
      // The last term only orders points that promise nothing.
      return logSumExp([improvement, LEAST_IMPROVEMENT]) + feasibility(points[k]!) + 1e-3 * Math.max(improvement, -1e3);
    });
  const found =
    feasibility === null
      ? maximise(space, score, parents, isKnown, rng, more)
      : maximise(space, (some) => careful(some, feasibility), parents, isKnown, rng);
  return found?.point ?? null;
}

/** An aim whose scores, which are logarithms, are raised by `weight` times the log density of the space's priors: π^(β/n) of Hvarfner et al. 2022. */
function believing(aim: Aim, { prior }: PointSpace, weight: number): Aim {
  if (prior === null) return aim;
  const { bound, scoreGradient: slope } = aim;
  const bonus = (point: Point): number => weight * prior.logDensity(point);
  return {
    parents: aim.parents,
    score(points, least) {
      const bonuses = points.map(bonus);
      const scores = aim.score(points, least - bonuses.reduce((a, b) => Math.max(a, b), -Infinity));
      return scores.map((s, k) => s + bonuses[k]!);
    },
    ...(bound !== undefined && {
      bound: (points: readonly Point[]) => bound(points).map((b, k) => b + bonus(points[k]!)),
    }),
    ...(slope !== undefined && {
      scoreGradient(point: Point, gradient: Float64Array): number {
        const score = slope(point, gradient);
        prior.addSlope(point, weight, gradient);
        return score + bonus(point);
      },
    }),
  };
}

/** Forecasts change from call to call, and with them the fit: it must cost less. */
const fitPointsOf = (observations: History['observations']): number =>
  observations.some((o) => o.isForecast) ? 64 : 150;

/** One objective: the expected improvement below the best loss of the rivals. */
function improvementAim(
  { observations, pending }: History,
  rivals: readonly number[],
  space: PointSpace,
  memory: SurrogateMemory,
  options: SurrogateOptions,
  earlier: readonly EarlierModel[],
): Aim {
  const losses = Float64Array.from(observations, (o) => o.losses[0]!);
  const X = observations.map((o) => o.point);
  const means = earlier.map((study) => Float64Array.from(X, study.mean)); // [studies][n]
  const belief = (values: Float64Array): EarlierWeights => earlierWeights(means, normalised(values));
  const { weights, offset, trust } = belief(losses);
  const y = hopeful(losses, trust);
  // Weights are those of the values given, so that a fit to the first m observations is the same however many follow.
  const residual = (values: Float64Array): Float64Array => {
    const past = belief(values);
    return hopeful(values, past.trust).map(
      (v, i) => v + past.offset - means.reduce((sum, m, k) => sum + past.weights[k]! * m[i]!, 0),
    );
  };
  const model = surrogate(space.axes, X, losses, residual, memory, options);
  const used = earlier.flatMap((study, k) => (weights[k]! > 0 ? [{ study, weight: weights[k]! }] : []));
  for (const point of pending) model.believe(point);
  return {
    ...improvement(model, {
      best: rivals.reduce((least, i) => Math.min(least, y[i]!), Infinity),
      noise: model.noise,
      past: {
        mean: (point) => used.reduce((sum, { study, weight }) => sum + weight * study.mean(point), -offset),
        addSlope(point, weight, gradient) {
          for (const { study, weight: share } of used) study.addSlope(point, weight * share, gradient);
        },
      },
    }),
    parents: argsort(rivals.map((i) => losses[i]!))
      .slice(0, PARENTS)
      .map((k) => X[rivals[k]!]!),
  };
}

const NO_PAST: Pick<EarlierModel, 'mean' | 'addSlope'> = { mean: () => 0, addSlope: () => undefined };

/** ln EI below `best` of the next observation, with that share of noise, where the process models the residual to a mean known from earlier studies. */
export function improvement(
  model: GaussianProcess,
  { best, noise, past = NO_PAST }: { best: number; noise: number; past?: typeof NO_PAST },
): Required<Omit<Aim, 'parents'>> {
  const gain = (mean: number, variance: number): number => logExpectedImprovement(mean, variance + noise, best);
  return {
    score(points, least) {
      const before = points.map(past.mean);
      // EI grows with the variance: a bound that falls short ends the work.
      return model
        .predictEach(points, (k, mean, bound) => gain(before[k]! + mean, bound) > least)
        .map((found, k) => (found === null ? -Infinity : gain(before[k]! + found.mean, found.variance)));
    },
    bound: (points) =>
      model.predictAll(points, ROUGH).map(({ mean, variance }, k) => gain(past.mean(points[k]!) + mean, variance)),
    scoreGradient(point, gradient) {
      const { mean: residue, variance, meanGradient, varianceGradient } = model.predictGradient(point);
      const mean = past.mean(point) + residue;
      const { byMean, byVariance } = logExpectedImprovementSlopes(mean, variance + noise, best);
      meanGradient.forEach((g, d) => (gradient[d] = byMean * g + byVariance * varianceGradient[d]!));
      past.addSlope(point, byMean, gradient);
      return gain(mean, variance);
    },
  };
}

/** ln P(a trial at this point ends well), times the caution that recent failures ask for. */
function feasibilityModel(
  space: PointSpace,
  { observations, failed }: History,
  memory: SurrogateMemory,
  maxPoints: number,
): (point: Point) => number {
  const failures = new Set<object>(failed);
  const outcomes = [...observations, ...failed].sort((a, b) => a.number - b.number);
  const labels = Float64Array.from(outcomes, (o) => (failures.has(o) ? -1 : 1));
  const points = outcomes.map((o) => o.point);
  const model = surrogate(space.axes, points, labels, (v) => v, memory, { maxPoints, priors: UNWARPED_PRIORS });
  const caution = 1 + labels.slice(-RECENT).filter((label) => label < 0).length;
  return (point) => {
    const { mean, variance } = model.predict(point);
    return caution * normalLogCdf(mean / Math.sqrt(variance + model.noise));
  };
}

/** Nearly normal, mean 0 and sd 1. */
export function normalised(losses: Float64Array): Float64Array {
  const z = standardise(clipUpper(losses, REACH));
  const lambda = yeoJohnsonExponent(z);
  return standardise(z.map((v) => yeoJohnson(v, lambda)));
}

/** `normalised`, moved so that the process's prior mean of 0 is optimistic while observations are few, the less so the more earlier studies are trusted. */
function hopeful(losses: Float64Array, trust: number): Float64Array {
  const shift = OPTIMISM * (1 - trust) * Math.min(1, Math.max(0, 2 - losses.length / TRUSTING));
  return normalised(losses).map((v) => v + shift);
}
