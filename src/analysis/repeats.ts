/**
 * How well parameters do, chance apart: the trials that ran them again with other seeds.
 * The first trial of the parameters is left out: it was picked because it came out well, so its value promises too much (the winner's curse).
 *   95 % interval of the mean: mean ± t(0.95, n - 1) s / √n      s: the sample's standard deviation      (Student 1908)
 */
import type { CompleteTrial, TrialRecord } from '#core';
import { mean, standardDeviation, studentTwoSided } from '#math';
import { flatten } from '#space';

export interface Repeats {
  /** Of the trials that ran the parameters again and are complete, in order. */
  readonly numbers: readonly number[];
  /** Those that failed or were pruned. */
  readonly unfinished: number;
  /** Of the trial that had the parameters first. */
  readonly first: { readonly number: number; readonly value: number };
  readonly mean: number;
  /** Of the sample (n - 1); NaN of a single repeat, as `halfWidth`. */
  readonly deviation: number;
  /** Half the width of the 95 % interval of the mean. */
  readonly halfWidth: number;
}

/** Trials with the very parameters of `trial`, in order, itself included. */
export function trialsAlike(trial: TrialRecord, trials: readonly TrialRecord[]): TrialRecord[] {
  const key = exactParams(trial);
  return trials.filter((other) => exactParams(other) === key);
}

/** Null if the parameters of `trial` ran once only. */
export function repeatsOf(trial: CompleteTrial, trials: readonly TrialRecord[], objective: string): Repeats | null {
  const [first, ...again] = trialsAlike(trial, trials);
  const complete = again.filter((other): other is CompleteTrial => other.state === 'complete');
  if (first === undefined || complete.length === 0) return null;
  const values = complete.map((other) => other.values[objective] ?? NaN);
  const n = values.length;
  const deviation = n === 1 ? NaN : standardDeviation(values) * Math.sqrt(n / (n - 1));
  return {
    numbers: complete.map(({ number }) => number),
    unfinished: again.filter(({ state }) => state === 'failed' || state === 'pruned').length,
    first: { number: first.number, value: ('values' in first ? first.values?.[objective] : undefined) ?? NaN },
    mean: mean(values),
    deviation,
    halfWidth: n === 1 ? NaN : (studentTwoSided(0.95, n - 1) * deviation) / Math.sqrt(n),
  };
}

const exactParams = ({ params }: TrialRecord): string => JSON.stringify(Object.entries(flatten(params)).sort());
