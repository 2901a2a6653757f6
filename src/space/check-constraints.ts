/**
 * What a constraint must satisfy to be one of a space: its parameters exist, are numbers, can be active together, and its bounds can be reached.
 * Whether a linear constraint can be met is exact for each by itself: the least and the greatest sum over the box of ranges.
 */
import { TuneError } from '#math';
import { describeConstraint, type Constraint, type LinearConstraint } from './constraint.ts';
import type { Dimension } from './dimension.ts';
import { valueAt } from './unit.ts';

export function checkConstraints(constraints: readonly Constraint[], dimensions: readonly Dimension[]): void {
  const names = new Set<string>();
  for (const constraint of constraints) {
    if (constraint.kind === 'linear') checkLinear(constraint, dimensions);
    else {
      const { name } = constraint;
      if (typeof name !== 'string' || name.trim() === '')
        throw refuse(constraint, 'a predicate needs a name', 'JSON keeps it');
      if (names.has(name)) throw refuse(constraint, 'two predicates have this name', 'rename one');
      names.add(name);
    }
  }
}

function checkLinear(constraint: LinearConstraint, dimensions: readonly Dimension[]): void {
  const { coefficients, atMost, atLeast } = constraint;
  const entries = Object.entries(coefficients);
  if (entries.length === 0)
    throw refuse(constraint, 'it has no coefficients', 'name at least one parameter, as { layers: 1 }');
  if (atMost === null && atLeast === null) throw refuse(constraint, 'it has no bound', 'give atMost or atLeast');
  for (const [name, bound] of Object.entries({ atMost, atLeast }))
    if (bound !== null && !Number.isFinite(bound))
      throw refuse(constraint, `${name} must be a finite number`, `got ${bound}`);
  if (atMost !== null && atLeast !== null && atMost < atLeast)
    throw refuse(constraint, 'atMost is below atLeast', 'nothing satisfies both');

  const active = new Map<string, { readonly label: string; readonly path: string }>();
  let least = 0;
  let greatest = 0;
  const reach: string[] = [];
  for (const [path, c] of entries) {
    if (!Number.isFinite(c) || c === 0)
      throw refuse(constraint, `the coefficient of "${path}" must be a finite number other than 0`, `got ${c}`);
    const dimension = dimensions.find((d) => d.path === path);
    if (dimension === undefined)
      throw refuse(
        constraint,
        `"${path}" is not a parameter of this space`,
        `it has ${dimensions.map((d) => d.path).join(', ')}`,
      );
    for (const [branch, label] of conditionsOf(dimension, dimensions)) {
      const other = active.get(branch);
      if (other !== undefined && other.label !== label)
        throw refuse(
          constraint,
          `"${other.path}" and "${path}" are never active together`,
          `one needs ${branch} = ${other.label}, the other ${label}`,
        );
      active.set(branch, { label, path });
    }
    const range = rangeOf(dimension);
    if (range === null) throw refuse(constraint, `"${path}" has values that are no numbers`, 'use predicate(…)');
    const [low, high] = range;
    least += c * (c > 0 ? low : high);
    greatest += c * (c > 0 ? high : low);
    reach.push(`"${path}" in [${low}, ${high}]`);
  }
  const slack = 1e-9 * Math.max(Math.abs(least), Math.abs(greatest));
  if (atMost !== null && least > atMost + slack)
    throw refuse(
      constraint,
      `it cannot be met: the least sum is ${least}`,
      `with ${reach.join(' and ')}; raise atMost or widen a range`,
    );
  if (atLeast !== null && greatest < atLeast - slack)
    throw refuse(
      constraint,
      `it cannot be met: the greatest sum is ${greatest}`,
      `with ${reach.join(' and ')}; lower atLeast or widen a range`,
    );
}

const refuse = (constraint: Constraint, rule: string, advice: string): TuneError =>
  new TuneError('bad-space', `constraint ${describeConstraint(constraint)}: ${rule}; ${advice}.`, {
    constraint: describeConstraint(constraint),
    paths: constraint.kind === 'linear' ? Object.keys(constraint.coefficients) : [],
  });

/** The labels that must be chosen for a dimension to be active. */
function* conditionsOf(
  { condition }: Dimension,
  dimensions: readonly Dimension[],
): Generator<readonly [string, string]> {
  if (condition === null) return;
  yield [condition.path, condition.label];
  const parent = dimensions.find((d) => d.path === condition.path);
  if (parent !== undefined) yield* conditionsOf(parent, dimensions);
}

/** Least and greatest value; null if some value is no number. */
function rangeOf(dimension: Dimension): readonly [number, number] | null {
  const { param, labels, size } = dimension;
  if (labels === null) {
    if (param.kind !== 'float' && param.kind !== 'int') return null;
    return [param.low, size === Infinity ? param.high : Number(valueAt(dimension, size - 1))];
  }
  if (param.kind === 'branch' || !labels.every((v) => typeof v === 'number')) return null;
  const numbers = labels.map(Number);
  return [Math.min(...numbers), Math.max(...numbers)];
}
