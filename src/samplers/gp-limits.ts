/**
 * Probability that a point keeps the outcome constraints, for the Gaussian-process sampler: one process for each limited metric.
 * Gardner et al. 2014, "Bayesian optimization with inequality constraints" (ICML), equation 5: the expected improvement on the best feasible trial is multiplied by
 * Π P(limit kept); while no trial is feasible the probability alone is maximised (Gelbart, Snoek & Adams 2014, arXiv:1403.5607, §3.3).
 * A metric and its limits go through the same Yeo–Johnson transform as losses do, so that a heavy tail far beyond a limit says no more than it must.
 * Trials whose metric was never measured (pruned early) say nothing.
 *   P(atLeast <= c <= atMost) = Φ((atMost - μ) / s) - Φ((atLeast - μ) / s)      s² = σ² + noise
 * Cost: that of one objective for each limited metric.
 */
import { type OutcomeLimit, outcomeOf, type TrialRecord } from '#core';
import { normalLogCdf, normalLogMass } from '#math';
import {
  emptyMemory,
  type Observation,
  type Point,
  type PointSpace,
  surrogate,
  type SurrogateMemory,
  type SurrogateOptions,
} from '#models';
import type { Aim } from './gp-hypervolume.ts';

/** The aim of a study with limits; `kept` is ln P(all limits are kept). It has no gradient: the search then climbs without. */
export function withinLimits(aim: Aim, anyFeasible: boolean, kept: (point: Point) => number): Aim {
  return {
    parents: aim.parents,
    score(points, least) {
      // The last term only orders points that are equally likely to be feasible.
      if (!anyFeasible)
        return aim.score(points, -Infinity).map((gain, k) => kept(points[k]!) + 1e-3 * Math.max(gain, -1e3));
      return aim.score(points, least).map((gain, k) => (gain > least ? gain + kept(points[k]!) : gain));
    },
    ...(anyFeasible && aim.bound !== undefined && { bound: aim.bound }),
  };
}

/** ln P(all limits are kept). */
export function limitsModel(
  space: PointSpace,
  observations: readonly Observation[],
  trials: readonly TrialRecord[],
  limits: readonly OutcomeLimit[],
  memories: SurrogateMemory[],
  normalised: (values: Float64Array) => Float64Array,
  options: SurrogateOptions,
): (point: Point) => number {
  const parts = limits.flatMap(({ metric, atMost, atLeast }, k) => {
    const known = observations.flatMap(({ number, point }) => {
      const value = outcomeOf(trials[number]!, metric);
      return value === null ? [] : [{ point, value }];
    });
    if (known.length === 0) return [];
    const values = Float64Array.from(known, ({ value }) => value);
    const ends = [atLeast, atMost].filter((end) => end !== undefined);
    // The limits go with the values through one transform, and are taken off its end.
    const together = (some: Float64Array): Float64Array => normalised(Float64Array.of(...some, ...ends));
    const model = surrogate(
      space.axes,
      known.map(({ point }) => point),
      values,
      (some) => together(some).subarray(0, some.length),
      (memories[k] ??= emptyMemory()),
      options,
    );
    const bounds = together(values).subarray(values.length);
    const low = atLeast === undefined ? -Infinity : bounds[0]!;
    const high = atMost === undefined ? Infinity : bounds.at(-1)!;
    return [{ model, low, high }];
  });
  return (point) =>
    parts.reduce((sum, { model, low, high }) => {
      const { mean, variance } = model.predict(point);
      const s = Math.sqrt(variance + model.noise);
      const [a, b] = [(low - mean) / s, (high - mean) / s];
      return sum + (a === -Infinity ? normalLogCdf(b) : b === Infinity ? normalLogCdf(-a) : normalLogMass(a, b));
    }, 0);
}
