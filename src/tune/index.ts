/** Experiments: their definition, and running them as trials in processes. */
export {
  experiment,
  type DatasetSource,
  type Experiment,
  type ExperimentDefinition,
  type TrainPlan,
} from './experiment.ts';
export { loadExperiment } from './load-experiment.ts';
export type {
  DoneEvent,
  EndReason,
  EpochEvent,
  ProgressEvent,
  Round,
  RunEvent,
  RunSummary,
  StartedEvent,
  TrialEvent,
  TrialResult,
} from './run-event.ts';
export { trialFolder } from './out-folder.ts';
export type { RunFollower, RunOptions } from './run-options.ts';
export { runStudy } from './run-study.ts';
