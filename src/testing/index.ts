/** What tests of several rooms share. */
export { evaluate } from './evaluate.ts';
export { checkGradient } from './gradient-check.ts';
export type { Argument, GradientCheck, GradientReport } from './gradient-check.ts';
export type { Value } from './value.ts';
export type { Law } from './law.ts';
export { problems, type Problem } from './problems.ts';
export { prunerLaws, type PrunerLawOptions } from './pruner-suite.ts';
export { type QualityOptions, samplerQualityLaws, search, signTest } from './quality.ts';
export { randomSpace, type RandomSpaceOptions } from './random-space.ts';
export { samplerLaws, type SamplerOptions } from './sampler-suite.ts';
export { storageLaws, type StorageUnderTest } from './storage-suite.ts';
