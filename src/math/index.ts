export { isTuneError, TuneError } from './error.ts';
export type { Json } from './json.ts';
export { createRng, restoreRng, type Rng, type RngState } from './rng.ts';
