/**
 * Parameters as a flat record of paths: what CSV columns, importance, templates and models see.
 * `{ optimizer: { kind: 'sgd', momentum: 0.9 } }`  ⇄  `{ optimizer: 'sgd', 'optimizer.sgd.momentum': 0.9 }`.
 */
import { TuneError } from '#math';
import type { Dimension } from './dimension.ts';
import type { Choice, Fields } from './param.ts';

/** Values by path; inactive paths are absent. */
export type Flat = Readonly<Record<string, Choice>>;

/** A child of a branch is active when its branch has its label; a branch that is itself inactive has no label at all. */
export function isActive({ condition }: Dimension, flat: Flat): boolean {
  return condition === null || flat[condition.path] === condition.label;
}

/** Needs no space: only branches are objects. */
export function flatten(params: Readonly<Record<string, unknown>>): Record<string, Choice> {
  const flat: Record<string, Choice> = {};
  flattenInto(flat, params, '');
  return flat;
}

function flattenInto(flat: Record<string, Choice>, params: object, prefix: string): void {
  const given = params as Readonly<Record<string, Choice | { kind: string }>>; // parsed parameters hold nothing else
  for (const name of Object.keys(given)) {
    if (name === 'kind' && prefix !== '') continue;
    const value = given[name]!;
    if (typeof value === 'object' && value !== null) {
      flat[prefix + name] = value.kind;
      flattenInto(flat, value, `${prefix}${name}.${value.kind}.`);
    } else flat[prefix + name] = value;
  }
}

/** The tree of a flat record; values of inactive paths are left out, a missing active one is a TuneError. Values are not checked (`space.parse` does). */
export function unflatten({ fields }: { readonly fields: Fields }, flat: Flat): Record<string, unknown> {
  return unflattenFields(fields, flat, '');
}

function unflattenFields(fields: Fields, flat: Flat, prefix: string): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  for (const name of Object.keys(fields)) {
    const param = fields[name]!;
    const path = prefix + name;
    const value = param.kind === 'fixed' ? param.value : flat[path];
    if (value === undefined) throw new TuneError('bad-params', `params: "${path}" is missing.`, { path });
    if (param.kind !== 'branch') params[name] = value;
    else {
      const below = param.branches[String(value)];
      if (below === undefined)
        throw new TuneError('bad-params', `params: "${path}" has no branch ${JSON.stringify(value)}.`, { path, value });
      params[name] = { kind: value, ...unflattenFields(below, flat, `${path}.${String(value)}.`) };
    }
  }
  return params;
}

/** Parameters with the values of `fill`, by path, where they have none, as far as the branches above are active. A branch is filled as a whole. */
export function completed(params: Tree, fill: Tree): Tree {
  return Object.entries(fill).reduce((tree, [path, value]) => withValue(tree, path.split('.'), value), params);
}

type Tree = Readonly<Record<string, unknown>>;

/** `keys` is name, label, name, label, …, name: labels only lead the way. */
function withValue(tree: Tree, [name = '', label, ...rest]: readonly string[], value: unknown): Tree {
  const here = tree[name];
  if (label === undefined) return here === undefined ? { ...tree, [name]: value } : tree;
  if (typeof here !== 'object' || here === null || !('kind' in here) || here.kind !== label) return tree;
  return { ...tree, [name]: withValue(here, rest, value) }; // an object, read by string keys
}
