/**
 * The grid of a space: every combination, in written order, the last field moving fastest (nested loops as one would write them).
 * A branch counts the sum of its labels' grids, so no combination is counted twice or is invalid. Points are computed from their index:
 * a grid of 2³⁰ points costs no memory.
 *   resolution  number of points of a continuous float, ends included, even in its scale; a record by path may also thin stepped numbers
 */
import { TuneError, type Rng } from '#math';
import { brokenConstraint } from './constraint.ts';
import type { Dimension } from './dimension.ts';
import type { Choice, Fields, Param } from './param.ts';
import type { Space } from './space.ts';
import { fromUnit, valueAt } from './unit.ts';

export interface GridOptions {
  readonly resolution?: number | Readonly<Record<string, number>>;
}

/** Points of a constrained space are counted one by one up to this many combinations. */
const MOST_COUNTED = 200_000;
const counts = new WeakMap<Space, number>();

/**
 * Number of points of the space itself; Infinity as soon as one float is continuous. Under constraints: of the points they allow, if there are at most
 * 200,000 combinations, else Infinity, since counting them would take too long.
 */
export function cardinality(space: Space): number {
  const total = sizeOfFields(space.fields, '', (d) => d.size, byPath(space));
  if (space.constraints.length === 0 || total === Infinity) return total;
  if (total > MOST_COUNTED) return Infinity;
  let count = counts.get(space);
  if (count === undefined) counts.set(space, (count = countAllowed(space, total)));
  return count;
}

function countAllowed(space: Space, total: number, options: GridOptions = {}): number {
  let count = 0;
  for (let index = 0; index < total; index++) if (space.allows(gridPoint(space, index, options))) count++;
  return count;
}

/** How many points of the grid the constraints allow; with more than 200,000 combinations, the number of these. */
export function gridCount(space: Space, options: GridOptions = {}): number {
  const total = gridSize(space, options);
  return space.constraints.length === 0 || total > MOST_COUNTED ? total : countAllowed(space, total, options);
}

/** The first allowed point of a finite space from a random place of its grid on; null if there is none, or too much to look through. */
export function firstAllowed(space: Space, rng: Rng): unknown {
  const total = sizeOfFields(space.fields, '', (d) => d.size, byPath(space));
  if (total > MOST_COUNTED) return null;
  const offset = rng.int(0, total - 1);
  for (let i = 0; i < total; i++) {
    const params = gridPoint(space, (offset + i) % total);
    if (space.allows(params)) return params;
  }
  return null;
}

/** Number of combinations of the grid, be they allowed by constraints or not: its points are numbered below it. */
export function gridSize(space: Space, options: GridOptions = {}): number {
  checkResolution(space, options);
  return sizeOfFields(space.fields, '', (d) => axisSize(d, options), byPath(space));
}

/** Point number `index`, counted from 0. */
export function gridPoint<P>(space: Space & { parse(value: unknown): P }, index: number, options: GridOptions = {}): P {
  checkResolution(space, options);
  const axes = {
    size: (d: Dimension) => axisSize(d, options),
    value: (d: Dimension, i: number) => axisValue(d, i, options),
  };
  const total = sizeOfFields(space.fields, '', axes.size, byPath(space));
  if (!(Number.isSafeInteger(index) && index >= 0 && index < total))
    throw new Error(`internal: grid point ${index} of ${total}`);
  return pointOf(space.fields, index, '', axes, byPath(space)) as P; // built from the space's own values
}

/** All points that the constraints allow, one at a time. */
export function* gridPoints<P>(
  space: Space & { parse(value: unknown): P },
  options: GridOptions = {},
): Generator<P, void, undefined> {
  const total = gridSize(space, options);
  for (let index = 0; index < total; index++) {
    const point = gridPoint(space, index, options);
    if (brokenConstraint(space.constraints, point as object) === null) yield point; // parameters are an object
  }
}

const byPathOf = new WeakMap<Space, ReadonlyMap<string, Dimension>>();
function byPath(space: Space): ReadonlyMap<string, Dimension> {
  let map = byPathOf.get(space);
  if (map === undefined) byPathOf.set(space, (map = new Map(space.dimensions.map((d) => [d.path, d]))));
  return map;
}

function checkResolution(space: Space, { resolution }: GridOptions): void {
  const named =
    typeof resolution === 'object'
      ? Object.entries(resolution)
      : resolution === undefined
        ? []
        : ([['', resolution]] as const);
  for (const [path, value] of named) {
    const where = path === '' ? 'resolution' : `resolution of "${path}"`;
    if (!Number.isSafeInteger(value) || value < 1)
      throw new TuneError('bad-grid', `grid: ${where} must be a whole number ≥ 1; got ${value}.`, { path, value });
    const dimension = byPath(space).get(path);
    if (path !== '' && (dimension === undefined || dimension.labels !== null))
      throw new TuneError('bad-grid', `grid: ${where} names no float or int of the space.`, { path });
  }
}

function axisSize(dimension: Dimension, { resolution }: GridOptions): number {
  const own = typeof resolution === 'object' ? resolution[dimension.path] : undefined;
  if (dimension.type !== 'continuous') return Math.min(dimension.size, own ?? Infinity);
  const size = own ?? (typeof resolution === 'number' ? resolution : undefined);
  if (size === undefined)
    throw new TuneError(
      'bad-grid',
      `grid: float("${dimension.path}") is continuous and has no grid of its own; give it a step, use choice([…]), or say grid({ resolution: { "${dimension.path}": 5 } }).`,
      { path: dimension.path },
    );
  return size;
}

function axisValue(dimension: Dimension, index: number, options: GridOptions): Choice {
  const { param } = dimension;
  if (param.kind === 'choice') return param.choices[index] ?? null; // written order, not the order of cells
  const size = axisSize(dimension, options);
  if (dimension.type === 'continuous') return fromUnit(dimension, size === 1 ? 0.5 : index / (size - 1));
  return valueAt(
    dimension,
    size === dimension.size
      ? index
      : Math.round(size === 1 ? (dimension.size - 1) / 2 : (index * (dimension.size - 1)) / (size - 1)),
  );
}

type SizeOf = (dimension: Dimension) => number;
interface Axes {
  readonly size: SizeOf;
  readonly value: (dimension: Dimension, index: number) => Choice;
}

const sizeOfFields = (fields: Fields, prefix: string, size: SizeOf, paths: ReadonlyMap<string, Dimension>): number =>
  Object.entries(fields).reduce(
    (product, [name, param]) => product * sizeOfParam(param, prefix + name, size, paths),
    1,
  );

function sizeOfParam(param: Param, path: string, size: SizeOf, paths: ReadonlyMap<string, Dimension>): number {
  if (param.kind === 'branch')
    return Object.entries(param.branches).reduce(
      (sum, [label, below]) => sum + sizeOfFields(below, `${path}.${label}.`, size, paths),
      0,
    );
  return size(dimensionAt(paths, path));
}

/** Mixed-radix digits, the most significant first. */
function pointOf(
  fields: Fields,
  index: number,
  prefix: string,
  axes: Axes,
  paths: ReadonlyMap<string, Dimension>,
): Record<string, unknown> {
  const entries = Object.entries(fields);
  const sizes = entries.map(([name, param]) => sizeOfParam(param, prefix + name, axes.size, paths));
  const params: Record<string, unknown> = {};
  let rest = index;
  entries.forEach(([name, param], i) => {
    const below = sizes.slice(i + 1).reduce((a, b) => a * b, 1);
    let digit = Math.floor(rest / below);
    rest -= digit * below;
    const path = prefix + name;
    if (param.kind !== 'branch') {
      params[name] = axes.value(dimensionAt(paths, path), digit);
      return;
    }
    for (const [label, group] of Object.entries(param.branches)) {
      const groupSize = sizeOfFields(group, `${path}.${label}.`, axes.size, paths);
      if (digit < groupSize) {
        params[name] = { kind: label, ...pointOf(group, digit, `${path}.${label}.`, axes, paths) };
        return;
      }
      digit -= groupSize;
    }
  });
  return params;
}

function dimensionAt(paths: ReadonlyMap<string, Dimension>, path: string): Dimension {
  const dimension = paths.get(path);
  if (dimension === undefined) throw new Error(`internal: no dimension at "${path}"`);
  return dimension;
}
