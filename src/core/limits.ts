/**
 * Outcome constraints: metrics told beside the objectives that have to stay within limits, as a latency of at most 20 ms. (Constraints on parameters belong to #space.)
 * A trial is feasible if all of them hold, ends included. One that is not keeps its values and is never the best.
 */
import type { TrialRecord, Values } from './trial.ts';

/** At least one of the two is given. The metric may be an objective too. */
export interface OutcomeLimit {
  readonly metric: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** How far a value lies beyond the limits, in the metric's own unit; 0 within them. */
export const excessOf = ({ atMost = Infinity, atLeast = -Infinity }: OutcomeLimit, value: number): number =>
  Math.max(0, value - atMost, atLeast - value);

/** Whether the values keep all limits; a metric that is missing keeps none. */
export const isFeasible = (values: Values, limits: readonly OutcomeLimit[]): boolean =>
  limits.every((limit) => {
    const value = values[limit.metric];
    return value !== undefined && excessOf(limit, value) === 0;
  });

/** `latencyMs ≤ 20`, `0.1 ≤ recall ≤ 0.9`: a limit as people read it. */
export const limitText = ({ metric, atMost, atLeast }: OutcomeLimit): string =>
  atMost === undefined
    ? `${metric} ≥ ${atLeast}`
    : atLeast === undefined
      ? `${metric} ≤ ${atMost}`
      : `${atLeast} ≤ ${metric} ≤ ${atMost}`;

/** A constrained metric of a trial: what it was told with, else its last finite measurement; null if there is none. */
export function outcomeOf(trial: TrialRecord, metric: string): number | null {
  const told = 'values' in trial ? trial.values?.[metric] : undefined;
  if (told !== undefined) return told;
  return trial.measurements.findLast(({ values }) => Number.isFinite(values[metric]))?.values[metric] ?? null;
}
