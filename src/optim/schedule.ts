/**
 * Learning-rate schedules: pure functions of time that multiply the base learning rate.
 * The trainer feeds `base · factor(t)` as a graph input, so a schedule never makes it recompile.
 *   t  0-based epoch or optimizer step, by `unit`: the first ten epochs are t = 0 … 9
 */
import { type Json, TuneError } from '#math';

export type ScheduleUnit = 'epoch' | 'step';

export interface Schedule {
  readonly kind: string;
  readonly config: Readonly<Record<string, Json>>;
  readonly unit: ScheduleUnit;
  /** Multiplies the base learning rate at time t. */
  factor(t: number): number;
}

/** @internal Throws unless the option holds. */
export function requireOption(ok: boolean, owner: string, option: string, wants: string, got: unknown): void {
  if (ok) return;
  const shown = Array.isArray(got) ? `[${got.join(', ')}]` : String(got);
  throw new TuneError('optim.option', `${owner}: ${option} must be ${wants}; got ${shown}.`, { owner, option, got });
}

/** @internal */
export const isPositive = (x: number): boolean => Number.isFinite(x) && x > 0;
/** @internal */
export const isNonNegative = (x: number): boolean => Number.isFinite(x) && x >= 0;
/** @internal */
export const isCount = (x: number): boolean => Number.isSafeInteger(x) && x >= 1;
