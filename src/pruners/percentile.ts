/**
 * Stops a trial whose best value so far is worse than a percentile of what complete trials had at the same step.
 * Golovin et al. 2017, "Google Vizier", KDD, §3.1 (median stopping rule), with the details of Optuna's PercentilePruner: it compares with values at
 * the step, not with running averages; nothing is stopped before `startupTrials` trials are complete, before `warmupSteps`, or between intervals.
 * Departs from both: complete trials count at steps they skipped too (their last value before), and a value that is not finite stops the trial
 * as soon as there is something to compare it with.
 * Several objectives: a trial is stopped when more than 100 - percentile percent of the others dominate its last losses.
 * Cost: O(trials · log steps) for each report that is due.
 */
import { asLoss, type PruneDecision, type Pruner } from '#core';
import { quantileSorted, sorted } from '#math';
import {
  beatenBy,
  checkOption,
  isCount,
  isDiverged,
  isDue,
  lossesAt,
  lossesOf,
  shown,
  type Losses,
} from './measured.ts';

export interface PercentileOptions {
  /** The best so many percent go on: 25 keeps a quarter. */
  readonly percentile?: number;
  /** Complete trials before anything is stopped. */
  readonly startupTrials?: number;
  /** No trial is stopped before this step. */
  readonly warmupSteps?: number;
  /** Steps between two looks. */
  readonly interval?: number;
  /** Complete trials that must have reached the step. */
  readonly minTrials?: number;
}

export function percentile(options: PercentileOptions = {}): Pruner {
  return percentilePruner('percentile', options);
}

/** @internal */
export function percentilePruner(
  name: string,
  { percentile = 50, startupTrials = 5, warmupSteps = 0, interval = 1, minTrials = 1 }: PercentileOptions,
): Pruner {
  checkOption(name, 'percentile', percentile, percentile >= 0 && percentile <= 100, 'from 0 to 100');
  checkOption(name, 'startupTrials', startupTrials, isCount(startupTrials), 'a whole number ≥ 0');
  checkOption(name, 'warmupSteps', warmupSteps, isCount(warmupSteps), 'a whole number ≥ 0');
  checkOption(name, 'interval', interval, isCount(interval, 1), 'a whole number ≥ 1');
  checkOption(name, 'minTrials', minTrials, isCount(minTrials, 1), 'a whole number ≥ 1');
  const keepOn: PruneDecision = { decision: 'continue' };
  return {
    name,
    decide({ objectives, trial, trials }) {
      const { measurements } = trial;
      const now = measurements.at(-1);
      const losses = now === undefined ? null : lossesOf(now, objectives);
      if (now === undefined || losses === null || !isDue(measurements, { warmupSteps, interval })) return keepOn;

      const others: Losses[] = [];
      let complete = 0;
      for (const other of trials) {
        if (other.state !== 'complete' || other.number === trial.number) continue;
        complete++;
        const there = lossesAt(other, now.step, objectives);
        if (there !== null) others.push(there);
      }
      if (complete < startupTrials || others.length < minTrials) return keepOn;
      if (isDiverged(losses)) return { decision: 'stop', reason: `its value at step ${now.step} is not finite` };

      const [objective, second] = objectives;
      if (objective === undefined || second !== undefined) {
        const share = (100 * beatenBy(losses, others)) / others.length;
        return share > 100 - percentile
          ? { decision: 'stop', reason: `at step ${now.step} ${shown(share)} % of the complete trials dominate it` }
          : keepOn;
      }
      let best = Infinity;
      for (const measurement of measurements) best = Math.min(best, lossesOf(measurement, objectives)?.[0] ?? Infinity);
      const limit = quantileSorted(sorted(others.map((other) => other[0]!)), percentile / 100);
      if (!(best > limit)) return keepOn;
      const value = (loss: number): string => shown(asLoss(objective.direction, loss)); // negates back
      const level = percentile === 50 ? 'the median' : `the best ${percentile} %`;
      return {
        decision: 'stop',
        reason: `its best ${objective.name} by step ${now.step}, ${value(best)}, is worse than ${level} of the complete trials, ${value(limit)}`,
      };
    },
  };
}
