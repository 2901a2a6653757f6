/**
 * Uniform in the unit cube: every value of a discrete parameter is equally likely, log parameters are uniform in their logarithm.
 * Under constraints: uniform among the points they allow, by rejection. When draws find none, a finite space is walked; else it is said which constraint
 * is in the way. Cost: O(dimensions) per draw, 1 / (share of points allowed) draws.
 */
import { TuneError, type Rng } from '#math';
import { brokenConstraint, describeConstraint, parametersRead, type Constraint } from './constraint.ts';
import { isActive, unflatten } from './flat.ts';
import { firstAllowed } from './grid.ts';
import type { Choice } from './param.ts';
import type { Space } from './space.ts';
import { fromUnit } from './unit.ts';

/** So many draws in a row are rejected before the constraints count as unsatisfiable. */
const MOST_DRAWS = 10_000;

/** One draw, branches first, so that only active parameters take random numbers. */
export function sampleUniform<P>(space: Space & { parse(value: unknown): P }, rng: Rng): P {
  const { constraints } = space;
  if (constraints.length === 0) return draw(space, rng) as P; // drawn from the space's own dimensions
  const rejections = new Map<Constraint, number>();
  for (let i = 0; i < MOST_DRAWS; i++) {
    const params = draw(space, rng);
    const broken = brokenConstraint(constraints, params);
    if (broken === null) return params as P; // as above
    rejections.set(broken, (rejections.get(broken) ?? 0) + 1);
  }
  const found = firstAllowed(space, rng);
  if (found !== null) return found as P; // as above
  const [worst] = [...rejections].reduce((a, b) => (b[1] > a[1] ? b : a));
  const paths = parametersRead(worst, draw(space, rng)).map((path) => `"${path}"`);
  throw new TuneError(
    'unsatisfiable',
    `space: the constraints refused ${MOST_DRAWS.toLocaleString('en')} uniform draws in a row, most often ${describeConstraint(worst)} (of ${paths.join(', ')}); loosen it or narrow the ranges to where it holds.`,
    { constraint: describeConstraint(worst) },
  );
}

function draw(space: Space, rng: Rng): Record<string, unknown> {
  const flat: Record<string, Choice> = {};
  for (const dimension of space.dimensions)
    if (isActive(dimension, flat)) flat[dimension.path] = fromUnit(dimension, rng.float());
  return unflatten(space, flat);
}
