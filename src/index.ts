/** The root door: the tuner (spaces, studies) and experiments. The trainer's parts have doors of their own: attune/nn, attune/optim, attune/data, attune/train. */
export { isTuneError, TuneError } from '#math';
export { branch, choice, fixed, float, int, linear, predicate, space, type Infer, type Space } from '#space';
export { createStudy, openStudy, type Study, type StudyOptions, type Trial } from '#study';
export { experiment, type Experiment, type ExperimentDefinition, type TrainPlan } from '#tune';
