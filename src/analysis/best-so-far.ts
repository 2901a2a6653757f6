/**
 * The best value of a study after each of its finished trials: what one would have had by stopping there.
 * Trials are taken by number. Failed and pruned trials cost their place and leave the best as it is; before the first complete one there is none: NaN.
 */
import { asLoss, isFinished, type Objective, type TrialRecord } from '#core';

/** Place k holds the best of the first k + 1 finished trials, in the objective's own direction. */
export function bestSoFar(trials: readonly TrialRecord[], { name, direction }: Objective): number[] {
  let best = NaN;
  return trials.filter(isFinished).map((trial) => {
    const value = trial.state === 'complete' ? (trial.values[name] ?? NaN) : NaN;
    if (Number.isNaN(best) || asLoss(direction, value) < asLoss(direction, best)) best = value;
    return best;
  });
}
