/** Reads a space from unknown JSON (a stored study, a YAML file); every refusal names the parameter. */
import { didYouMean, TuneError } from '#math';
import type { Constraint, Predicates } from './constraint.ts';
import type { Choice, Fields, FixedParam, Param, Prior } from './param.ts';
import { space, type Space } from './space.ts';
import { CONSTRAINTS, mapValues } from './to-json.ts';

const KEYS: Readonly<Record<string, readonly string[]>> = {
  float: ['low', 'high', 'log', 'logit', 'step', 'default', 'prior'],
  int: ['low', 'high', 'log', 'step', 'default', 'prior'],
  choice: ['choices', 'ordered', 'default', 'prior'],
  branch: ['branches', 'default', 'prior'],
  fixed: ['value', 'was'],
};

/**
 * The inverse of `JSON.stringify(space)`. Predicates come back with the code that `predicates` has for their names; without it the space can be read,
 * and what would ask the predicate (`allows`, `parse`, drawing points) says that it is missing.
 */
export function spaceFromJson(json: unknown, { predicates = {} }: { readonly predicates?: Predicates } = {}): Space {
  if (!isObject(json)) throw noFields('space', json);
  const { [CONSTRAINTS]: constraints = [], ...fields } = json;
  return space(fieldsFromJson(fields, ''), { constraints: constraintsFromJson(constraints, predicates) });
}

const noFields = (where: string, json: unknown): TuneError =>
  new TuneError('bad-space', `${where}: expected an object of parameters; got ${JSON.stringify(json)}.`);

function constraintsFromJson(json: unknown, predicates: Predicates): Constraint<Record<string, unknown>>[] {
  if (!Array.isArray(json))
    throw new TuneError('bad-space', `${CONSTRAINTS}: expected a list; got ${JSON.stringify(json)}.`);
  return json.map((item: unknown) => {
    const known = (keys: readonly string[]): boolean =>
      isObject(item) && Object.keys(item).every((k) => keys.includes(k));
    if (isObject(item) && typeof item['predicate'] === 'string' && known(['predicate'])) {
      const name = item['predicate'];
      const code = Object.hasOwn(predicates, name) ? predicates[name] : undefined;
      // The caller vouches that the code is for the parameters of this space.
      return {
        kind: 'predicate',
        name,
        allows: (code as ((params: Record<string, unknown>) => boolean) | undefined) ?? null,
      };
    }
    if (isObject(item) && isObject(item['linear']) && known(['linear', 'atMost', 'atLeast'])) {
      const { linear: coefficients, atMost = null, atLeast = null } = item;
      const isBound = (v: unknown): v is number | null => v === null || typeof v === 'number';
      if (isBound(atMost) && isBound(atLeast))
        return { kind: 'linear', coefficients: coefficients as Record<string, number>, atMost, atLeast }; // space() checks each one
    }
    throw new TuneError(
      'bad-space',
      `${CONSTRAINTS}: expected { linear: { path: coefficient }, atMost, atLeast } or { predicate: name }; got ${JSON.stringify(item)}.`,
    );
  });
}

function fieldsFromJson(json: unknown, prefix: string): Fields {
  if (!isObject(json)) throw noFields(`"${prefix.slice(0, -1)}"`, json);
  return mapValues(json, (value, name) => paramFromJson(value, prefix + name));
}

function paramFromJson(json: unknown, path: string): Param {
  const refuse = (sentence: string, key?: string): never => {
    throw new TuneError('bad-space', `parameter "${path}": ${sentence}`, {
      path,
      ...(key === undefined ? {} : { key }),
    });
  };
  if (!isObject(json)) return refuse(`expected { type, … }; got ${JSON.stringify(json)}.`);
  const { type } = json;
  const allowed = typeof type === 'string' && Object.hasOwn(KEYS, type) ? KEYS[type] : undefined;
  if (typeof type !== 'string' || allowed === undefined) {
    const known = Object.keys(KEYS);
    return refuse(
      typeof type === 'string'
        ? `unknown type "${type}"; ${didYouMean(type, known)}`
        : `"type" is missing; known: ${known.join(', ')}.`,
      'type',
    );
  }
  for (const key of Object.keys(json))
    if (key !== 'type' && !allowed.includes(key))
      refuse(`unknown key "${key}" of a ${type}; ${didYouMean(key, allowed)}`, key);
  const number = (key: string): number | undefined => {
    const value = json[key];
    return value === undefined || typeof value === 'number'
      ? value
      : refuse(`"${key}" must be a number; got ${JSON.stringify(value)}.`, key);
  };
  const boolean = (key: string): boolean | undefined => {
    const value = json[key];
    return value === undefined || typeof value === 'boolean'
      ? value
      : refuse(`"${key}" must be true or false; got ${JSON.stringify(value)}.`, key);
  };
  const required = (key: string): number => number(key) ?? refuse(`"${key}" is missing.`);
  // space() checks what stands in it.
  const prior = <T extends Choice>(): Prior<T> | null => (json['prior'] as Prior<T> | undefined) ?? null;
  switch (type) {
    case 'float':
      return {
        kind: 'float',
        low: required('low'),
        high: required('high'),
        log: boolean('log') ?? false,
        logit: boolean('logit') ?? false,
        step: number('step') ?? null,
        default: number('default') ?? null,
        prior: prior<number>(),
      };
    case 'int':
      return {
        kind: 'int',
        low: required('low'),
        high: required('high'),
        log: boolean('log') ?? false,
        step: number('step') ?? 1,
        default: number('default') ?? null,
        prior: prior<number>(),
      };
    case 'choice': {
      const { choices } = json;
      if (!Array.isArray(choices)) return refuse(`"choices" must be a list; got ${JSON.stringify(choices)}.`);
      const values = choices as Choice[]; // space() checks each one
      const ordered = boolean('ordered') ?? values.every((c) => typeof c === 'number');
      return {
        kind: 'choice',
        choices: values,
        ordered,
        default: json['default'] as Choice | undefined,
        prior: prior(),
      }; // checked against the list by space()
    }
    case 'branch': {
      const { branches, default: start } = json;
      if (!isObject(branches))
        return refuse(`"branches" must be an object of labels; got ${JSON.stringify(branches)}.`);
      if (start !== undefined && typeof start !== 'string')
        return refuse(`"default" must be a label; got ${JSON.stringify(start)}.`);
      return {
        kind: 'branch',
        branches: mapValues(branches, (below, label) => fieldsFromJson(below ?? {}, `${path}.${label}.`)),
        default: start ?? null,
        prior: prior<string>(),
      };
    }
    default:
      if (json['value'] === undefined) return refuse('"value" is missing.');
      return { kind: 'fixed', value: json['value'] as Choice, was: wasFromJson(json['was'], path) }; // checked by space()
  }
}

function wasFromJson(json: unknown, path: string): FixedParam['was'] {
  if (json === undefined) return null;
  const was = paramFromJson(json, path);
  if (was.kind === 'branch' || was.kind === 'fixed')
    throw new TuneError('bad-space', `parameter "${path}": "was" must be a float, an int or a choice.`, { path });
  return was;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
