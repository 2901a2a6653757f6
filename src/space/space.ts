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
  checkConstraints(constraints, dimensions);
  const read = readerOf(fields, '', dimensions);
  return {
    fields,
    dimensions,
    constraints,
    parse(value) {
      const params = parseFields(read, value);
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
export function fits(space: Space, params: unknown): boolean {
  let read = searchedReaders.get(space);
  if (read === undefined) {
    read = readerOf(space.fields, '', space.dimensions.map(asSearched));
    searchedReaders.set(space, read);
  }
  try {
    parseFields(read, params);
    return true;
  } catch (error) {
    if (isTuneError(error)) return false;
    throw error;
  }
}

const searchedReaders = new WeakMap<Space, Reader>();

/** The parameters at the top, or below a label, with all that reading their values takes: looked up once, since every trial is read. */
interface Reader {
  readonly prefix: string;
  readonly names: ReadonlySet<string>;
  readonly fields: readonly {
    readonly name: string;
    readonly path: string;
    readonly param: Param;
    readonly dimension: Dimension;
    /** By label. */
    readonly below: ReadonlyMap<string, Reader>;
  }[];
}

function readerOf(fields: Fields, prefix: string, dimensions: readonly Dimension[]): Reader {
  const entries = Object.entries(fields).map(([name, param]) => {
    const path = prefix + name;
    const dimension = dimensions.find((d) => d.path === path);
    if (dimension === undefined) throw new Error(`internal: no dimension at "${path}"`);
    const branches = param.kind === 'branch' ? Object.entries(param.branches) : [];
    const below = new Map(
      branches.map(([label, group]) => [label, readerOf(group, `${path}.${label}.`, dimensions)] as const),
    );
    return { name, path, param, dimension, below };
  });
  return { prefix, names: new Set(Object.keys(fields)), fields: entries };
}

const own = (object: object, key: string): boolean => Object.prototype.hasOwnProperty.call(object, key);
const show = (value: unknown): string =>
  typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));

function parseFields({ prefix, names, fields }: Reader, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const where = prefix === '' ? 'params' : `"${prefix.slice(0, -1)}"`;
    throw new TuneError('bad-params', `${where}: expected an object of parameters; got ${show(value)}.`, {
      path: prefix,
    });
  }
  const given = value as Record<string, unknown>; // any object may be read by string keys
  for (const key of Object.keys(given))
    if (!names.has(key) && !(prefix !== '' && key === 'kind'))
      throw new TuneError(
        'bad-params',
        `params: "${prefix}${key}" is not a parameter of this space; it has ${
          fields.map(({ path }) => `"${path}"`).join(', ') || 'none here'
        }.`,
        { path: prefix + key },
      );
  const parsed: Record<string, unknown> = {};
  for (const field of fields) {
    const { name, param, path } = field;
    if (own(given, name)) parsed[name] = parseValue(field, given[name]);
    else if (param.kind === 'fixed') parsed[name] = param.value;
    else throw new TuneError('bad-params', `params: "${path}" is missing; expected ${describeParam(param)}.`, { path });
  }
  return parsed;
}

function parseValue({ param, path, dimension, below }: Reader['fields'][number], value: unknown): unknown {
  const refuse = (): never => {
    throw new TuneError('bad-params', `params: "${path}" must fit ${describeParam(param)}; got ${show(value)}.`, {
      path,
      value,
    });
  };
  if (param.kind === 'branch') {
    const label = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
    const reader = typeof label === 'string' ? below.get(label) : undefined;
    if (reader === undefined) {
      const labels = Object.keys(param.branches).map((l) => `"${l}"`);
      throw new TuneError(
        'bad-params',
        `params: "${path}" must be an object with kind ${labels.join(' or ')}; got ${show(value)}.`,
        { path, value },
      );
    }
    return { kind: label, ...parseFields(reader, value) };
  }
  const { param: asked } = dimension; // not `param` where a constant counts as what it was
  if (asked.kind === 'float' && asked.step === null)
    return typeof value === 'number' && value >= asked.low && value <= asked.high ? value : refuse();
  if (value !== null && typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
    return refuse();
  const index = indexOf(dimension, value);
  if (index < 0 || (asked.kind === 'int' && !Number.isInteger(value))) return refuse();
  return valueAt(dimension, index);
}
