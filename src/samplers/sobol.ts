/**
 * Quasi-random search: the points of a scrambled Sobol sequence, which fill the space more evenly than independent draws.
 * Bergstra & Bengio 2012, JMLR 13, §4; the sequence and its scramble in #math.
 * Every dimension of the space is a coordinate of the unit cube, also those that are not active at a point. Trial n takes point n; the scramble comes
 * from the study's stream, so each seed has its own sequence and nothing needs to be remembered. Dimensions beyond the 128 that have direction
 * numbers are drawn at random. In a finite space a point already tried is replaced by a random new one.
 * Cost: O(dimensions · log n) per suggestion.
 */
import type { Sampler } from '#core';
import { createSobol, SOBOL_DIMENSIONS } from '#math';
import { sequenceSampler } from './sequence.ts';

export const sobol = (): Sampler =>
  sequenceSampler('sobol', (dimensions, rng) => createSobol(Math.min(dimensions, SOBOL_DIMENSIONS), rng));
