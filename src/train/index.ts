/** Training: the fit loop, evaluation, metrics, early stopping, the batch-size rule. */
export { averageWeights, type KeptCheckpoint, type RunningMean, type Weights } from './averaging.ts';
export { batchSizeRule, type BatchSizeRule } from './batch-size-rule.ts';
export type { Callback, Control, StepReport } from './callbacks.ts';
export { checkFit, type TrainConfig } from './config.ts';
export type { EarlyStopping } from './early-stopping.ts';
export { evaluate, type EvaluateOptions, type Evaluation } from './evaluate.ts';
export { type Bleu, corpusBleu } from './bleu.ts';
export { translate, type TranslateOptions } from './translate.ts';
export { checkMemory, estimateMemory, type MemoryEstimate, type MemoryOptions } from './memory.ts';
export { fit, type Decision, type FitOptions, type FitResult } from './fit.ts';
export { fitFolds, type FitFoldsOptions, type FoldsResult } from './folds.ts';
export {
  findLearningRate,
  type LearningRateCurve,
  type LearningRateFinderOptions,
  type LearningRatePoint,
} from './learning-rate-finder.ts';
export {
  accuracy,
  classificationMetrics,
  type ClassificationScores,
  classificationScores,
  type Confusion,
  confusionMatrix,
  isMaximized,
  maskMetrics,
  type MaskCounts,
  metricNames,
  regressionMetrics,
  type Scores,
} from './metrics.ts';
export type { EpochReport, Progress, StepEvaluation } from './report.ts';
export type { Sampling } from './sampling.ts';
export type { BestEpoch, FitState, PartOfEpoch, TechniqueState } from './state.ts';
