/**
 * CMA-ES: generations of trials from a normal distribution that learns mean, step size and covariance from the better half of each.
 * Distribution and update in #models: Hansen 2016 (arXiv:1604.00772); margin for ints, steps and ordered choices, Hamano et al. 2022 (arXiv:2205.13482).
 * - Generations are recomputed from the history (generations.ts): nothing is remembered that the trials do not say. The point a trial was drawn as, before
 *   rounding, is drawn again from its own stream. A trial that was not drawn from the current distribution (enqueued, still pending when the generation before
 *   ended, held at fixed values, moved because its point was known or not allowed) is taken in as a step of limited length (Hansen 2011, "Injecting external
 *   solutions into CMA-ES", arXiv:1110.4181, equation 4).
 * - Start: the space's defaults or centre, `stepSize` of each range. If the first trials came from elsewhere, ten results or more, the distribution starts from
 *   the best tenth of them (WS-CMA-ES, Nomura et al. 2021, arXiv:2012.06932).
 * - Restarts with twice the generation size from a random mean once the distribution has shrunk to nothing (IPOP, Auger & Hansen 2005, IEEE CEC, §2).
 * - Floats out of bounds are drawn again, up to `ATTEMPTS` times, then set to the bound. Failed trials rank last, in order of number.
 * - Unordered choices, branches and what is below them are no directions in which a normal distribution can move: `tpe` chooses them, trial by trial.
 * Cost: O(n²) per draw, O(λ n² + n³) per generation of λ = 4 + 3 ln n, n the number of numeric parameters; O(trials) to read the history.
 */
import { TuneError, type Sampler, type SuggestContext, type TrialRecord } from '#core';
import type { Rng } from '#math';
import {
  cmaLength,
  cmaStart,
  type CmaState,
  cmaStep,
  cmaUpdate,
  cmaWarmStart,
  cmaWiden,
  defaultLambda,
  type History,
  type Margined,
  type Observation,
  type Point,
  type PointSpace,
  pointSpaceOf,
  readHistory,
  withMargin,
  withoutMargin,
} from '#models';
import type { Space } from '#space';
import { advanced, type Generations, type Outcome, outcomesOf } from './generations.ts';
import { tpe } from './tpe.ts';
import { unexplored } from './unexplored.ts';

export interface CmaEsOptions {
  /** First standard deviation of each parameter, as a share of its range. */
  readonly stepSize?: number;
  /** λ: trials in a generation, before any restart. Default: 4 + 3 ln n. */
  readonly populationSize?: number;
}

const NAME = 'cmaEs';
const ATTEMPTS = 100;
/** Results of other searches from which the distribution starts: the best tenth must be one trial at least. */
const LEAST_SOURCE = 10;
/** Below this share of a range no step makes a difference. */
const SMALLEST_STEP = 1e-11;
/** What a coordinate may lose on its way to a parameter and back. */
const ROUNDING = 1e-9;
const WORST_CONDITION = 1e14;

/** Where the search stands after some generations. */
interface Progress {
  readonly current: Margined;
  /** What trials that were pending when `current` came were drawn from. */
  readonly before: Margined | null;
  readonly restarts: number;
  /** Best losses of the latest generations since the restart. */
  readonly bests: readonly number[];
}

interface Memory {
  readonly space: Space;
  readonly seed: number;
  readonly source: readonly Observation[];
  readonly generations: Generations<Progress>;
}

export function cmaEs({ stepSize = 0.3, populationSize }: CmaEsOptions = {}): Sampler {
  const forTheRest = tpe();
  const memories = new WeakMap<readonly TrialRecord[], Memory>();

  /** The distribution after all generations that are over. */
  function progressOf(context: SuggestContext, history: History, axes: readonly number[]): Progress {
    const { space, trials, studyRng } = context;
    const points = pointSpaceOf(space);
    const outcomes = outcomesOf(trials, history);
    const own = trials.findIndex(({ suggestedBy }) => suggestedBy === NAME);
    const firstOwn = own < 0 ? -1 : history.observations.findIndex(({ number }) => number >= own);
    const earlier = firstOwn < 0 ? history.observations : history.observations.slice(0, firstOwn);
    const source = earlier.length >= LEAST_SOURCE ? earlier : [];
    const warm = source.length > 0;
    const seed = studyRng.fork(NAME).uint32();
    const lambda = populationSize ?? defaultLambda(axes.length);

    let memory = memories.get(trials);
    if (memory?.space !== space || memory.seed !== seed || !sameLosses(memory.source, source)) {
      const first = warm
        ? cmaWarmStart(
            source.map(({ point }) => onAxes(point, axes)),
            source.map(({ losses }) => losses[0]!),
            lambda,
          )
        : cmaStart(onAxes(points.start(studyRng.fork(NAME, 'start')), axes), stepSize, lambda);
      const current = withMargin(withoutMargin(first), cellOn(points, axes));
      const start: Progress = { current, before: null, restarts: 0, bests: [] };
      memory = { space, seed, source, generations: { start, steps: [] } };
      memories.set(trials, memory);
    }
    return advanced(memory.generations, outcomes, {
      first: !warm ? 0 : own < 0 ? trials.length : own,
      sizeOf: ({ current }) => current.state.rates.lambda,
      keyOf: (first, size) => ranking(outcomes, first, size),
      advance: (progress, key) => advance(progress, key, context, points, axes, stepSize, lambda),
    });
  }

  return {
    name: NAME,
    suggest(context) {
      const { space, fixed, objectives, trials, number, rng, studyRng, hints } = context;
      if (objectives.length !== 1)
        throw new TuneError(
          'bad-sampler',
          `cmaEs: one objective is needed; got ${objectives.length}. Use nsga2, tpe or gp.`,
        );
      const points = pointSpaceOf(space, fixed);
      const history = readHistory(space, objectives, trials, hints);
      const known = unexplored(context, history);
      if (known.exhausted !== null) return { exhausted: known.exhausted };
      if (number === 0) return { params: points.decode(known.accept(points.start(rng), rng)) };
      const axes = [...points.axes.keys()].filter((d) => points.axes[d] === 'number' && points.sizes[d]! > 1);
      const rest = axes.length === points.axes.length ? null : forTheRest.suggest(context);
      if (rest !== null && 'exhausted' in rest) return rest;
      if (rest !== null && axes.length === 0) {
        const why = 'cmaEs: tpe chooses every trial, since the space has no number outside of branches.';
        return trials.some(({ note }) => note === why) ? rest : { ...rest, note: why };
      }
      const { current } = progressOf(context, history, axes);
      const point = rest === null ? new Float64Array(points.axes.length) : points.encode(rest.params);
      for (const { tried } of draws(current, points, axes, studyRng.fork(NAME, number))) {
        axes.forEach((d, j) => (point[d] = tried[j]!));
        const held = points.isHeldAt(point) ? point : points.snap(point, rng);
        if (known.isOpen(held)) return { params: points.decode(held) };
      }
      return { params: points.decode(known.accept(null, rng)) };
    },
  };
}

const onAxes = (point: Point, axes: readonly number[]): Float64Array => Float64Array.from(axes, (d) => point[d]!);

const cellOn =
  (points: PointSpace, axes: readonly number[]) =>
  (j: number, place: number): readonly [number, number] | null => {
    if (points.sizes[axes[j]!] === Infinity) return null;
    const { low, high } = points.cell(axes[j]!, place);
    return [low, high];
  };

/** Draws of one trial, within bounds, as the distribution means them and as they are tried. The last one is forced into the bounds. */
function* draws(
  { state, scale }: Margined,
  points: PointSpace,
  axes: readonly number[],
  stream: Rng,
): Generator<{ latent: Float64Array; tried: Float64Array }> {
  const isFloat = (j: number): boolean => points.sizes[axes[j]!] === Infinity;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const y = cmaStep(state, stream);
    const latent = state.mean.map((m, j) => m + state.sigma * y[j]!);
    const inside = latent.every((v, j) => !isFloat(j) || (v >= 0 && v <= 1));
    if (!inside && attempt < ATTEMPTS - 1) continue;
    const bounded = latent.map((v, j) => (isFloat(j) ? Math.min(1, Math.max(0, v)) : v));
    const tried = bounded.map((v, j) => {
      const m = state.mean[j]!;
      return points.cell(axes[j]!, isFloat(j) ? v : m + scale[j]! * (v - m)).coordinate;
    });
    yield { latent: bounded, tried };
  }
}

/**
 * Numbers of a generation, the best first and failed ones at the end; then the best loss, and 1 if the generation is flat: no result, or the best is no
 * better than all but the last third. Less than the losses: a forecast that moves without overtaking another changes nothing.
 */
function ranking(outcomes: readonly Outcome[], first: number, size: number): number[] {
  const loss = (i: number): number => outcomes[i]?.[0] ?? Infinity;
  const order = Array.from({ length: size }, (_, k) => first + k).sort((a, b) =>
    loss(a) < loss(b) ? -1 : loss(a) > loss(b) ? 1 : a - b,
  );
  const best = loss(order[0]!);
  return [...order, best, best === loss(order[Math.ceil(0.7 * size) - 1]!) ? 1 : 0];
}

const sameLosses = (a: readonly Observation[], b: readonly Observation[]): boolean =>
  a.length === b.length && a.every((o, i) => o.number === b[i]!.number && o.losses[0] === b[i]!.losses[0]);

function advance(
  progress: Progress,
  ranked: readonly number[],
  { trials, studyRng }: SuggestContext,
  points: PointSpace,
  axes: readonly number[],
  stepSize: number,
  firstLambda: number,
): Progress {
  const { current, before, restarts } = progress;
  const { state } = current;
  const order = ranked.slice(0, -2);
  const [best, isFlat] = [ranked.at(-2)!, ranked.at(-1) === 1];
  const bests = [...progress.bests, best].slice(-historyLength(state));
  const next = isFlat
    ? { state: cmaWiden(state, stepSize), scale: current.scale }
    : {
        state: cmaUpdate(
          state,
          order.map((number) => stepOf(number)),
        ),
        scale: current.scale,
      };
  if (!hasConverged(next.state, bests)) {
    return { current: withMargin(next, cellOn(points, axes)), before: current, restarts, bests };
  }
  const stream = studyRng.fork(NAME, 'restart', restarts);
  const mean = Float64Array.from(axes, () => stream.float());
  const fresh = cmaStart(mean, stepSize, firstLambda * 2 ** (restarts + 1));
  return {
    current: withMargin(withoutMargin(fresh), cellOn(points, axes)),
    before: current,
    restarts: restarts + 1,
    bests: [],
  };

  /** From the mean, in step sizes: of the draw that the trial came from, else of its point, no longer than an outlier's. */
  function stepOf(number: number): Float64Array {
    const tried = onAxes(points.encode(trials[number]!.params), axes);
    for (const from of before === null ? [current] : [current, before]) {
      for (const draw of draws(from, points, axes, studyRng.fork(NAME, number))) {
        if (!draw.tried.every((v, j) => Math.abs(v - tried[j]!) < ROUNDING)) continue;
        const y = draw.latent.map((v, j) => (v - state.mean[j]!) / state.sigma);
        return from === current ? y : limited(y);
      }
    }
    return limited(tried.map((v, j) => (v - state.mean[j]!) / state.sigma));
  }
  function limited(y: Float64Array): Float64Array {
    const n = y.length;
    const longest = Math.sqrt(n) + (2 * n) / (n + 2);
    const length = cmaLength(state, y);
    return length > longest ? y.map((v) => (v * longest) / length) : y;
  }
}

/** Generations over which the best loss must change. */
const historyLength = ({ mean, rates }: CmaState): number => 10 + Math.ceil((30 * mean.length) / rates.lambda);

/** Hansen 2016, §B.3: NoEffect and TolX by the size of steps, ConditionCov, EqualFunValues. */
function hasConverged(state: CmaState, bests: readonly number[]): boolean {
  const { sigma, C, D } = state;
  const n = D.length;
  if (D.every((_, j) => sigma * Math.sqrt(C[j * n + j]!) < SMALLEST_STEP)) return true;
  const [smallest, largest] = [D.reduce((a, b) => Math.min(a, b)), D.reduce((a, b) => Math.max(a, b))];
  if ((largest / smallest) ** 2 > WORST_CONDITION) return true;
  return bests.length >= historyLength(state) && bests.every((v) => v === bests[0]);
}
