/** What tests of several rooms share. */
export { evaluate } from './evaluate.ts';
export { checkGradient } from './gradient-check.ts';
export type { Argument, GradientCheck, GradientReport } from './gradient-check.ts';
export type { Value } from './kernels.ts';
