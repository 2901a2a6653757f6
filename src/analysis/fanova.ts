/**
 * How much of the variation of the objective over the whole space each parameter, and each pair of parameters, accounts for: functional ANOVA.
 * Hutter, Hoos & Leyton-Brown 2014, "An Efficient Approach for Assessing Hyperparameter Importance", ICML, algorithms 1 and 2: a random forest
 * (models/forest.ts) is fitted to the complete trials; a tree is constant on boxes, so its marginals and their variances are exact sums over its leaves:
 *   f_U(x_U) = Σ_leaves [x_U in leaf] · value · measure of the leaf on the other axes      V_U = Var f_U - Σ of V_W over the proper parts W of U
 *   share of U = V_U / V, averaged over the trees that are not constant
 * With uniform inputs these are the Sobol' indices of the tree (Sobol' 1993). The measure is uniform on the unit cube of the space: by its log or
 * logit scale, every label and step the same; constraints and priors do not enter it.
 * Branches: the forest splits a parameter only among trials where it is active, and its marginal is taken over the part of the space where it is
 * active, V_U times the measure of that part (the law of total variance: single shares and interactions still sum to at most 1). A pair that is never
 * active together has no interaction, nor has a parameter with the branch that holds it.
 *   trials n, parameters d, trees T
 * Cost: O(T · n · d · log n) for the forest, O(T · n²) at most for each of 15 pairs, where n counts 1,000 at most: a tree is grown on no more draws.
 */
import { TuneError, type Objective, type TrialRecord } from '#core';
import { createRng } from '#math';
import { growForest, type Leaf, type Side } from '#models';
import { asSearched, flatten, isActive, toUnit, type Dimension, type Space } from '#space';
import type { Importance } from './importance.ts';

export interface FanovaShare extends Importance {
  /** The parameters: one, or two for an interaction; `path` joins them as `a × b`. */
  readonly paths: readonly string[];
}

export interface FanovaOptions {
  /** Which objective, if there are several: its name; default the first. */
  readonly objective?: string;
  /** Size of the forest; a share moves less from seed to seed with more of them. */
  readonly trees?: number;
  readonly seed?: number;
}

/** Interactions are looked at among this many parameters, those of the largest shares. */
const PAIRED = 6;

/** Where a parameter is active: the place of the label that each branch above it must have. */
type Region = ReadonlyMap<number, number>;

/**
 * Largest share first. Shares are of the variance of the forest and sum to at most 1; what is missing are interactions that were not looked at.
 * Empty with fewer
 * than two complete trials of finite values, and where these do not differ.
 */
export function fanova(
  space: Space,
  objectives: readonly Objective[],
  trials: readonly TrialRecord[],
  { objective: name, trees = 64, seed = 0 }: FanovaOptions = {},
): FanovaShare[] {
  const objective = name === undefined ? objectives[0] : objectives.find((o) => o.name === name);
  if (objective === undefined) throw new Error(`internal: no objective "${name ?? ''}"`);
  if (!Number.isSafeInteger(trees) || trees < 1) {
    throw new TuneError('bad-option', `fanova: trees wants a whole number ≥ 1; got ${trees}.`, { trees });
  }
  const complete = trials.flatMap((trial) => {
    const value = trial.state === 'complete' ? (trial.values[objective.name] ?? NaN) : NaN;
    return Number.isFinite(value) ? [{ flat: flatten(trial.params), value }] : [];
  });
  const values = standardised(complete.map((t) => t.value));
  if (values === null) return [];

  const dimensions = space.dimensions.map(asSearched).filter(({ size }) => size > 1);
  const columns = dimensions.map((dimension) =>
    Float64Array.from(complete, ({ flat }) => {
      const value = flat[dimension.path];
      return value === undefined || !isActive(dimension, flat) ? NaN : toUnit(dimension, value);
    }),
  );
  const regions = regionsOf(space, dimensions);
  const axes = dimensions.map(({ type, size }, d) => {
    const [nearest] = regions[d]!;
    return {
      labels: type === 'unordered' ? size : null,
      parent: nearest === undefined ? null : { axis: nearest[0], place: nearest[1] },
    };
  });
  const forest = growForest(axes, columns, values, trees, createRng(seed).fork('fanova')).flatMap((leaves) => {
    const variance = totalVariance(leaves);
    return variance > 0 ? [{ leaves, variance }] : [];
  });
  const average = (share: (leaves: readonly Leaf[]) => number): number =>
    forest.reduce((sum, { leaves, variance }) => sum + share(leaves) / variance, 0) / forest.length;
  const measure = (region: Region): number => [...region.keys()].reduce((m, d) => m / dimensions[d]!.size, 1);

  if (forest.length === 0) return [];
  const singles = dimensions.map(({ path }, d) => {
    const region = regions[d]!;
    const share = average((leaves) => measure(region) * lineVariance(within(leaves, region), d));
    return { d, path, paths: [path], importance: share };
  });
  singles.sort((a, b) => b.importance - a.importance);
  const few = singles.slice(0, PAIRED);
  const pairs = few.flatMap((one, i) =>
    few.slice(i + 1).flatMap((other): FanovaShare[] => {
      const [a, b] = [one.d, other.d];
      const region = joined(regions[a]!, regions[b]!);
      if (region === null || region.has(a) || region.has(b)) return [];
      const share = average((leaves) => {
        const here = within(leaves, region);
        return measure(region) * Math.max(0, planeVariance(here, a, b) - lineVariance(here, a) - lineVariance(here, b));
      });
      return [{ path: `${one.path} × ${other.path}`, paths: [one.path, other.path], importance: share }];
    }),
  );
  return [...singles.map(({ path, paths, importance }) => ({ path, paths, importance })), ...pairs].sort(
    (a, b) => b.importance - a.importance,
  );
}

/** Shifted and scaled to mean 0 and largest 1, which changes no share and keeps squares finite; null where nothing differs. */
function standardised(values: readonly number[]): Float64Array | null {
  const largest = values.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  const scaled = values.map((v) => (largest > 0 ? v / largest : 0));
  const mean = scaled.reduce((sum, v) => sum + v, 0) / scaled.length;
  const spread = scaled.reduce((m, v) => Math.max(m, Math.abs(v - mean)), 0);
  return scaled.every((v) => v === scaled[0]) ? null : Float64Array.from(scaled, (v) => (v - mean) / spread);
}

/** Of each dimension, from the branches above it; the nearest first; a branch with a single label is always as it must be. */
function regionsOf(space: Space, dimensions: readonly Dimension[]): Region[] {
  const place = new Map(dimensions.map(({ path }, d) => [path, d]));
  const conditions = new Map(space.dimensions.map(({ path, condition }) => [path, condition]));
  return dimensions.map(({ condition }) => {
    const region = new Map<number, number>();
    for (let c = condition; c !== null; c = conditions.get(c.path) ?? null) {
      const d = place.get(c.path);
      if (d !== undefined) region.set(d, toUnit(dimensions[d]!, c.label));
    }
    return region;
  });
}

/** Where both are active; null if nowhere. */
function joined(a: Region, b: Region): Region | null {
  for (const [d, label] of a) if (b.has(d) && b.get(d) !== label) return null;
  return new Map([...a, ...b]);
}

interface Weighted {
  readonly sides: readonly Side[];
  readonly value: number;
  /** Measure of the leaf, as a share of the region. */
  readonly weight: number;
}

const lengthOf = (side: Side): number => side.reduce((sum, [low, high]) => sum + high - low, 0);

/** The leaves as far as they lie in a region. */
function within(leaves: readonly Leaf[], region: Region): Weighted[] {
  return leaves.flatMap(({ sides, value }) => {
    for (const [d, label] of region) if (!sides[d]!.some(([low, high]) => low < label && label < high)) return [];
    return [{ sides, value, weight: sides.reduce((w, side, d) => (region.has(d) ? w : w * lengthOf(side)), 1) }];
  });
}

function totalVariance(leaves: readonly Leaf[]): number {
  const all = within(leaves, new Map());
  const mean = all.reduce((sum, { weight, value }) => sum + weight * value, 0);
  return all.reduce((sum, { weight, value }) => sum + weight * (value - mean) ** 2, 0);
}

/** The ends of all sides on one axis, ascending: between them every marginal is constant. */
function cellsOf(leaves: readonly Weighted[], d: number): { ends: Float64Array; at: ReadonlyMap<number, number> } {
  const ends = Float64Array.from(new Set(leaves.flatMap(({ sides }) => sides[d]!.flat()))).sort();
  return { ends, at: new Map(Array.from(ends, (end, i) => [end, i])) };
}

/** Variance of the marginal of one axis. Each leaf is written as a rise at its low and a fall at its high end; the running sum is the marginal. */
function lineVariance(leaves: readonly Weighted[], d: number): number {
  const { ends, at } = cellsOf(leaves, d);
  const steps = new Float64Array(ends.length);
  for (const { sides, value, weight } of leaves) {
    const side = sides[d]!;
    const height = (value * weight) / lengthOf(side);
    for (const [low, high] of side) {
      steps[at.get(low)!] = steps[at.get(low)!]! + height;
      steps[at.get(high)!] = steps[at.get(high)!]! - height;
    }
  }
  let [f, mean, square] = [0, 0, 0];
  for (let i = 0; i + 1 < ends.length; i++) {
    const width = ends[i + 1]! - ends[i]!;
    f += steps[i]!;
    mean += width * f;
    square += width * f * f;
  }
  return Math.max(0, square - mean * mean);
}

/** Variance of the marginal of two axes: the same with rises and falls at the corners of rectangles. */
function planeVariance(leaves: readonly Weighted[], a: number, b: number): number {
  const rows = cellsOf(leaves, a);
  const columns = cellsOf(leaves, b);
  const stride = columns.ends.length;
  const steps = new Float64Array(rows.ends.length * stride); // [rows, columns]
  for (const { sides, value, weight } of leaves) {
    const height = (value * weight) / (lengthOf(sides[a]!) * lengthOf(sides[b]!));
    for (const [low, high] of sides[a]!) {
      for (const [left, right] of sides[b]!) {
        for (const [row, rise] of [
          [rows.at.get(low)!, height],
          [rows.at.get(high)!, -height],
        ] as const) {
          const start = row * stride;
          steps[start + columns.at.get(left)!] = steps[start + columns.at.get(left)!]! + rise;
          steps[start + columns.at.get(right)!] = steps[start + columns.at.get(right)!]! - rise;
        }
      }
    }
  }
  const f = new Float64Array(stride); // running sums of the rows so far
  let [mean, square] = [0, 0];
  for (let i = 0; i + 1 < rows.ends.length; i++) {
    const height = rows.ends[i + 1]! - rows.ends[i]!;
    let along = 0;
    for (let j = 0; j + 1 < stride; j++) {
      along += steps[i * stride + j]!;
      f[j] = f[j]! + along;
      const size = height * (columns.ends[j + 1]! - columns.ends[j]!);
      mean += size * f[j]!;
      square += size * f[j]! * f[j]!;
    }
  }
  return Math.max(0, square - mean * mean);
}
