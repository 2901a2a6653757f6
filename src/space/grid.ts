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
  const { total } = sizesBy(space, (dimension) => dimension.size);
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
  const { total } = sizesBy(space, (dimension) => dimension.size);
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
  return sizesOf(space, options).total;
}

/** Point number `index`, counted from 0. */
export function gridPoint<P>(space: Space & { parse(value: unknown): P }, index: number, options: GridOptions = {}): P {
  const sizes = sizesOf(space, options);
  if (!(Number.isSafeInteger(index) && index >= 0 && index < sizes.total))
    throw new Error(`internal: grid point ${index} of ${sizes.total}`);
  const value = (d: Dimension, i: number): Choice => axisValue(d, i, options);
  return pointOf(space.fields, index, '', sizes.byPath, value, byPath(space)) as P; // built from the space's own values
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

interface Sizes {
  readonly total: number;
  /** Points of each parameter, and of each label of a branch at `path.label.`. */
  readonly byPath: ReadonlyMap<string, number>;
}

function sizesBy(space: Space, sizeOf: (dimension: Dimension) => number): Sizes {
  const sizes = new Map<string, number>();
  const ofFields = (fields: Fields, prefix: string): number =>
    Object.entries(fields).reduce((product, [name, param]) => product * ofParam(param, prefix + name), 1);
  const ofParam = (param: Param, path: string): number => {
    const size =
      param.kind === 'branch'
        ? Object.entries(param.branches).reduce((sum, [label, below]) => {
            const group = ofFields(below, `${path}.${label}.`);
            sizes.set(`${path}.${label}.`, group);
            return sum + group;
          }, 0)
        : sizeOf(dimensionAt(byPath(space), path));
    sizes.set(path, size);
    return size;
  };
  return { total: ofFields(space.fields, ''), byPath: sizes };
}

const gridSizes = new WeakMap<Space, { readonly resolution: GridOptions['resolution']; readonly sizes: Sizes }>();

/** Worked out once for each space and resolution: a point of the grid costs little else. */
function sizesOf(space: Space, options: GridOptions): Sizes {
  const { resolution } = options;
  const known = gridSizes.get(space);
  if (known !== undefined && known.resolution === resolution) return known.sizes;
  checkResolution(space, options);
  const sizes = sizesBy(space, (dimension) => axisSize(dimension, options));
  gridSizes.set(space, { resolution, sizes });
  return sizes;
}

/** Mixed-radix digits, the last parameter moving fastest. */
function pointOf(
  fields: Fields,
  index: number,
  prefix: string,
  sizes: ReadonlyMap<string, number>,
  valueAt: (dimension: Dimension, index: number) => Choice,
  paths: ReadonlyMap<string, Dimension>,
): Record<string, unknown> {
  const entries = Object.entries(fields);
  const params: Record<string, unknown> = Object.fromEntries(entries.map(([name]) => [name, undefined])); // in written order
  let rest = index;
  for (const [name, param] of entries.reverse()) {
    const path = prefix + name;
    const size = sizes.get(path) ?? 1;
    let digit = rest % size;
    rest = Math.floor(rest / size);
    if (param.kind !== 'branch') {
      params[name] = valueAt(dimensionAt(paths, path), digit);
      continue;
    }
    for (const [label, group] of Object.entries(param.branches)) {
      const below = `${path}.${label}.`;
      const groupSize = sizes.get(below) ?? 1;
      if (digit < groupSize) {
        params[name] = { kind: label, ...pointOf(group, digit, below, sizes, valueAt, paths) };
        break;
      }
      digit -= groupSize;
    }
  }
  return params;
}

function dimensionAt(paths: ReadonlyMap<string, Dimension>, path: string): Dimension {
  const dimension = paths.get(path);
  if (dimension === undefined) throw new Error(`internal: no dimension at "${path}"`);
  return dimension;
}
