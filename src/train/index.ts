/** Training: the fit loop, evaluation, metrics, early stopping, the batch-size rule. */
export { batchSizeRule, type BatchSizeRule } from './batch-size-rule.ts';
export { checkFit, type TrainConfig } from './config.ts';
export type { EarlyStopping } from './early-stopping.ts';
export { evaluate, type EvaluateOptions, type Evaluation } from './evaluate.ts';
export { fit, type Decision, type FitOptions, type FitResult } from './fit.ts';
export {
  accuracy,
  classificationMetrics,
  type ClassificationScores,
  classificationScores,
  type Confusion,
  confusionMatrix,
  isMaximized,
  metricNames,
  regressionMetrics,
  type Scores,
} from './metrics.ts';
export type { EpochReport, Progress } from './report.ts';
export type { BestEpoch, FitState } from './state.ts';
