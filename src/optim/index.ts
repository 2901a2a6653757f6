/** Gradient optimizers, learning-rate schedules, and the training step they are compiled into. */
export { adam, adamw, type AdamOptions } from './adam.ts';
export type { Optimizer, Scalars } from './optimizer.ts';
export type { Schedule, ScheduleUnit } from './schedule.ts';
export { constant, cosine, exponential, linear, multistep, stepDecay, warmup } from './schedules.ts';
export { sgd, type SgdOptions } from './sgd.ts';
export {
  applyOptimizer,
  buildTrainStep,
  slotName,
  type Trainable,
  type TrainStep,
  type TrainStepOptions,
} from './train-step.ts';
