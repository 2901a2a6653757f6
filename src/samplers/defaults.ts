/**
 * The first point of a study where its space has defaults: the defaults, and elsewhere the middle of numbers and a category at random. A study begins there
 * whatever its sampler (but a grid, which has an order of its own): what people use today is worth knowing, and no search should end below it.
 */
import type { Params, SuggestContext } from '#core';
import { knownPoints, pointSpaceOf } from '#models';
import { defaultsOf } from '#space';

/** Null where no parameter has a default, or where the point was tried before or is not allowed. */
export function startAtDefaults({ space, fixed, trials, rng }: SuggestContext): Params | null {
  const defaults = defaultsOf(space);
  if (Object.keys(defaults).length === 0) return null;
  const points = pointSpaceOf(space, { ...defaults, ...fixed });
  const start = points.start(rng);
  return points.allows(start) && !knownPoints(space, trials).isKnown(start) ? points.decode(start) : null;
}
