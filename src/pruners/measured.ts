/**
 * What pruners read from records, in one reading for all of them.
 * - A measurement without one of the objectives is no measurement to a pruner: it is skipped.
 * - A value that is NaN or ±Infinity says that the run diverged: its loss is +Infinity, worse than every finite one, whatever its sign.
 * - Steps may be missing: at step s a trial has its last measurement at or before s, if it got as far as s or has ended.
 * Several objectives: a trial is worse than another if that one dominates it.
 */
import { asLoss, TuneError, type Measurement, type Objective, type TrialRecord } from '#core';

/** One for each objective, lower is better. */
export type Losses = readonly number[];

/** Null if an objective is missing. */
export function lossesOf({ values }: Measurement, objectives: readonly Objective[]): Losses | null {
  const losses: number[] = [];
  for (const { name, direction } of objectives) {
    const value = values[name];
    if (value === undefined) return null;
    losses.push(Number.isFinite(value) ? asLoss(direction, value) : Infinity);
  }
  return losses;
}

export const isDiverged = (losses: Losses): boolean => losses.includes(Infinity);

/** Index of the last measurement at or before a step; -1 if there is none. */
function lastAtOrBefore(measurements: readonly Measurement[], step: number): number {
  let low = 0;
  let high = measurements.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (measurements[middle]!.step <= step) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * What a trial had reached at a step; null if it has not got there (a complete trial counts with its end), or never measured the objectives.
 */
export function lossesAt(trial: TrialRecord, step: number, objectives: readonly Objective[]): Losses | null {
  const { measurements, state } = trial;
  const last = measurements.at(-1);
  if (last === undefined || (last.step < step && state !== 'complete')) return null;
  for (let i = lastAtOrBefore(measurements, step); i >= 0; i--) {
    const losses = lossesOf(measurements[i]!, objectives);
    if (losses !== null) return losses;
  }
  return null;
}

/** `a` is nowhere worse than `b` and somewhere better. */
export function dominatesLosses(a: Losses, b: Losses): boolean {
  let better = false;
  for (let k = 0; k < a.length; k++) {
    if (a[k]! > b[k]!) return false;
    if (a[k]! < b[k]!) better = true;
  }
  return better;
}

/** How many of `others` are better. */
export const beatenBy = (losses: Losses, others: readonly Losses[]): number =>
  others.reduce((count, other) => count + (dominatesLosses(other, losses) ? 1 : 0), 0);

/** True at the first measurement at or after each of warmupSteps, warmupSteps + interval, … : a trial that skips steps is looked at as often. */
export function isDue(
  measurements: readonly Measurement[],
  { warmupSteps, interval }: { readonly warmupSteps: number; readonly interval: number },
): boolean {
  const step = measurements.at(-1)!.step;
  if (step < warmupSteps) return false;
  const before = measurements.at(-2)?.step;
  const window = (s: number): number => Math.floor((s - warmupSteps) / interval);
  return before === undefined || before < warmupSteps || window(before) < window(step);
}

/** Refuses options that make no sense, where they are given. */
export function checkOption(pruner: string, name: string, value: number, ok: boolean, wanted: string): void {
  if (!ok) throw new TuneError('bad-options', `${pruner}: ${name} must be ${wanted}; got ${value}.`, { name, value });
}

export const isCount = (value: number, least = 0): boolean => Number.isSafeInteger(value) && value >= least;

/** A number as people read it in a reason. */
export const shown = (value: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(4))) : 'not finite';
