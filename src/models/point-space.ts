/**
 * A search space as points for models: how parameters become coordinates, and how to move between neighbouring points.
 *   number (float, int, ordered choice)   its place in [0, 1] on its own scale, ends included; discrete ones only at their values
 *   category (choice, branch)             the index of its label
 *   inactive                              NaN
 * Constants are no coordinates. Every function that changes a point leaves it on values of the space, children of a newly chosen branch drawn anew,
 * and sets what is fixed. Only `uniform` looks at constraints: what comes from moves is to be asked by `allows`.
 */
import type { Rng } from '#math';
import {
  asSearched,
  flatten,
  priorOf,
  fromUnit,
  indexOf,
  isActive,
  restrict,
  sampleUniform,
  toUnit,
  unflatten,
  valueAt,
  type Dimension,
  type Flat,
  type Space,
} from '#space';
import { type Axis, axisDistance, type Point } from './kernel.ts';

type Choice = ReturnType<typeof valueAt>;

/** Discrete axes with at most this many values are searched value by value. */
export const FEW_VALUES = 12;
/** Labels of one choice tried at a time. */
const MANY_LABELS = 64;

export interface PointSpace {
  readonly axes: readonly Axis[];
  readonly dimensions: readonly Dimension[];
  /** Number of values of each axis; Infinity for continuous ones. */
  readonly sizes: readonly number[];
  readonly encode: (params: Readonly<Record<string, unknown>>) => Point;
  readonly decode: (point: Point) => Record<string, unknown>;
  /** Equal for equal parameters; 53 bits of hash, so that different ones practically never share one. */
  readonly key: (point: Point) => number;
  /** Among the points that constraints allow. */
  readonly uniform: (rng: Rng) => Point;
  /** Whether a coordinate is fixed. */
  readonly isHeld: (d: number) => boolean;
  /** Whether a point has the values that are fixed. */
  readonly isHeldAt: (point: Point) => boolean;
  /** Whether the constraints of the space allow the point. */
  readonly allows: (point: Point) => boolean;
  /** Defaults where the space has them, else the modes of priors, else numbers in the middle of their scale and categories at random. */
  readonly start: (rng: Rng) => Point;
  /** Where the space has priors: of the points, relative to uniform ones. */
  readonly prior: {
    readonly logDensity: (point: Point) => number;
    /** Adds d logDensity / d point, times `weight`. */
    readonly addSlope: (point: Point, weight: number, gradient: Float64Array) => void;
  } | null;
  /** By the priors of the space, uniform for parameters without; among the points that constraints allow. */
  readonly draw: (rng: Rng) => Point;
  /** A squared distance of two points, at most 1 for each axis. */
  readonly distance: (a: Point, b: Point) => number;
  /** The point with coordinate d set to a value, put right: on the space's own values, active children drawn, inactive ones removed. */
  readonly withCoordinate: (point: Point, d: number, value: number, rng: Rng) => Point;
  /**
   * Of a number axis: the coordinate of the value nearest to a place, and the interval of places with that value, endless at the ends of the range.
   * Where values are continuous it is the place itself, within [0, 1].
   */
  readonly cell: (d: number, place: number) => Cell;
  /** The valid point nearest to given coordinates. */
  readonly snap: (point: Point, rng: Rng) => Point;
  /** Changes each active coordinate with a probability, at least one: numbers by a normal step of sd `scale`, reflected at the ends. */
  readonly mutate: (point: Point, scale: number, probability: number, rng: Rng) => Point;
  /** Other values of coordinate d worth trying: all of a short list or of up to MANY_LABELS labels, some of more, else steps of about `scale` and (`wide`) the ends and anywhere. */
  readonly alternatives: (point: Point, d: number, scale: number, wide: boolean, rng: Rng) => number[];
}

export interface Cell {
  readonly coordinate: number;
  readonly low: number;
  readonly high: number;
}

interface Scale {
  readonly toCoordinate: (value: Choice) => number;
  readonly toValue: (coordinate: number) => Choice;
}

/** The scale of a number; a single value sits at 1/2. */
function numberScale(dimension: Dimension): Scale {
  const { param, size } = dimension;
  if (dimension.type === 'continuous') {
    return { toCoordinate: (v) => toUnit(dimension, v), toValue: (c) => fromUnit(dimension, c) };
  }
  if (param.kind === 'int' && param.log) {
    const span = Math.log(param.high / param.low);
    return {
      toCoordinate: (v) => (span > 0 ? Math.log(Number(v) / param.low) / span : 0.5),
      toValue: (c) => Math.min(param.high, Math.max(param.low, Math.round(param.low * Math.exp(c * span)))),
    };
  }
  const last = size - 1;
  return {
    toCoordinate: (v) => (last > 0 ? indexOf(dimension, v) / last : 0.5),
    toValue: (c) => valueAt(dimension, Math.round(Math.min(1, Math.max(0, c)) * last)),
  };
}

const categoryScale = (dimension: Dimension): Scale => ({
  toCoordinate: (v) => indexOf(dimension, v),
  toValue: (c) => valueAt(dimension, c),
});

/** Two FNV-1a hashes of the coordinates at a resolution of 1e-9. */
function key(point: Point): number {
  let a = 0x811c9dc5;
  let b = 0x01234567;
  for (let d = 0; d < point.length; d++) {
    const v = point[d]!;
    const word = Number.isNaN(v) ? -1 : Math.round(v * 1e9) | 0;
    a = Math.imul(a ^ word, 0x01000193);
    a ^= a >>> 15;
    b = Math.imul(b ^ word, 0x85ebca6b);
    b ^= b >>> 13;
  }
  return (a >>> 0) * 2 ** 21 + (b >>> 11);
}

const cache = new WeakMap<Space, PointSpace>();

/** Draws from priors that constraints may refuse before a uniform one is taken. */
const PRIOR_DRAWS = 100;
const NOTHING: Flat = Object.freeze({});

/** The same object for the same space, so that models can key their caches by it. With values `fixed` the points are the same, but none moves off them. */
export function pointSpaceOf(space: Space, fixed: Flat = NOTHING): PointSpace {
  if (Object.keys(fixed).length > 0) return createPointSpace(space, fixed);
  let known = cache.get(space);
  if (known === undefined) cache.set(space, (known = createPointSpace(space, NOTHING)));
  return known;
}

function createPointSpace(space: Space, fixed: Flat): PointSpace {
  const isConstant = ({ param }: Dimension): boolean => param.kind === 'fixed' && param.was === null;
  const dimensions = space.dimensions.filter((d) => !isConstant(d)).map(asSearched);
  const constants = space.dimensions.filter(isConstant);
  /** Values that are held, by path: those given, and of parameters that were fixed while the study ran. */
  const heldValues: Record<string, Choice> = { ...fixed };
  for (const { path, param } of space.dimensions)
    if (param.kind === 'fixed' && param.was !== null) heldValues[path] = param.value;
  const D = dimensions.length;
  const axes = dimensions.map((d): Axis =>
    d.type === 'unordered' ? 'category' : d.condition === null ? 'number' : 'conditionalNumber',
  );
  const sizes = dimensions.map((d) => d.size);
  const scales = dimensions.map((d) => (d.type === 'unordered' ? categoryScale(d) : numberScale(d)));
  const place = new Map(dimensions.map((d, i) => [d.path, i]));
  /** Where the parent of each axis is and which label it needs; -1 at the top. */
  const parents = dimensions.map(({ condition }) => {
    const at = condition === null ? -1 : place.get(condition.path)!;
    return { at, label: condition === null ? -1 : indexOf(dimensions[at]!, condition.label) };
  });
  /** Coordinates that are held; NaN where there is a choice. */
  const held = dimensions.map(({ path }, d) => {
    const value = heldValues[path];
    return value === undefined ? NaN : scales[d]!.toCoordinate(value);
  });
  const isHeld = (d: number): boolean => !Number.isNaN(held[d]);
  const isOn = (point: Point, d: number): boolean => {
    const { at, label } = parents[d]!;
    return at < 0 || point[at] === label;
  };

  const draw = (d: number, rng: Rng): number => {
    if (isHeld(d)) return held[d]!;
    if (axes[d] === 'category') return rng.int(0, sizes[d]! - 1);
    return onGrid(d, scales[d]!.toCoordinate(fromUnit(dimensions[d]!, rng.float())));
  };
  const onGrid = (d: number, coordinate: number): number => {
    const inside = Math.min(1, Math.max(0, coordinate));
    return sizes[d] === Infinity ? inside : scales[d]!.toCoordinate(scales[d]!.toValue(inside));
  };

  /** In place: parents come before children, so one pass settles everything. */
  const settle = (point: Point, rng: Rng, drawAxis = draw): Point => {
    for (let d = 0; d < D; d++) {
      if (!isOn(point, d)) point[d] = NaN;
      else if (isHeld(d)) point[d] = held[d]!;
      else if (Number.isNaN(point[d])) point[d] = drawAxis(d, rng);
    }
    return point;
  };

  const stepOnGrid = (point: Point, d: number, sign: number): number => {
    const scale = scales[d]!;
    const { param } = dimensions[d]!;
    if (param.kind === 'int' && param.log) {
      const next = Number(scale.toValue(point[d]!)) + sign;
      return next < param.low || next > param.high ? point[d]! : scale.toCoordinate(next);
    }
    return onGrid(d, point[d]! + sign / (sizes[d]! - 1));
  };

  const mutateAxis = (point: Point, d: number, scale: number, rng: Rng): number => {
    if (isHeld(d)) return held[d]!;
    const size = sizes[d]!;
    if (axes[d] === 'category') return draw(d, rng);
    if (size <= FEW_VALUES) return rng.float() < 0.3 ? draw(d, rng) : stepOnGrid(point, d, rng.float() < 0.5 ? -1 : 1);
    const before = point[d]!;
    const moved = before + scale * rng.normal();
    const after = onGrid(d, moved < 0 ? -moved : moved > 1 ? 2 - moved : moved);
    return after === before && size < Infinity ? stepOnGrid(point, d, rng.float() < 0.5 ? -1 : 1) : after;
  };

  const cell = (d: number, place: number): Cell => {
    const size = sizes[d]!;
    const coordinate = onGrid(d, place);
    if (size === Infinity) return { coordinate, low: coordinate, high: coordinate };
    const { param } = dimensions[d]!;
    const logInt = param.kind === 'int' && param.log ? param : null;
    const index =
      logInt === null ? Math.round(coordinate * (size - 1)) : Number(scales[d]!.toValue(coordinate)) - logInt.low;
    const boundary = (i: number): number =>
      logInt === null ? i / (size - 1) : Math.log((logInt.low + i) / logInt.low) / Math.log(logInt.high / logInt.low);
    return {
      coordinate,
      low: index > 0 ? boundary(index - 0.5) : -Infinity,
      high: index < size - 1 ? boundary(index + 0.5) : Infinity,
    };
  };

  const valuesOf = (d: number): number[] =>
    Array.from({ length: sizes[d]! }, (_, i) =>
      axes[d] === 'category' ? i : scales[d]!.toCoordinate(valueAt(dimensions[d]!, i)),
    );
  const shortLists = sizes.map((size, d) =>
    size <= (axes[d] === 'category' ? MANY_LABELS : FEW_VALUES) ? valuesOf(d) : [],
  );

  const encode = (params: Readonly<Record<string, unknown>>): Point => {
    const flat = flatten(params);
    const point = new Float64Array(D); // each told trial of every sampler comes by here; Float64Array.from is slower
    for (let d = 0; d < D; d++) {
      const dimension = dimensions[d]!;
      const value = flat[dimension.path];
      point[d] = value === undefined || !isActive(dimension, flat) ? NaN : scales[d]!.toCoordinate(value);
    }
    return point;
  };
  const decode = (point: Point): Record<string, unknown> => {
    const flat: Record<string, Choice> = {};
    dimensions.forEach((dimension, d) => {
      // What is fixed comes back as it was written, not rounded on its way.
      if (isOn(point, d))
        flat[dimension.path] =
          isHeld(d) && point[d] === held[d] ? heldValues[dimension.path]! : scales[d]!.toValue(point[d]!);
    });
    for (const { path, param } of constants) if (param.kind === 'fixed') flat[path] = param.value;
    return unflatten(space, flat);
  };
  const priors = dimensions.map(priorOf);
  /** Place in [0, 1] that a prior speaks of. */
  const unitOf = (d: number, v: number): number =>
    sizes[d] === Infinity ? v : toUnit(dimensions[d]!, scales[d]!.toValue(v));
  const fromPrior = (d: number, u: number): number => scales[d]!.toCoordinate(fromUnit(dimensions[d]!, u));
  const drawPrior = (d: number, rng: Rng): number => {
    const prior = priors[d];
    return isHeld(d) || prior === null || prior === undefined ? draw(d, rng) : fromPrior(d, prior.sample(rng));
  };
  const prior: PointSpace['prior'] = priors.every((p) => p === null)
    ? null
    : {
        logDensity: (point) =>
          priors.reduce(
            (sum, p, d) =>
              p === null || isHeld(d) || Number.isNaN(point[d]) ? sum : sum + p.logDensity(unitOf(d, point[d]!)),
            0,
          ),
        addSlope(point, weight, gradient) {
          priors.forEach((p, d) => {
            if (p !== null && sizes[d] === Infinity && !Number.isNaN(point[d]))
              gradient[d] = gradient[d]! + weight * p.slope(point[d]!);
          });
        },
      };
  const isFree = space.constraints.length === 0;
  const uniform = (rng: Rng): Point =>
    isFree ? settle(new Float64Array(D).fill(NaN), rng) : encode(sampleUniform(restrict(space, fixed), rng));

  return {
    axes,
    dimensions,
    sizes,
    encode,
    decode,
    key,
    uniform,
    prior,
    draw(rng) {
      for (let i = 0; prior !== null && i < PRIOR_DRAWS; i++) {
        const point = settle(new Float64Array(D).fill(NaN), rng, drawPrior);
        if (isFree || space.allows(decode(point))) return point;
      }
      return uniform(rng);
    },
    isHeld,
    isHeldAt: (point) => point.every((v, d) => Number.isNaN(v) || !isHeld(d) || v === held[d]),
    allows: (point) => isFree || space.allows(decode(point)),
    start: (rng) =>
      settle(
        Float64Array.from(dimensions, ({ param }, d) => {
          const given = 'default' in param ? param.default : null;
          if (given !== null && given !== undefined) return scales[d]!.toCoordinate(given);
          const believed = priors[d];
          if (believed !== null && believed !== undefined) return fromPrior(d, believed.mode);
          return axes[d] === 'category' ? NaN : onGrid(d, 0.5);
        }),
        rng,
      ),
    distance: (a, b) => axes.reduce((sum, axis, d) => sum + axisDistance(axis, a[d]!, b[d]!), 0),
    withCoordinate: (point, d, value, rng) => settle(point.with(d, value), rng),
    cell,
    snap(point, rng) {
      const snapped = point.slice();
      for (let d = 0; d < D; d++) {
        const v = point[d]!;
        if (axes[d] !== 'category' && !Number.isNaN(v)) snapped[d] = onGrid(d, v);
      }
      return settle(snapped, rng);
    },
    mutate(point, scale, probability, rng) {
      const next = Float64Array.from(point);
      let changed = false;
      for (let d = 0; d < D; d++) {
        if (Number.isNaN(next[d]) || !(rng.float() < probability)) continue;
        next[d] = mutateAxis(next, d, scale, rng);
        changed = true;
      }
      if (!changed) {
        const active = [...next.keys()].filter((d) => !Number.isNaN(next[d]) && !isHeld(d));
        const d = active[rng.int(0, Math.max(0, active.length - 1))];
        if (d !== undefined) next[d] = mutateAxis(next, d, scale, rng);
      }
      return settle(next, rng);
    },
    alternatives(point, d, scale, wide, rng) {
      const now = point[d]!;
      if (Number.isNaN(now) || isHeld(d)) return [];
      if (axes[d] === 'category') {
        const labels =
          sizes[d]! <= MANY_LABELS ? shortLists[d]! : Array.from({ length: MANY_LABELS }, () => draw(d, rng));
        return labels.filter((v) => v !== now);
      }
      if (sizes[d]! <= FEW_VALUES) {
        const list = shortLists[d]!;
        const at = list.indexOf(now);
        return list.filter((v, i) => v !== now && (wide || Math.abs(i - at) === 1));
      }
      const step = scale * (0.5 + rng.float());
      const near = [onGrid(d, now + step), onGrid(d, now - step)];
      if (sizes[d]! < Infinity) near.push(stepOnGrid(point, d, 1), stepOnGrid(point, d, -1));
      return (wide ? [...near, 0, 1, draw(d, rng)] : near).filter((v) => v !== now);
    },
  };
}
