export {
  logExpectedImprovement,
  logExpectedImprovementSlopes,
  logImprovement,
  logImprovementSlope,
} from './acquisition.ts';
export { type Margined, withMargin, withoutMargin } from './cma-margin.ts';
export {
  cmaLength,
  cmaStart,
  type CmaState,
  cmaStep,
  cmaUpdate,
  cmaWarmStart,
  cmaWiden,
  defaultLambda,
} from './cma.ts';
export { GaussianProcess } from './gaussian-process.ts';
export {
  DEFAULT_PRIORS,
  fitHyperparameters,
  type GpPriors,
  logPriors,
  negativeLogPosterior,
  UNWARPED_PRIORS,
} from './hyperparameters.ts';
export { type Axis, axisDistance, type Point } from './kernel.ts';
export { type EarlierModel, earlierModels, earlierWeights, type EarlierWeights, hasValue } from './earlier-studies.ts';
export { totalExcess } from './excess.ts';
export { growForest, type Leaf, type Side } from './forest.ts';
export { frontOrder } from './front-order.ts';
export { type History, knownPoints, type KnownPoints, type Observation, readHistory } from './history.ts';
export { hypervolume } from './hypervolume.ts';
export { type HypervolumeImprovement, hypervolumeImprovement } from './hypervolume-improvement.ts';
export { type ParzenDensity, parzenDensity, type ParzenOptions } from './parzen.ts';
export { type CurveForecast, type CurveForecasts, forecastCurves, type LearningCurve } from './learning-curve.ts';
export { type Cell, type PointSpace, pointSpaceOf } from './point-space.ts';
export { type Bound, maximise, type Score, type Scored, type SearchOptions } from './search.ts';
export {
  emptyMemory,
  refitSize,
  representatives,
  surrogate,
  type SurrogateMemory,
  type SurrogateOptions,
} from './surrogate.ts';
export { crowdingDistance, dominates, nonDominatedRanks } from './pareto.ts';
export { forecastLosses, readCurves, type TrialCurve } from './trial-curves.ts';
