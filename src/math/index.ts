export { isTuneError, TuneError } from './error.ts';
export { createRng, restoreRng, type Rng, type RngState } from './rng.ts';
