export { bestOfN, type BestOfN, edf } from './best-of-n.ts';
export { hypervolume } from './hypervolume.ts';
export { importance, type Importance, type ImportanceOptions } from './importance.ts';
