/**
 * A Gaussian process kept up with a growing history, as a pure function of that history.
 * θ is fitted only at fixed sizes m of the history, from its first m observations alone. So every cache can be rebuilt by one fit, and the answer does not
 * depend on which asks came before. Between fits new observations only extend the Cholesky factor.
 * Above `maxPoints` the model holds the best half and an even selection of the others (by number), chosen at the same sizes m; θ is fitted on at most
 * `fitPoints` of them.
 * Cost: a fit O(min(m, fitPoints)³) per gradient; otherwise O(n²) for each new observation.
 */
import { argsort } from '#math';
import { GaussianProcess } from './gaussian-process.ts';
import { DEFAULT_PRIORS, fitHyperparameters, type GpPriors } from './hyperparameters.ts';
import type { Axis, Point } from './kernel.ts';

/** The largest size <= n at which θ is fitted: every one up to 20, then less and less often. */
export function refitSize(n: number): number {
  const every = n <= 20 ? 1 : n <= 60 ? 3 : n <= 200 ? 10 : 50;
  return n - (n % every);
}

interface Fit {
  readonly points: readonly Point[];
  readonly values: Float64Array;
  readonly theta: Float64Array;
}

/** What may be kept between calls; dropping it changes no answer. */
export interface SurrogateMemory {
  fit: Fit | null;
  model: { readonly members: readonly Point[]; readonly gp: GaussianProcess } | null;
}

export const emptyMemory = (): SurrogateMemory => ({ fit: null, model: null });

const startsWith = (list: readonly Point[], head: readonly Point[]): boolean =>
  list.length >= head.length && head.every((point, i) => list[i] === point);

/** At most `limit` indices: the best half of it, and evenly spaced ones among the rest, ascending. */
export function representatives(targets: Float64Array, limit: number): number[] {
  const n = targets.length;
  if (n <= limit) return Array.from({ length: n }, (_, i) => i);
  const order = argsort(targets);
  const best = order.slice(0, Math.floor(limit / 2));
  const rest = order.slice(best.length).sort((a, b) => a - b);
  const others = limit - best.length;
  const spaced = Array.from({ length: others }, (_, k) => rest[Math.floor(((k + 0.5) * rest.length) / others)]!);
  return [...best, ...spaced].sort((a, b) => a - b);
}

export interface SurrogateOptions {
  readonly priors?: GpPriors;
  readonly maxPoints?: number;
  /** Most of them that θ is fitted on. */
  readonly fitPoints?: number;
}

/**
 * The posterior given all observations, ready to predict. `transform` turns raw values into what the process models and is applied to the first m values for
 * a fit and to all of them for the posterior.
 */
export function surrogate(
  axes: readonly Axis[],
  points: readonly Point[],
  values: Float64Array,
  transform: (values: Float64Array) => Float64Array,
  memory: SurrogateMemory,
  { priors = DEFAULT_PRIORS, maxPoints = 350, fitPoints = 150 }: SurrogateOptions = {},
): GaussianProcess {
  const n = points.length;
  const m = refitSize(n);
  const theta = hyperparameters(axes, points, values, transform, memory, { priors, fitPoints }, m);
  // Best first: candidates crowd around the best points, whose rows then settle their variance early (see `predictEach`).
  const chosen = representatives(values.subarray(0, m), maxPoints).sort((a, b) => values[a]! - values[b]! || a - b);
  for (let i = m; i < n; i++) chosen.push(i);
  const members = chosen.map((i) => points[i]!);

  let { model } = memory;
  if (model?.gp.theta !== theta || !startsWith(members, model.members)) {
    model = { members: [], gp: new GaussianProcess(axes, theta) };
  }
  const { gp } = model;
  gp.truncate(model.members.length); // provisional points of an earlier call
  gp.add(members.slice(model.members.length));
  const targets = transform(values);
  gp.setTargets(Float64Array.from(chosen, (i) => targets[i]!));
  memory.model = { members, gp };
  return gp;
}

/** θ after the first m observations. */
function hyperparameters(
  axes: readonly Axis[],
  points: readonly Point[],
  values: Float64Array,
  transform: (values: Float64Array) => Float64Array,
  memory: SurrogateMemory,
  { priors, fitPoints }: Required<Pick<SurrogateOptions, 'priors' | 'fitPoints'>>,
  m: number,
): Float64Array {
  const { fit } = memory;
  if (
    fit?.points.length === m &&
    fit.points.every((point, i) => point === points[i]) &&
    fit.values.every((v, i) => v === values[i])
  ) {
    return fit.theta;
  }
  const targets = transform(values.slice(0, m));
  const chosen = representatives(targets, fitPoints);
  const theta = fitHyperparameters(
    chosen.map((i) => points[i]!),
    Float64Array.from(chosen, (i) => targets[i]!),
    axes,
    priors,
  );
  memory.fit = { points: points.slice(0, m), values: values.slice(0, m), theta };
  return theta;
}
