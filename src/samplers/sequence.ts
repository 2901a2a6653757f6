/** What the quasi-random samplers share: point n of a sequence over the unit cube becomes the parameters of trial n. */
import type { Sampler } from '#core';
import type { Rng, Sequence } from '#math';
import { knownPoints, pointSpaceOf } from '#models';
import { fromUnit, isActive, type Space, unflatten } from '#space';
import { unexplored } from './unexplored.ts';

export function sequenceSampler(name: string, create: (dimensions: number, rng: Rng) => Sequence): Sampler {
  /** Sequences by space and scramble; rebuilt when dropped. */
  const sequences = new WeakMap<Space, { scramble: number; sequence: Sequence }>();
  const sequenceOf = (space: Space, studyRng: Rng): Sequence => {
    const stream = studyRng.fork(name);
    const scramble = stream.float();
    let known = sequences.get(space);
    if (known?.scramble !== scramble) {
      known = { scramble, sequence: create(space.dimensions.length, stream) };
      sequences.set(space, known);
    }
    return known.sequence;
  };
  return {
    name,
    blind: true,
    suggest(context) {
      const { space, trials, number, rng, studyRng, fixed } = context;
      const free = unexplored(context, knownPoints(space, trials));
      if (free.exhausted !== null) return { exhausted: free.exhausted };
      const cube = sequenceOf(space, studyRng).point(number);
      const flat: Record<string, ReturnType<typeof fromUnit>> = {};
      space.dimensions.forEach((dimension, d) => {
        if (isActive(dimension, flat)) flat[dimension.path] = fromUnit(dimension, cube[d] ?? rng.float());
      });
      const points = pointSpaceOf(space, fixed);
      return { params: points.decode(free.accept(points.encode(unflatten(space, flat)), rng)) };
    },
  };
}
