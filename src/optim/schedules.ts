/**
 * The schedules. Where PyTorch has the same one, the numbers are the same: StepLR, MultiStepLR, ExponentialLR, LinearLR, PolynomialLR,
 * CosineAnnealingLR, CosineAnnealingWarmRestarts, OneCycleLR, and SequentialLR for what is put together.
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

/** (1 − t / over)^power, from 1 down to `end`, then `end`. */
export function polynomial({
  over,
  power = 2,
  end = 0,
  unit = 'epoch',
}: Timing & { over: number; power?: number; end?: number }): Schedule {
  requireOption(isCount(over), 'polynomial', 'over', 'an integer >= 1', over);
  requireOption(isPositive(power), 'polynomial', 'power', 'a number > 0', power);
  requireOption(isNonNegative(end), 'polynomial', 'end', 'a number >= 0', end);
  const factor = (t: number): number => end + (1 - end) * (1 - Math.min(t / over, 1)) ** power;
  return { kind: 'polynomial', config: { over, power, end, unit }, unit, factor };
}

/**
 * Half cosines from 1 to `end`, started anew after `first` epochs (or steps), each period `multiply` times as long as the one before.
 * Loshchilov & Hutter 2017, arXiv:1608.03983, eq. 5 (SGDR).
 */
export function cosineRestarts({
  first,
  multiply = 1,
  end = 0,
  unit = 'epoch',
}: Timing & { first: number; multiply?: number; end?: number }): Schedule {
  requireOption(isCount(first), 'cosineRestarts', 'first', 'an integer >= 1', first);
  requireOption(isCount(multiply), 'cosineRestarts', 'multiply', 'an integer >= 1', multiply);
  requireOption(isNonNegative(end), 'cosineRestarts', 'end', 'a number >= 0', end);
  const factor = (t: number): number => {
    let since = multiply === 1 ? t % first : t;
    let period = first;
    while (multiply > 1 && since >= period) {
      since -= period;
      period *= multiply;
    }
    return end + ((1 - end) / 2) * (1 + Math.cos((Math.PI * since) / period));
  };
  return { kind: 'cosineRestarts', config: { first, multiply, end, unit }, unit, factor };
}

/**
 * Up and down once in `over` steps (or epochs): half a cosine from `start` to 1 in the first `rise` of them, another down to `end`.
 * The optimizer's learning rate is the highest. Smith & Topin 2018, arXiv:1708.07120; the form and the defaults are PyTorch's.
 */
export function oneCycle({
  over,
  rise = 0.3,
  start = 1 / 25,
  end = start / 1e4,
  unit = 'step',
}: Timing & { over: number; rise?: number; start?: number; end?: number }): Schedule {
  requireOption(isCount(over) && over >= 2, 'oneCycle', 'over', 'an integer >= 2', over);
  requireOption(rise > 0 && rise < 1, 'oneCycle', 'rise', 'a number in (0, 1)', rise);
  requireOption(isNonNegative(start), 'oneCycle', 'start', 'a number >= 0', start);
  requireOption(isNonNegative(end), 'oneCycle', 'end', 'a number >= 0', end);
  const top = Math.max(rise * over - 1, 0);
  const between = (from: number, to: number, share: number): number =>
    to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
  const factor = (t: number): number =>
    t <= top && top > 0 ? between(start, 1, t / top) : between(1, end, Math.min((t - top) / (over - 1 - top), 1));
  return { kind: 'oneCycle', config: { over, rise, start, end, unit }, unit, factor };
}

/**
 * Warm-up, stable, decay: rises in a straight line from `start` during `rise`, stays, and falls in a straight line to `end` during the last
 * `fall` of `over` steps (or epochs). Hu et al. 2024, arXiv:2404.06395, §4. Training can be prolonged from any stable point.
 */
export function warmupStableDecay({
  over,
  rise,
  fall,
  start = 0.1,
  end = 0,
  unit = 'step',
}: Timing & { over: number; rise: number; fall: number; start?: number; end?: number }): Schedule {
  requireOption(isCount(over), 'warmupStableDecay', 'over', 'an integer >= 1', over);
  requireOption(isCount(rise), 'warmupStableDecay', 'rise', 'an integer >= 1', rise);
  requireOption(isCount(fall) && rise + fall <= over, 'warmupStableDecay', 'fall', `in [1, ${over - rise}]`, fall);
  requireOption(isNonNegative(start) && start <= 1, 'warmupStableDecay', 'start', 'a number in [0, 1]', start);
  requireOption(isNonNegative(end) && end <= 1, 'warmupStableDecay', 'end', 'a number in [0, 1]', end);
  const factor = (t: number): number => {
    if (t < rise) return start + (1 - start) * (t / rise);
    return 1 + (end - 1) * Math.min(Math.max(t - (over - fall), 0) / fall, 1);
  };
  return { kind: 'warmupStableDecay', config: { over, rise, fall, start, end, unit }, unit, factor };
}
