export {
  createStudy,
  openStudy,
  readLimits,
  type Limits,
  type Objectives,
  type OpenOptions,
  type StudyOptions,
} from './create.ts';
export { fingerprint } from './fingerprint.ts';
export { LEASE_MS, type Lease, type LeaseOptions } from './lease.ts';
export type { Objective, OptimizeOptions, OptimizeResult } from './optimize.ts';
export type { FixedValues, PartialParams } from './params.ts';
export type { RecoverOptions } from './recover.ts';
export { toldMetrics, type Outcome } from './outcome.ts';
export { Study, type AskOptions, type NextOptions } from './study.ts';
export type { StudyListener } from './study-log.ts';
export { Trial, type TrialHandle, type Typed } from './trial.ts';
