/**
 * Random search: every trial is an independent uniform draw from the unit cube of the space (log parameters uniform in their logarithm).
 * Bergstra & Bengio 2012, JMLR 13, https://jmlr.org/papers/v13/bergstra12a.html.
 * Parameters with a prior are drawn from it (a tenth of it is uniform, so nothing is excluded).
 * In a finite space each point comes once: a draw that was tried before is drawn again, so the points come in random order.
 * Cost: O(dimensions) per suggestion.
 */
import type { Sampler } from '#core';
import { knownPoints, pointSpaceOf } from '#models';
import { restrict, sampleUniform } from '#space';
import { unexplored } from './unexplored.ts';

export const random = (): Sampler => ({
  name: 'random',
  blind: true,
  suggest(context) {
    const { space, trials, rng, fixed } = context;
    const left = restrict(space, fixed);
    const points = pointSpaceOf(space, fixed);
    const draw = points.prior === null ? sampleUniform(left, rng) : points.decode(points.draw(rng));
    if (left.dimensions.some(({ type, condition }) => type === 'continuous' && condition === null)) {
      return { params: draw }; // two draws never meet
    }
    const free = unexplored(context, knownPoints(space, trials));
    if (free.exhausted !== null) return { exhausted: free.exhausted };
    return { params: points.decode(free.accept(points.encode(draw), rng)) };
  },
});
