/**
 * How far each observation breaks the outcome constraints of its study, as one number: Σ over limits of the excess divided by the largest one seen, so that units do not
 * count. 0: feasible, or its metric was never measured. Cost: O(observations · limits).
 */
import { excessOf, type OutcomeLimit, outcomeOf, type TrialRecord } from '#core';
import type { Observation } from './history.ts';

/** [n]; null where there are no limits. */
export function totalExcess(
  observations: readonly Observation[],
  trials: readonly TrialRecord[],
  limits: readonly OutcomeLimit[] = [],
): Float64Array | null {
  if (limits.length === 0) return null;
  const total = new Float64Array(observations.length);
  for (const limit of limits) {
    const excess = observations.map(({ number }) => {
      const value = outcomeOf(trials[number]!, limit.metric);
      return value === null ? 0 : Math.min(excessOf(limit, value), Number.MAX_VALUE);
    });
    const largest = excess.reduce((a, b) => Math.max(a, b), 0);
    excess.forEach((e, i) => (total[i] = total[i]! + (largest > 0 ? e / largest : 0)));
  }
  return total;
}
