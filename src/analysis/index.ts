/** What finished trials tell: importance of parameters, best-so-far curves, comparison of samplers, best of n, hypervolume. Pure functions of records. */
export { hypervolume } from '#models';
export { bestOfN, type BestOfN, edf } from './best-of-n.ts';
export { bestSoFar } from './best-so-far.ts';
export {
  type Checkpoint,
  type CompareOptions,
  compareSamplers,
  type SamplerComparison,
  type SamplerRun,
  type SamplerTest,
} from './compare-samplers.ts';
export { fanova, type FanovaOptions, type FanovaShare } from './fanova.ts';
export { importance, type Importance, type ImportanceOptions } from './importance.ts';
export { repeatsOf, type Repeats, trialsAlike } from './repeats.ts';
export { rankTest, type RankTest } from './rank-test.ts';
