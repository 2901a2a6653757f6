/** Uniform in the unit cube: every value of a discrete parameter is equally likely, log parameters are uniform in their logarithm. */
import type { Rng } from '#math';
import { isActive, unflatten } from './flat.ts';
import type { Choice } from './param.ts';
import type { Space } from './space.ts';
import { fromUnit } from './unit.ts';

/** One draw, branches first, so that only active parameters take random numbers. */
export function sampleUniform<P>(space: Space & { parse(value: unknown): P }, rng: Rng): P {
  const flat: Record<string, Choice> = {};
  for (const dimension of space.dimensions)
    if (isActive(dimension, flat)) flat[dimension.path] = fromUnit(dimension, rng.float());
  return unflatten(space, flat) as P; // drawn from the space's own dimensions
}
