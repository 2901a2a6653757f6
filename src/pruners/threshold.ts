/**
 * Stops a trial whose metric leaves given bounds, or is NaN or ±Infinity. It looks at no other trial, so it may stop the only one.
 * As Optuna's ThresholdPruner; without bounds it stops diverged trials only.
 * Several objectives: bounds need the name of a metric; without bounds any objective that is not finite stops the trial.
 * Cost: O(1).
 */
import { TuneError, type PruneDecision, type Pruner } from '#core';
import { checkOption, isCount, isDue, shown } from './measured.ts';

export interface ThresholdOptions {
  /** An objective, or any metric that is reported; default: the only objective. */
  readonly metric?: string;
  /** Stops below. */
  readonly lower?: number;
  /** Stops above. */
  readonly upper?: number;
  readonly warmupSteps?: number;
  readonly interval?: number;
}

export function threshold({
  metric,
  lower = -Infinity,
  upper = Infinity,
  warmupSteps = 0,
  interval = 1,
}: ThresholdOptions = {}): Pruner {
  checkOption('threshold', 'lower', lower, lower <= upper, `a number ≤ upper = ${upper}`); // also refuses NaN
  checkOption('threshold', 'warmupSteps', warmupSteps, isCount(warmupSteps), 'a whole number ≥ 0');
  checkOption('threshold', 'interval', interval, isCount(interval, 1), 'a whole number ≥ 1');
  const bounded = lower > -Infinity || upper < Infinity;
  const keepOn: PruneDecision = { decision: 'continue' };
  return {
    name: 'threshold',
    decide({ objectives, trial: { measurements } }) {
      if (metric === undefined && bounded && objectives.length > 1)
        throw new TuneError('bad-options', 'threshold: with several objectives, say which metric the bounds are for.');
      const now = measurements.at(-1);
      if (now === undefined || !isDue(measurements, { warmupSteps, interval })) return keepOn;
      for (const name of metric === undefined ? objectives.map((objective) => objective.name) : [metric]) {
        const value = now.values[name];
        if (value === undefined) continue;
        const where = `${name} at step ${now.step} is`;
        if (!Number.isFinite(value)) return { decision: 'stop', reason: `${where} ${value}` };
        if (value < lower) return { decision: 'stop', reason: `${where} ${shown(value)}, below ${lower}` };
        if (value > upper) return { decision: 'stop', reason: `${where} ${shown(value)}, above ${upper}` };
      }
      return keepOn;
    },
  };
}
