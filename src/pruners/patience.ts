/**
 * Stops a trial that has not improved on itself for `patience` reports; with `pruner`, lets that one decide, but only about such trials.
 * As Optuna's PatientPruner. An improvement is more than `minDelta` better than everything before; a value that is not finite is none.
 * Several objectives: a report improves if each earlier one is worse in some objective, by more than `minDelta`.
 * Alone it looks at no other trial, so it may stop the only one. Cost: O(reports · front), front = 1 with one objective.
 */
import type { PruneDecision, Pruner } from '#core';
import { checkOption, dominatesLosses, isCount, isDiverged, lossesOf, type Losses } from './measured.ts';

export interface PatienceOptions {
  /** Reports without improvement that are put up with. */
  readonly patience?: number;
  readonly minDelta?: number;
  /** Decides about trials that do not improve; without it they are stopped. */
  readonly pruner?: Pruner;
}

export function patience({ patience = 5, minDelta = 0, pruner }: PatienceOptions = {}): Pruner {
  checkOption('patience', 'patience', patience, isCount(patience, 1), 'a whole number ≥ 1');
  checkOption('patience', 'minDelta', minDelta, minDelta >= 0, '≥ 0');
  const keepOn: PruneDecision = { decision: 'continue' };
  const resume = pruner?.promote?.bind(pruner);
  return {
    name: 'patience',
    decide(context) {
      const { objectives, trial } = context;
      let front: Losses[] = [];
      let idle = 0;
      for (const measurement of trial.measurements) {
        const losses = lossesOf(measurement, objectives);
        if (losses === null) continue;
        const improves =
          !isDiverged(losses) && front.every((earlier) => losses.some((loss, k) => loss < earlier[k]! - minDelta));
        idle = improves ? 0 : idle + 1;
        if (improves) front = [...front.filter((earlier) => !dominatesLosses(losses, earlier)), losses];
      }
      if (idle < patience) return keepOn;
      return pruner?.decide(context) ?? { decision: 'stop', reason: `no improvement in ${idle} reports` };
    },
    ...(resume === undefined ? {} : { promote: resume }),
  };
}
