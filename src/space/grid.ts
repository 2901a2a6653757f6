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
  const total = wholeSize(space);
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
  const total = wholeSize(space);
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
  return gridOf(space, options).group.size;
}

/** Point number `index`, counted from 0. */
export function gridPoint<P>(space: Space & { parse(value: unknown): P }, index: number, options: GridOptions = {}): P {
  const { group } = gridOf(space, options);
  if (!(Number.isSafeInteger(index) && index >= 0 && index < group.size))
    throw new Error(`internal: grid point ${index} of ${group.size}`);
  return pointOf(group, index, {}) as P; // built from the space's own values
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

/** The fields at the top, or below a label, and how many combinations they have. */
interface Group {
  readonly size: number;
  readonly fields: readonly GridField[];
}
interface GridField {
  readonly name: string;
  readonly size: number;
  /** By digit. */
  readonly value: (index: number) => Choice;
  /** Of a branch: a digit counts through the first label's combinations, then the second's, …; else empty. */
  readonly labels: readonly { readonly label: string; readonly group: Group }[];
}

function groupOf(
  space: Space,
  sizeOf: (dimension: Dimension) => number,
  valueOf: (dimension: Dimension, index: number) => Choice,
): Group {
  const ofFields = (fields: Fields, prefix: string): Group => {
    const list = Object.entries(fields).map(([name, param]) => ofParam(name, param, prefix + name));
    return { size: list.reduce((product, { size }) => product * size, 1), fields: list };
  };
  const ofParam = (name: string, param: Param, path: string): GridField => {
    const dimension = dimensionAt(byPath(space), path);
    const value = (index: number): Choice => valueOf(dimension, index);
    if (param.kind !== 'branch') return { name, size: sizeOf(dimension), value, labels: [] };
    const labels = Object.entries(param.branches).map(([label, below]) => ({
      label,
      group: ofFields(below, `${path}.${label}.`),
    }));
    return { name, size: labels.reduce((sum, { group }) => sum + group.size, 0), value, labels };
  };
  return ofFields(space.fields, '');
}

const wholeSizes = new WeakMap<Space, number>();

/** Number of points, be they allowed by constraints or not. */
function wholeSize(space: Space): number {
  let size = wholeSizes.get(space);
  if (size === undefined) wholeSizes.set(space, (size = groupOf(space, (d) => d.size, valueAt).size));
  return size;
}

const grids = new WeakMap<Space, { readonly resolution: GridOptions['resolution']; readonly group: Group }>();

/** Worked out once for each space and resolution: a point of the grid costs little else. */
function gridOf(space: Space, options: GridOptions): { readonly group: Group } {
  const { resolution } = options;
  const known = grids.get(space);
  if (known !== undefined && known.resolution === resolution) return known;
  checkResolution(space, options);
  const value = (dimension: Dimension, index: number): Choice => axisValue(dimension, index, options);
  const group = groupOf(space, (dimension) => axisSize(dimension, options), value);
  const made = { resolution, group };
  grids.set(space, made);
  return made;
}

/** Mixed-radix digits, the last parameter moving fastest; added to `params`. */
function pointOf({ fields }: Group, index: number, params: Record<string, unknown>): Record<string, unknown> {
  const digits = new Float64Array(fields.length);
  let rest = index;
  for (let k = fields.length - 1; k >= 0; k--) {
    const { size } = fields[k]!;
    const more = Math.floor(rest / size);
    digits[k] = rest - more * size;
    rest = more;
  }
  for (let k = 0; k < fields.length; k++) {
    const { name, value, labels } = fields[k]!;
    let digit = digits[k]!;
    if (labels.length === 0) params[name] = value(digit);
    for (const { label, group } of labels) {
      if (digit < group.size) {
        params[name] = pointOf(group, digit, { kind: label });
        break;
      }
      digit -= group.size;
    }
  }
  return params;
}

function dimensionAt(paths: ReadonlyMap<string, Dimension>, path: string): Dimension {
  const dimension = paths.get(path);
  if (dimension === undefined) throw new Error(`internal: no dimension at "${path}"`);
  return dimension;
}
