/**
 * What a sampler may suggest: points that constraints allow, with the values that are fixed, and none twice while others remain. In a finite space with
 * every such point taken the study is exhausted.
 * A proposal that is not open, or missing, is replaced by a uniform draw, and when draws keep hitting known points by the first open one of the grid
 * from a random place on. Cost: O(1) while points are plentiful; at worst one pass over the grid.
 */
import type { Sampler, SuggestContext } from '#core';
import type { Rng } from '#math';
import { knownPoints, type KnownPoints, type Point, pointSpaceOf } from '#models';
import { cardinality, gridPoint, gridSize, restrict } from '#space';

const DRAWS = 50;
/** Larger spaces are never walked: a uniform draw finds a new point at once. */
const LARGEST_WALK = 5e6;

export interface Unexplored {
  /** A sentence, once every point has been suggested. */
  readonly exhausted: string | null;
  /** Whether a point is new and allowed: to be asked before a costly score. */
  readonly isOpen: (point: Point) => boolean;
  /** The proposal itself, with what is fixed, if it is open; else another point that is. */
  readonly accept: (proposal: Point | null, rng: Rng) => Point;
}

export function unexplored(
  { space, fixed = {} }: Pick<SuggestContext, 'space' | 'fixed'>,
  { isKnown, distinct }: KnownPoints,
): Unexplored {
  const points = pointSpaceOf(space, fixed);
  const rest = restrict(space, fixed);
  const size = cardinality(rest);
  const isWhole = rest === space && space.constraints.length === 0;
  const isOpen = (point: Point): boolean => !isKnown(point) && points.allows(point);
  /** Known points that are among those left to choose from. */
  const tried = (): number =>
    isWhole ? distinct.length : distinct.filter((p) => points.isHeldAt(p) && points.allows(p)).length;
  return {
    exhausted:
      distinct.length >= size && tried() >= size
        ? `All ${size} points of the space${describe(fixed)}${space.constraints.length > 0 ? ' that its constraints allow' : ''} have been tried.`
        : null,
    isOpen,
    accept(proposal, rng) {
      const held = proposal === null || points.isHeldAt(proposal) ? proposal : points.snap(proposal, rng);
      if (held !== null && isOpen(held)) return held;
      for (let i = 0; i < DRAWS; i++) {
        const draw = points.uniform(rng);
        if (!isKnown(draw)) return draw;
      }
      if (size <= LARGEST_WALK) {
        const combinations = gridSize(rest);
        const offset = rng.int(0, combinations - 1);
        for (let i = 0; i < combinations; i++) {
          const point = points.encode(gridPoint(rest, (offset + i) % combinations));
          if (isOpen(point)) return point;
        }
      }
      return points.uniform(rng);
    },
  };
}

const describe = (fixed: Readonly<Record<string, unknown>>): string => {
  const parts = Object.entries(fixed).map(([path, value]) => `${path} = ${JSON.stringify(value)}`);
  return parts.length === 0 ? '' : ` with ${parts.join(', ')}`;
};

/** A sampler that never repeats a point while others remain, made from one that may. */
export const withoutRepeats = (sampler: Sampler): Sampler => ({
  name: sampler.name,
  suggest(context) {
    const { space, trials, rng, fixed } = context;
    const free = unexplored(context, knownPoints(space, trials));
    if (free.exhausted !== null) return { exhausted: free.exhausted };
    const suggestion = sampler.suggest(context);
    if ('exhausted' in suggestion) return suggestion;
    const points = pointSpaceOf(space, fixed);
    return { ...suggestion, params: points.decode(free.accept(points.encode(suggestion.params), rng)) };
  },
});
