/**
 * What it takes to go on with another space in the middle of a study.
 *   allowed   another range, scale or step; choices or labels more or fewer; a parameter fixed at a value or freed again; a new parameter with a default
 *             (earlier trials count as having had it); other constraints and defaults
 *   refused   a change of kind (float to choice …), and the removal of a parameter: `fixed(value)` says what trials to come have of it
 * A parameter that is fixed keeps its former definition beside the value, so that models go on learning from trials with other values of it.
 * Trials whose values lie outside the new ranges stay in the history; samplers leave them out (see the history of #models).
 */
import { TuneError } from '#math';
import { describeConstraint, type Constraint } from './constraint.ts';
import type { Dimension } from './dimension.ts';
import type { Flat } from './flat.ts';
import { describeParam, type BranchParam, type Choice, type Fields, type FixedParam, type Param } from './param.ts';
import { isValueOf } from './restrict.ts';
import { toParamJson } from './to-json.ts';
import { space, type Space } from './space.ts';

export interface SpaceEdit {
  /** To go on with. */
  readonly space: Space;
  /** What earlier trials count as having had of parameters that are new, by path; of a branch `{ kind, … }`. */
  readonly fill: Readonly<Record<string, unknown>>;
  /** One phrase for each change; empty if the spaces are equal. */
  readonly changes: readonly string[];
}

/** How to go from space `before` to space `now`; a TuneError 'bad-edit' if that would make earlier trials meaningless. */
export function planEdit(before: Space, now: Space): SpaceEdit {
  const fill: Record<string, unknown> = {};
  const changes: string[] = [];
  const fields = editFields(before.fields, now.fields, '', { fill, changes });
  const [old, young] = [before, now].map((s) => s.constraints.map(describeConstraint));
  for (const text of old ?? []) if (!young?.includes(text)) changes.push(`without the constraint ${text}`);
  for (const text of young ?? []) if (!old?.includes(text)) changes.push(`with the constraint ${text}`);
  // They are those of the new space, which has the same parameters.
  const constraints = now.constraints as readonly Constraint<Record<string, unknown>>[];
  return { space: space(fields, { constraints }), fill, changes };
}

/** One phrase for each value that is held from now on, or no more. */
export function fixedChanges(before: Flat, now: Flat): string[] {
  const held = Object.entries(now).filter(([path, value]) => before[path] !== value);
  const freed = Object.keys(before).filter((path) => now[path] === undefined);
  return [
    ...held.map(([path, value]) => `"${path}" is held at ${JSON.stringify(value)}`),
    ...freed.map((path) => `"${path}" is held no more`),
  ];
}

interface Notes {
  readonly fill: Record<string, unknown>;
  readonly changes: string[];
}

const refuse = (path: string, sentence: string): TuneError =>
  new TuneError('bad-edit', `space: "${path}" ${sentence}`, { path });

function editFields(before: Fields, now: Fields, prefix: string, notes: Notes): Fields {
  for (const [name, param] of Object.entries(before))
    if (now[name] === undefined)
      throw refuse(
        prefix + name,
        `was ${describeParam(param)} and is gone; keep it as fixed(value), which says what the trials to come have of it.`,
      );
  return Object.fromEntries(
    Object.entries(now).map(([name, param]) => {
      const path = prefix + name;
      const old = before[name];
      return [name, old === undefined ? added(param, path, notes) : changed(old, param, path, notes)] as const;
    }),
  );
}

function added(param: Param, path: string, notes: Notes): Param {
  notes.fill[path] = defaultOf(param, path);
  notes.changes.push(`"${path}" is new: ${describeParam(param)}`);
  return param;
}

/** What earlier trials count as having had: the default; of a branch with the defaults below its label. */
function defaultOf(param: Param, path: string): unknown {
  const value = param.kind === 'fixed' ? param.value : param.default;
  // null is a value of a choice, but elsewhere says that there is no default.
  if (value === undefined || (value === null && param.kind !== 'choice' && param.kind !== 'fixed'))
    throw refuse(
      path,
      `is new and has no default, so nothing says what earlier trials had of it; give ${describeParam(param)} a default.`,
    );
  if (param.kind !== 'branch') return value;
  const below = Object.entries(param.branches[String(value)] ?? {});
  return {
    kind: value,
    ...Object.fromEntries(
      below.map(([name, one]) => [name, defaultOf(one, `${path}.${String(value)}.${name}`)] as const),
    ),
  };
}

function changed(old: Param, param: Param, path: string, notes: Notes): Param {
  if (old.kind === 'branch' && param.kind === 'branch') return changedBranch(old, param, path, notes);
  const [was, is] = [describeParam(old), describeParam(param)];
  if (param.kind === 'fixed') {
    if (was === is) return old; // with what it was before
    const former = old.kind === 'fixed' ? old.was : old.kind === 'branch' ? null : old;
    if (former === null) throw refuse(path, `was ${was} and cannot become ${is}.`);
    if (!isValue(former, path, param.value))
      throw refuse(path, `was ${describeParam(former)}, which ${is} is no value of; widen it first.`);
    notes.changes.push(`"${path}" is ${is}, from ${was}`);
    return { ...param, was: former } satisfies FixedParam;
  }
  if (old.kind === 'fixed') {
    const former = old.was;
    if (former === null ? !isValue(param, path, old.value) : former.kind !== param.kind)
      throw refuse(path, `was ${was} and is ${is}: earlier trials have values that are none of it.`);
    notes.changes.push(`"${path}" is ${is}, from ${was}`);
    return param;
  }
  if (old.kind !== param.kind)
    throw refuse(
      path,
      `was ${was} and is ${is}: a parameter keeps its kind; give the new one a new name and keep "${path}" as fixed(value).`,
    );
  if (was !== is) notes.changes.push(`"${path}" is ${is}, from ${was}`);
  else if (JSON.stringify(toParamJson(old)) !== JSON.stringify(toParamJson(param)))
    notes.changes.push(`"${path}" has another default or prior`);
  return param;
}

function changedBranch(old: BranchParam, param: BranchParam, path: string, notes: Notes): BranchParam {
  for (const label of Object.keys(old.branches))
    if (param.branches[label] === undefined) notes.changes.push(`"${path}" has no "${label}" any more`);
  const branches = Object.entries(param.branches).map(([label, below]) => {
    const before = old.branches[label];
    if (before === undefined) {
      notes.changes.push(`"${path}" has "${label}"`);
      return [label, below] as const;
    }
    return [label, editFields(before, below, `${path}.${label}.`, notes)] as const;
  });
  return { ...param, branches: Object.fromEntries(branches) };
}

function isValue(param: Param, path: string, value: Choice): boolean {
  const dimension: Dimension | undefined = space({ [path.split('.').at(-1) ?? path]: param }).dimensions[0];
  return dimension !== undefined && isValueOf(dimension, value);
}
