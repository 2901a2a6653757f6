/**
 * Learning-rate schedules: pure functions of time that multiply the base learning rate.
 * The trainer feeds `base · factor(t)` as a graph input, so a schedule never makes it recompile.
 *   t  0-based epoch or optimizer step, by `unit`: the first ten epochs are t = 0 … 9
 */
import type { Json } from '#math';

export type ScheduleUnit = 'epoch' | 'step';

export interface Schedule {
  readonly kind: string;
  readonly config: Readonly<Record<string, Json>>;
  readonly unit: ScheduleUnit;
  /** Multiplies the base learning rate at time t. */
  factor(t: number): number;
}

/**
 * The factors at optimizer steps 0 … steps − 1, for a plot. A schedule of epochs needs to know how many steps an epoch has; with 1, the
 * default, its curve is over epochs.
 */
export const scheduleCurve = (schedule: Schedule, steps: number, { stepsPerEpoch = 1 } = {}): Float64Array =>
  Float64Array.from({ length: steps }, (_, step) =>
    schedule.factor(schedule.unit === 'step' ? step : Math.floor(step / stepsPerEpoch)),
  );
