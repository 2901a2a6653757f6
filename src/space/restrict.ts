/**
 * Part of a space: some parameters held at a value. A path under a branch holds its value wherever that branch is chosen.
 * The restricted space says what is left to choose; models go on in the whole one, so that they learn from every trial.
 */
import { didYouMean, TuneError } from '#math';
import type { Constraint } from './constraint.ts';
import type { Dimension } from './dimension.ts';
import type { Flat } from './flat.ts';
import { describeParam, type BranchParam, type Choice, type Fields, type Param } from './param.ts';
import { space, type Space } from './space.ts';
import { indexOf } from './unit.ts';

/** Checks values by path against the space; the error names the path. */
export function readFixed(whole: Space, given: Readonly<Record<string, unknown>>, what = 'fixed'): Flat {
  const byPath = new Map(whole.dimensions.map((d) => [d.path, d]));
  return Object.fromEntries(
    Object.entries(given).map(([path, value]) => {
      const dimension = byPath.get(path);
      if (dimension === undefined)
        throw new TuneError(
          'bad-fixed',
          `${what}: "${path}" is not a parameter of this space; ${didYouMean(path, [...byPath.keys()])}`,
          { path },
        );
      if (!isValueOf(dimension, value))
        throw new TuneError(
          'bad-fixed',
          `${what}: "${path}" must fit ${describeParam(dimension.param)}; got ${JSON.stringify(value)}.`,
          { path, value },
        );
      return [path, value] as const;
    }),
  );
}

/** As `readFixed`, of texts: numbers are read, choices and labels are known by how they are written. */
export function readFixedText(whole: Space, given: Readonly<Record<string, string>>): Flat {
  const byPath = new Map(whole.dimensions.map((d) => [d.path, d]));
  const values = Object.entries(given).map(([path, text]) => {
    const labels = byPath.get(path)?.labels ?? null;
    if (labels !== null) return [path, labels.find((label) => String(label) === text) ?? text] as const;
    const number = text.trim() === '' ? NaN : Number(text);
    return [path, Number.isNaN(number) ? text : number] as const;
  });
  return readFixed(whole, Object.fromEntries(values));
}

/** The defaults of a space by path, those of branches as labels. */
export function defaultsOf({ dimensions }: Space): Flat {
  return Object.fromEntries(
    dimensions.flatMap(({ path, param }) => {
      if (param.kind === 'fixed' || param.default === undefined) return [];
      // null is a value of a choice, but elsewhere says that there is no default.
      return param.default === null && param.kind !== 'choice' ? [] : [[path, param.default] as const];
    }),
  );
}

/** Whether a value is one that the dimension can take. */
export function isValueOf(dimension: Dimension, value: unknown): value is Choice {
  const { param } = dimension;
  if (param.kind === 'float' && param.step === null)
    return typeof value === 'number' && value >= param.low && value <= param.high;
  if (value !== null && typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    return false;
  return indexOf(dimension, value) >= 0 && (param.kind !== 'int' || Number.isInteger(value));
}

const cache = new WeakMap<Space, WeakMap<Flat, Space>>();

/** The space that is left when values are `fixed`; the space itself if none is. The same object for the same objects. */
export function restrict(whole: Space, fixed: Flat = {}): Space {
  if (Object.keys(fixed).length === 0) return whole;
  let known = cache.get(whole);
  if (known === undefined) cache.set(whole, (known = new WeakMap()));
  let restricted = known.get(fixed);
  if (restricted === undefined) known.set(fixed, (restricted = create(whole, fixed)));
  return restricted;
}

function create(whole: Space, fixed: Flat): Space {
  const fields = restrictFields(whole.fields, fixed, '');
  const paths = new Set(space(fields).dimensions.map((d) => d.path));
  // A sum with a parameter of a branch that is out of reach holds: that parameter is never active.
  const constraints = whole.constraints.filter(
    (c) => c.kind === 'predicate' || Object.keys(c.coefficients).every((path) => paths.has(path)),
  );
  // They were of the whole space, and its predicates take the parameters of any part of it.
  return space(fields, { constraints: constraints as Constraint<Record<string, unknown>>[] });
}

const restrictFields = (fields: Fields, fixed: Flat, prefix: string): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, param]) => [name, restrictParam(param, fixed, prefix + name)] as const),
  );

function restrictParam(param: Param, fixed: Flat, path: string): Param {
  const value = fixed[path];
  if (param.kind === 'branch') {
    const labels = value === undefined ? Object.keys(param.branches) : [String(value)];
    const branches = Object.fromEntries(
      labels.map((label) => [label, restrictFields(param.branches[label] ?? {}, fixed, `${path}.${label}.`)] as const),
    );
    const start = param.default !== null && labels.includes(param.default) ? param.default : null;
    return { kind: 'branch', branches, default: start, prior: null } satisfies BranchParam;
  }
  return value === undefined ? param : { kind: 'fixed', value, was: null };
}
