/**
 * The schedules. Where PyTorch has the same one, the numbers are the same: StepLR, MultiStepLR, ExponentialLR, LinearLR,
 * CosineAnnealingLR, and SequentialLR for the warm-up.
 */
import { isCount, isNonNegative, isPositive, requireOption } from './options.ts';
import type { Schedule, ScheduleUnit } from './schedule.ts';

interface Timing {
  /** What t counts. Default: epochs. */
  readonly unit?: ScheduleUnit;
}

/** The base learning rate throughout. */
export const constant = (): Schedule => ({ kind: 'constant', config: {}, unit: 'epoch', factor: () => 1 });

/** × factor after every `every` epochs (or steps): factor^⌊t / every⌋. */
export function stepDecay({
  every,
  factor = 0.1,
  unit = 'epoch',
}: Timing & { every: number; factor?: number }): Schedule {
  requireOption(isCount(every), 'stepDecay', 'every', 'an integer >= 1', every);
  requireOption(isPositive(factor), 'stepDecay', 'factor', 'a number > 0', factor);
  return { kind: 'stepDecay', config: { every, factor, unit }, unit, factor: (t) => factor ** Math.floor(t / every) };
}

/** × factor at each of the given times: by default ×0.1 once 10, 20 and 30 epochs are done. */
export function multistep({
  at = [10, 20, 30],
  factor = 0.1,
  unit = 'epoch',
}: Timing & { at?: readonly number[]; factor?: number } = {}): Schedule {
  const ascending = at.every((time, i) => isCount(time) && time > (at[i - 1] ?? 0));
  requireOption(ascending, 'multistep', 'at', 'ascending integers >= 1', at);
  requireOption(isPositive(factor), 'multistep', 'factor', 'a number > 0', factor);
  const passed = (t: number): number => at.filter((time) => time <= t).length;
  return { kind: 'multistep', config: { at, factor, unit }, unit, factor: (t) => factor ** passed(t) };
}

/** factorᵗ. */
export function exponential({ factor, unit = 'epoch' }: Timing & { factor: number }): Schedule {
  requireOption(isPositive(factor), 'exponential', 'factor', 'a number > 0', factor);
  return { kind: 'exponential', config: { factor, unit }, unit, factor: (t) => factor ** t };
}

/** A straight line from `start` to `end` over `over` epochs (or steps), then `end`. */
export function linear({
  over,
  start = 1,
  end = 0,
  unit = 'epoch',
}: Timing & { over: number; start?: number; end?: number }): Schedule {
  requireOption(isCount(over), 'linear', 'over', 'an integer >= 1', over);
  requireOption(isNonNegative(start), 'linear', 'start', 'a number >= 0', start);
  requireOption(isNonNegative(end), 'linear', 'end', 'a number >= 0', end);
  const factor = (t: number): number => start + (end - start) * Math.min(t / over, 1);
  return { kind: 'linear', config: { over, start, end, unit }, unit, factor };
}

/** Half a cosine from 1 to `end` over `over` epochs (or steps), then `end`. Loshchilov & Hutter 2017, eq. 5, one period. */
export function cosine({ over, end = 0, unit = 'epoch' }: Timing & { over: number; end?: number }): Schedule {
  requireOption(isCount(over), 'cosine', 'over', 'an integer >= 1', over);
  requireOption(isNonNegative(end), 'cosine', 'end', 'a number >= 0', end);
  const factor = (t: number): number => end + ((1 - end) / 2) * (1 + Math.cos(Math.PI * Math.min(t / over, 1)));
  return { kind: 'cosine', config: { over, end, unit }, unit, factor };
}

/** Rises in a straight line from `start` to 1 during the first `over` epochs (or steps), then runs `schedule` from its t = 0. */
export function warmup(schedule: Schedule, { over, start = 0.1 }: { over: number; start?: number }): Schedule {
  requireOption(isCount(over), 'warmup', 'over', 'an integer >= 1', over);
  requireOption(isNonNegative(start) && start <= 1, 'warmup', 'start', 'a number in [0, 1]', start);
  return {
    kind: 'warmup',
    config: { over, start, schedule: { kind: schedule.kind, ...schedule.config } },
    unit: schedule.unit,
    factor: (t) => (t < over ? start + (1 - start) * (t / over) : schedule.factor(t - over)),
  };
}
