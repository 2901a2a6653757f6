/** Gradient optimizers, learning-rate schedules, and the training step they are compiled into. */
export { adagrad, type AdagradOptions } from './adagrad.ts';
export { adam, adamw, type AdamOptions } from './adam.ts';
export { averageName } from './average.ts';
export type { ParameterGroup } from './groups.ts';
export { muon, type MuonOptions } from './muon.ts';
export { nadam } from './nadam.ts';
export type { Optimizer, Scalars } from './optimizer.ts';
export {
  nextPlateau,
  type PlateauRule,
  type PlateauState,
  reduceOnPlateau,
  type ReduceOnPlateauOptions,
  startOfPlateau,
} from './plateau.ts';
export type { Regularization } from './regularize.ts';
export { rmsprop, type RmspropOptions } from './rmsprop.ts';
export { type Schedule, scheduleCurve, type ScheduleUnit } from './schedule.ts';
export {
  constant,
  cosine,
  cosineRestarts,
  exponential,
  linear,
  multistep,
  oneCycle,
  polynomial,
  stepDecay,
  warmup,
  warmupStableDecay,
} from './schedules.ts';
export { sgd, type SgdOptions } from './sgd.ts';
export {
  accumulateStep,
  buildTrainStep,
  slotName,
  type StepRules,
  type Trainable,
  type TrainStep,
  type TrainStepOptions,
} from './train-step.ts';
