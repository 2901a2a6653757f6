/**
 * A search space: named parameters, checked once, flattened to dimensions, able to read a trial's parameters back from JSON.
 * The tree is what users see (`{ optimizer: { kind: 'sgd', momentum: 0.9 } }`), the dimensions are what algorithms see
 * (`optimizer` with labels, `optimizer.sgd.momentum` on condition that `optimizer` is `sgd`).
 */
import { isTuneError, TuneError } from '#math';
import { checkConstraints } from './check-constraints.ts';
import { checkFields } from './check.ts';
import { brokenConstraint, describeConstraint, type Constraint } from './constraint.ts';
import { asSearched, dimensionsOf, type Dimension } from './dimension.ts';
import { describeParam, type Fields, type InferFields, type Param } from './param.ts';
import { toSpaceJson, type SpaceJson } from './to-json.ts';
import { indexOf, valueAt } from './unit.ts';

export interface Space<F extends Fields = Fields> {
  readonly fields: F;
  readonly dimensions: readonly Dimension[];
  readonly constraints: readonly Constraint[];
  /** Checks unknown data against the space and types it; the error names the parameter or the constraint. Constants may be absent. */
  parse(value: unknown): InferFields<F>;
  /** Whether parsed parameters satisfy every constraint. */
  allows(params: InferFields<F>): boolean;
  /** `JSON.stringify(space)` and `spaceFromJson` are inverse to each other. */
  toJSON(): SpaceJson;
}

/** The parameters a trial of this space receives. */
export type Infer<S extends { readonly fields: Fields }> = InferFields<S['fields']>;

/**
 * `space({ learningRate: float(1e-5, 1e-1, { log: true }), layers: int(1, 4) })`, with constraints where parameters depend on one another:
 * `space({ … }, { constraints: [linear({ … }), predicate('name', (params) => …)] })`.
 */
export function space<const F extends Fields>(
  fields: F,
  { constraints = [] }: { readonly constraints?: readonly Constraint<InferFields<NoInfer<F>>>[] } = {},
): Space<F> {
  if (Object.keys(fields).length === 0)
    throw new TuneError(
      'bad-space',
      'the space is empty; name at least one parameter, for example { learningRate: float(1e-5, 0.1, { log: true }) }.',
    );
  checkFields(fields);
  const dimensions = dimensionsOf(fields, '', null);
  const byPath = new Map(dimensions.map((d) => [d.path, d]));
  checkConstraints(constraints, dimensions);
  return {
    fields,
    dimensions,
    constraints,
    parse(value) {
      const params = parseFields(fields, value, '', byPath);
      const broken = brokenConstraint(constraints, params);
      if (broken !== null)
        throw new TuneError(
          'bad-params',
          `params: the constraint ${describeConstraint(broken)} does not hold for ${JSON.stringify(params)}.`,
          { constraint: describeConstraint(broken) },
        );
      // parseFields returns exactly the keys and kinds of value that InferFields<F> describes; the compiler cannot follow a mapped type.
      return params as InferFields<F>;
    },
    allows: (params) => brokenConstraint(constraints, params) === null,
    toJSON: () => toSpaceJson(fields, constraints),
  };
}

/**
 * Whether parameters have the names and values of the space, be they allowed by its constraints or not; a parameter that was fixed while the study ran
 * may have any value it could have before.
 */
export function fits({ fields, dimensions }: Space, params: unknown): boolean {
  try {
    parseFields(fields, params, '', new Map(dimensions.map((d) => [d.path, asSearched(d)])));
    return true;
  } catch (error) {
    if (isTuneError(error)) return false;
    throw error;
  }
}

type ByPath = ReadonlyMap<string, Dimension>;
const own = (object: object, key: string): boolean => Object.prototype.hasOwnProperty.call(object, key);
const show = (value: unknown): string =>
  typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));

function parseFields(fields: Fields, value: unknown, prefix: string, byPath: ByPath): Record<string, unknown> {
  const where = prefix === '' ? 'params' : `"${prefix.slice(0, -1)}"`;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TuneError('bad-params', `${where}: expected an object of parameters; got ${show(value)}.`, {
      path: prefix,
    });
  const given = value as Record<string, unknown>; // any object may be read by string keys
  for (const key of Object.keys(given))
    if (!own(fields, key) && !(prefix !== '' && key === 'kind'))
      throw new TuneError(
        'bad-params',
        `params: "${prefix}${key}" is not a parameter of this space; it has ${
          Object.keys(fields)
            .map((f) => `"${prefix}${f}"`)
            .join(', ') || 'none here'
        }.`,
        { path: prefix + key },
      );
  const parsed: Record<string, unknown> = {};
  for (const [name, param] of Object.entries(fields)) {
    const path = prefix + name;
    if (!own(given, name)) {
      if (param.kind !== 'fixed')
        throw new TuneError('bad-params', `params: "${path}" is missing; expected ${describeParam(param)}.`, { path });
      parsed[name] = param.value;
    } else parsed[name] = parseValue(param, given[name], path, byPath);
  }
  return parsed;
}

function parseValue(param: Param, value: unknown, path: string, byPath: ByPath): unknown {
  const refuse = (): never => {
    throw new TuneError('bad-params', `params: "${path}" must fit ${describeParam(param)}; got ${show(value)}.`, {
      path,
      value,
    });
  };
  if (param.kind === 'branch') {
    const label = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
    if (typeof label !== 'string' || !own(param.branches, label)) {
      const labels = Object.keys(param.branches).map((l) => `"${l}"`);
      throw new TuneError(
        'bad-params',
        `params: "${path}" must be an object with kind ${labels.join(' or ')}; got ${show(value)}.`,
        { path, value },
      );
    }
    return { kind: label, ...parseFields(param.branches[label] ?? {}, value, `${path}.${label}.`, byPath) };
  }
  const dimension = byPath.get(path);
  if (dimension === undefined) throw new Error(`internal: no dimension at "${path}"`);
  const { param: asked } = dimension; // not `param` where a constant counts as what it was
  if (asked.kind === 'float' && asked.step === null)
    return typeof value === 'number' && value >= asked.low && value <= asked.high ? value : refuse();
  if (value !== null && typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    return refuse();
  const index = indexOf(dimension, value);
  if (index < 0 || (asked.kind === 'int' && !Number.isInteger(value))) return refuse();
  return valueAt(dimension, index);
}
