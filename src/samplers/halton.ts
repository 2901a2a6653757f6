/**
 * Quasi-random search: the points of a Halton sequence with randomly permuted digits, in any number of dimensions.
 * The sequence in #math (Halton 1960; Owen 2017). Otherwise as `sobol`, which is more even up to its 128 dimensions.
 * Cost: O(dimensions · digits) per suggestion.
 */
import type { Sampler } from '#core';
import { createHalton } from '#math';
import { sequenceSampler } from './sequence.ts';

export const halton = (): Sampler => sequenceSampler('halton', createHalton);
