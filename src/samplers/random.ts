/**
 * Random search: every trial is an independent uniform draw from the unit cube of the space (log parameters uniform in their logarithm).
 * Bergstra & Bengio 2012, JMLR 13, https://jmlr.org/papers/v13/bergstra12a.html.
 * Cost: O(dimensions) per suggestion.
 */
import type { Sampler } from '#core';
import { sampleUniform } from '#space';

export const random = (): Sampler => ({
  name: 'random',
  suggest: ({ space, rng }) => ({ params: sampleUniform(space, rng) }),
});
