/**
 * Random search: every trial is an independent uniform draw from the unit cube of the space (log parameters uniform in their logarithm).
 * Bergstra & Bengio 2012, JMLR 13, https://jmlr.org/papers/v13/bergstra12a.html.
 * In a finite space each point comes once: a draw that was tried before is drawn again, so the points come in random order.
 * Cost: O(dimensions) per suggestion.
 */
import type { Sampler } from '#core';
import { knownPoints, pointSpaceOf } from '#models';
import { sampleUniform } from '#space';
import { unexplored } from './unexplored.ts';

export const random = (): Sampler => ({
  name: 'random',
  suggest({ space, trials, rng }) {
    const draw = sampleUniform(space, rng);
    if (space.dimensions.some(({ type, condition }) => type === 'continuous' && condition === null)) {
      return { params: draw }; // two draws never meet
    }
    const free = unexplored(space, knownPoints(space, trials));
    if (free.exhausted !== null) return { exhausted: free.exhausted };
    const points = pointSpaceOf(space);
    return { params: points.decode(free.accept(points.encode(draw), rng)) };
  },
});
