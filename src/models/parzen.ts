/**
 * A density over a mixed, conditional space: an equal mixture of product kernels, one at each given point, and a flat one.
 * Bergstra et al. 2011 (NeurIPS), §4; multivariate kernels as in Falkner et al. 2018 (BOHB), bandwidths after Watanabe 2023 (arXiv:2304.11127).
 * The kernels stand in parzen-kernels.ts; an axis counts only where x is active, and a point at which it is inactive knows nothing of it.
 *   n  points   d  axes   σ = width · n^(-1/(d + 4)), at least `leastWidth` and half a grid cell
 * Cost: O(n d) for a log density, less where it ends early (`atMost`).
 */
import type { Rng } from '#math';
import type { Point } from './kernel.ts';
import {
  type AxisKernels,
  categoryKernels,
  columnsOf,
  conditionalKernels,
  type Draw,
  gridKernels,
  normalDraw,
  numberKernels,
} from './parzen-kernels.ts';
import { FEW_VALUES, type PointSpace } from './point-space.ts';

export interface ParzenOptions {
  /** σ of a single point, on the unit scale. */
  readonly width?: number;
  readonly leastWidth?: number;
  /** The priors of the space take the place of the flat part. */
  readonly believes?: boolean;
}

export interface ParzenDensity {
  /** ln of the density; Infinity as soon as it is certain to exceed `atMost`. */
  readonly logDensity: (x: Point, atMost?: number) => number;
  readonly sample: (rng: Rng) => Point;
}

/** Points looked at before the sum is asked whether it may end. */
const BLOCK = 32;
/** Terms this far below the largest, in logarithms, are left out of a sum. */
const NEGLIGIBLE = 25;
const BUCKETS = 32;

export function parzenDensity(
  space: PointSpace,
  points: readonly Point[],
  { width = 0.2, leastWidth = 0.01, believes = false }: ParzenOptions = {},
): ParzenDensity {
  const prior = believes ? space.prior : null;
  const D = space.axes.length;
  const n = points.length;
  const scott = width * Math.max(1, n) ** (-1 / (D + 4));
  const columns = columnsOf(points, D);
  const sigma: number[] = [];
  const numbers: number[] = []; // axes active at every point
  const others: { readonly d: number; readonly kernels: AxisKernels }[] = [];
  const draws: Draw[] = [];
  for (let d = 0; d < D; d++) {
    const [axis, K] = [space.axes[d]!, space.sizes[d]!];
    const s = Math.max(scott, leastWidth, 0.5 / Math.max(1, K - 1));
    sigma.push(s);
    const values = columns[d]!;
    if (axis === 'number' && K > FEW_VALUES) {
      numbers.push(d);
      draws.push(normalDraw(values, s));
      continue;
    }
    const kernels =
      axis === 'category'
        ? categoryKernels(values, K)
        : K <= FEW_VALUES
          ? gridKernels(values, K, s)
          : conditionalKernels(values, s); // below a branch
    others.push({ d, kernels });
    draws.push(kernels.draw);
  }
  const together = numberKernels(columns, numbers, sigma, n);

  const terms = new Float64Array(n + 1);
  const order = new Int32Array(n); // in which points are looked at: those first that were near the last x
  for (let i = 0; i < n; i++) order[i] = i;
  function logDensity(x: Point, atMost = Infinity): number {
    together.moveTo(x);
    let least = 0; // what the sum divided by e^atMost is at least
    for (let from = 0; from < n; from += BLOCK) {
      const to = Math.min(n, from + BLOCK);
      together.set(terms, order, from, to);
      for (const { d, kernels } of others) if (!Number.isNaN(x[d])) kernels.add(x[d]!, terms, order, from, to);
      least += leastSum(terms, order, from, to, atMost);
      if (least > n + 1) return Infinity;
    }
    let flat = prior === null ? 0 : prior.logDensity(x);
    for (const { d, kernels } of others) if (!Number.isNaN(x[d])) flat += kernels.flat;
    terms[n] = flat;
    if (n > BLOCK) largestFirst(order, terms);
    return logMean(terms);
  }

  function sample(rng: Rng): Point {
    const i = rng.int(0, n);
    if (i === n) return prior === null ? space.uniform(rng) : space.draw(rng);
    const drawn = points[i]!.slice();
    for (let d = 0; d < D; d++) if (!Number.isNaN(drawn[d])) drawn[d] = draws[d]!(i, rng.float());
    return space.snap(drawn, rng); // a new branch draws its children, the old one's disappear
  }

  return { logDensity, sample };
}

/** A lower bound of Σ e^(term - atMost): (1 + z/128)¹²⁸ is below e^z for z > -128, little where it counts, and costs a fraction of it. */
function leastSum(terms: Float64Array, order: Int32Array, from: number, to: number, atMost: number): number {
  let sum = 0;
  for (let next = from; next < to; next++) {
    const x = 1 + (terms[order[next]!]! - atMost) / 128;
    if (!(x > 0)) continue;
    const x2 = x * x;
    const x4 = x2 * x2;
    const x8 = x4 * x4;
    const x16 = x8 * x8;
    const x32 = x16 * x16;
    const x64 = x32 * x32;
    sum += x64 * x64;
  }
  return sum;
}

/** ln of the mean of e^term. */
function logMean(terms: Float64Array): number {
  const top = largest(terms);
  let sum = 0;
  for (let i = 0; i < terms.length; i++) if (terms[i]! > top - NEGLIGIBLE) sum += Math.exp(terms[i]! - top);
  return top + Math.log(sum / terms.length);
}

function largest(terms: Float64Array): number {
  let top = -Infinity;
  for (let i = 0; i < terms.length; i++) if (terms[i]! > top) top = terms[i]!;
  return top;
}

/** Orders indices by their terms, roughly: in buckets of width 1 below the largest. */
function largestFirst(order: Int32Array, terms: Float64Array): void {
  const top = largest(terms);
  const ends = new Int32Array(BUCKETS);
  const buckets = new Uint8Array(order.length);
  for (let i = 0; i < order.length; i++) {
    const bucket = Math.min(BUCKETS - 1, Math.max(0, Math.floor(top - terms[i]!)));
    buckets[i] = bucket;
    ends[bucket]!++;
  }
  for (let b = 1; b < BUCKETS; b++) ends[b] = ends[b]! + ends[b - 1]!;
  for (let i = order.length - 1; i >= 0; i--) order[--ends[buckets[i]!]!] = i;
}
