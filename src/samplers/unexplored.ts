/**
 * Keeps samplers from suggesting a point twice while others remain. In a finite space with every point taken the study is exhausted.
 * A proposal that is known, or missing, is replaced by a uniform draw, and when draws keep hitting known points by the first unknown one of the grid
 * from a random place on. Cost: O(1) while points are plentiful; at worst one pass over the grid.
 */
import type { Sampler } from '#core';
import type { Rng } from '#math';
import { knownPoints, type KnownPoints, type Point, pointSpaceOf } from '#models';
import { cardinality, gridPoint, type Space } from '#space';

const DRAWS = 50;
/** Larger spaces are never walked: a uniform draw finds a new point at once. */
const LARGEST_WALK = 5e6;

export interface Unexplored {
  /** A sentence, once every point has been suggested. */
  readonly exhausted: string | null;
  /** The proposal itself if it is new, else another point that is. */
  readonly accept: (proposal: Point | null, rng: Rng) => Point;
}

export function unexplored(space: Space, { isKnown, knownCount }: KnownPoints): Unexplored {
  const points = pointSpaceOf(space);
  const size = cardinality(space);
  return {
    exhausted: knownCount >= size ? `All ${size} points of the space have been tried.` : null,
    accept(proposal, rng) {
      if (proposal !== null && !isKnown(proposal)) return proposal;
      for (let i = 0; i < DRAWS; i++) {
        const draw = points.uniform(rng);
        if (!isKnown(draw)) return draw;
      }
      if (size <= LARGEST_WALK) {
        const offset = rng.int(0, size - 1);
        for (let i = 0; i < size; i++) {
          const point = points.encode(gridPoint(space, (offset + i) % size));
          if (!isKnown(point)) return point;
        }
      }
      return points.uniform(rng);
    },
  };
}

/** A sampler that never repeats a point while others remain, made from one that may. */
export const withoutRepeats = (sampler: Sampler): Sampler => ({
  name: sampler.name,
  suggest(context) {
    const { space, trials, rng } = context;
    const free = unexplored(space, knownPoints(space, trials));
    if (free.exhausted !== null) return { exhausted: free.exhausted };
    const suggestion = sampler.suggest(context);
    if ('exhausted' in suggestion) return suggestion;
    const points = pointSpaceOf(space);
    return { ...suggestion, params: points.decode(free.accept(points.encode(suggestion.params), rng)) };
  },
});
