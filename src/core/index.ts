export { isTuneError, TuneError, type Json } from '#math';
export { asLoss, bestTrial, dominates, paretoTrials } from './best.ts';
export type {
  Compaction,
  PruneContext,
  PruneDecision,
  Pruner,
  Room,
  Sampler,
  Storage,
  StudySummary,
  SuggestContext,
  Suggestion,
} from './contracts.ts';
export { kneeTrial } from './knee.ts';
export { excessOf, isFeasible, limitText, outcomeOf, type OutcomeLimit } from './limits.ts';
export { decodeEvent, encodeEvent, eventFromJson } from './event-json.ts';
export type {
  Hints,
  StoredEvent,
  StudyCreated,
  StudyDefinition,
  StudyEvent,
  TransferSource,
  TrialResult,
} from './events.ts';
export { rootOf, STAGE, type Stage, stageOf } from './stage.ts';
export { decodeState, encodeState } from './snapshot.ts';
export { replay, StudyState } from './state.ts';
export { isFinished, lastStep } from './trial.ts';
export type {
  CompleteTrial,
  Direction,
  FailedTrial,
  FinishedTrial,
  Measurement,
  Objective,
  Params,
  PausedTrial,
  PrunedTrial,
  RunningTrial,
  TrialError,
  TrialRecord,
  TrialState,
  Values,
  WaitingTrial,
} from './trial.ts';
