export { didYouMean } from './did-you-mean.ts';
export { isTuneError, TuneError } from './error.ts';
export type { Json } from './json.ts';
export { symmetricEigen, type SymmetricEigen } from './eigen.ts';
export { decay } from './decay.ts';
export { createHalton } from './halton.ts';
export { lbfgs, type LbfgsOptions, type LbfgsResult } from './lbfgs.ts';
export {
  cholesky,
  choleskyAppend,
  type CholeskyFactor,
  choleskyLogDeterminant,
  choleskySolve,
  COLUMNS,
  dot,
  inverseFromFactor,
  invertLower,
  packedRow,
  solveLower,
  solveLowerColumns,
  solveLowerTransposed,
} from './linear-algebra.ts';
export { createRng, type Rng } from './rng.ts';
export { createSobol, type Sequence, SOBOL_DIMENSIONS } from './sobol.ts';
export {
  erf,
  erfc,
  erfcx,
  log1mexp,
  logGamma,
  logSumExp,
  normalCdf,
  normalLogCdf,
  normalLogPdf,
  normalPdf,
  normalQuantile,
} from './special.ts';
export { ticks } from './ticks.ts';
export {
  argsort,
  mean,
  median,
  quantile,
  quantileSorted,
  ranks,
  sorted,
  standardDeviation,
  variance,
} from './statistics.ts';
export { studentTwoSided } from './student-t.ts';
export { normalLogMass, normalQuantileOfLog, truncatedNormalQuantile } from './truncated-normal.ts';
export { clipUpper, standardise, yeoJohnson, yeoJohnsonExponent, yeoJohnsonInverse } from './yeo-johnson.ts';
