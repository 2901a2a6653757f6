/**
 * A density over a mixed, conditional space: an equal mixture of product kernels, one at each given point, and a flat one.
 * Bergstra et al. 2011 (NeurIPS), §4; multivariate kernels as in Falkner et al. 2018 (BOHB), bandwidths after Watanabe 2023 (arXiv:2304.11127).
 *   long number axis        normal cut to [0, 1], of one width σ for all points
 *   short grid, K values    the same, normalised over the grid's values
 *   category, K labels      (1/n + [same label]) / (1 + K/n): one more observation, spread evenly
 *   inactive                an axis counts only where x is active; a point at which it is inactive knows nothing of it and is flat there
 *   n  points   d  axes   σ = width · n^(-1/(d + 4)), at least `leastWidth` and half a grid cell
 * Cost: O(n d) for a log density, less where it ends early (`atMost`). The mass that the cut leaves is interpolated from a table of 256 places (error below 1 %),
 * since its two error functions for each point and axis would cost more than all the rest.
 */
import { normalCdf, normalLogMass, normalQuantile, type Rng } from '#math';
import type { Point } from './kernel.ts';
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

const PEAK_PLACES = 256;
const MOST_WIDTHS = 64;
/** Terms this far below the largest, in logarithms, are left out of a sum. */
const NEGLIGIBLE = 25;
const BUCKETS = 32;
const EMPTY = new Float64Array(0);

export function parzenDensity(
  space: PointSpace,
  points: readonly Point[],
  { width = 0.2, leastWidth = 0.01, believes = false }: ParzenOptions = {},
): ParzenDensity {
  const prior = believes ? space.prior : null;
  const D = space.axes.length;
  const n = points.length;
  const scott = width * Math.max(1, n) ** (-1 / (D + 4));
  const sigma = space.axes.map((_, d) => Math.max(scott, leastWidth, 0.5 / Math.max(1, space.sizes[d]! - 1)));
  const kinds = space.axes.map((axis, d) => {
    if (axis === 'category') return 'category';
    if (space.sizes[d]! <= FEW_VALUES) return 'grid';
    return axis === 'number' ? 'always' : 'sometimes'; // below a branch
  });
  const ofKind = (kind: (typeof kinds)[number]): number[] => [...kinds.keys()].filter((d) => kinds[d] === kind);
  const [categories, grids] = [ofKind('category'), ofKind('grid')];
  const [always, sometimes] = [ofKind('always'), ofKind('sometimes')];
  const [C, G, A, S] = [categories.length, grids.length, always.length, sometimes.length];
  const placeOf = (d: number, v: number): number => Math.round(v * (space.sizes[d]! - 1));
  const kernels = space.axes.map((_, d) => categoryKernel(space.sizes[d]!, n));
  const tables = space.axes.map((_, d) => (kinds[d] === 'grid' ? gridTable(space.sizes[d]!, sigma[d]!) : EMPTY));

  // Row by row, for a density mostly ends before it has looked at every point. Centres are in units of σ √2.
  const unitOf = (axes: readonly number[]): Float64Array => Float64Array.from(axes, (d) => Math.SQRT1_2 / sigma[d]!);
  const [alwaysUnit, sometimesUnit] = [unitOf(always), unitOf(sometimes)];
  const nodesFor = (axes: readonly number[]): Float64Array[] => axes.map((d) => nodesOf(sigma[d]!));
  const [alwaysNodes, sometimesNodes] = [nodesFor(always), nodesFor(sometimes)];
  const labels = new Float64Array(n * C); // NaN where the point is inactive
  const places = new Int32Array(n * G);
  const alwaysCentres = new Float64Array(n * A);
  const alwaysPeak = new Float64Array(n); // ln of a point's kernel at its centre, all these axes together
  const sometimesCentres = new Float64Array(n * S); // NaN where the point is inactive
  const sometimesPeak = new Float64Array(n * S);
  for (let i = 0; i < n; i++) {
    const point = points[i]!;
    for (let k = 0; k < C; k++) labels[i * C + k] = point[categories[k]!]!;
    for (let k = 0; k < G; k++) {
      const v = point[grids[k]!]!;
      places[i * G + k] = Number.isNaN(v) ? space.sizes[grids[k]!]! : placeOf(grids[k]!, v);
    }
    for (let k = 0; k < A; k++) {
      const mu = point[always[k]!]!;
      alwaysCentres[i * A + k] = mu * alwaysUnit[k]!;
      alwaysPeak[i] = alwaysPeak[i]! + logPeak(alwaysNodes[k]!, mu);
    }
    for (let k = 0; k < S; k++) {
      const mu = point[sometimes[k]!]!;
      sometimesCentres[i * S + k] = mu * sometimesUnit[k]!;
      if (!Number.isNaN(mu)) sometimesPeak[i * S + k] = logPeak(sometimesNodes[k]!, mu);
    }
  }

  const terms = new Float64Array(n + 1);
  const order = Int32Array.from(points.keys()); // in which points are looked at: those first that were near the last x
  const rows = new Int32Array(G); // where the row of x begins in each table; -1 where x is inactive
  const alwaysX = new Float64Array(A);
  const sometimesX = new Float64Array(S);
  function logDensity(x: Point, atMost = Infinity): number {
    let flat = prior === null ? 0 : prior.logDensity(x);
    for (let k = 0; k < C; k++) if (!Number.isNaN(x[categories[k]!])) flat += kernels[categories[k]!]!.even;
    for (let k = 0; k < G; k++) {
      const v = x[grids[k]!]!;
      const K = space.sizes[grids[k]!]!;
      rows[k] = Number.isNaN(v) ? -1 : placeOf(grids[k]!, v) * (K + 1);
      if (!Number.isNaN(v)) flat -= Math.log(K);
    }
    for (let k = 0; k < A; k++) alwaysX[k] = x[always[k]!]! * alwaysUnit[k]!;
    for (let k = 0; k < S; k++) sometimesX[k] = x[sometimes[k]!]! * sometimesUnit[k]!;
    let least = 0; // what the sum divided by e^atMost is at least
    for (let next = 0; next < n; next++) {
      const i = order[next]!;
      let term = alwaysPeak[i]!;
      for (let k = 0, p = i * A; k < A; k++, p++) {
        const gap = alwaysX[k]! - alwaysCentres[p]!;
        term -= gap * gap;
      }
      for (let k = 0, p = i * S; k < S; k++, p++) {
        const gap = sometimesX[k]! - sometimesCentres[p]!;
        if (gap === gap) term += sometimesPeak[p]! - gap * gap; // gap === gap: not NaN
      }
      for (let k = 0, p = i * C; k < C; k++, p++) {
        const label = x[categories[k]!]!;
        if (label !== label) continue; // NaN
        const { same, other, even } = kernels[categories[k]!]!;
        const there = labels[p]!;
        term += there === label ? same : there === there ? other : even;
      }
      for (let k = 0, p = i * G; k < G; k++, p++) {
        if (rows[k]! >= 0) term += tables[grids[k]!]![rows[k]! + places[p]!]!;
      }
      terms[i] = term;
      const root = 1 + (term - atMost) / 32;
      if (root > 0) {
        least += power32(root);
        if (least > n + 1) return Infinity;
      }
    }
    terms[n] = flat;
    let top = -Infinity;
    for (let i = 0; i <= n; i++) if (terms[i]! > top) top = terms[i]!;
    let sum = 0;
    for (let i = 0; i <= n; i++) if (terms[i]! > top - NEGLIGIBLE) sum += Math.exp(terms[i]! - top);
    largestFirst(order, terms, top);
    return top + Math.log(sum / (n + 1));
  }

  /** Φ at the ends of the range, seen from point i on axis d, once a draw has needed them: [n, D, 2]. */
  let ends: Float64Array | null = null;
  /** The kernel's value at cumulative probability u. Its centre lies in the range, which therefore has enough mass to do without logarithms. */
  function drawNormal(i: number, d: number, u: number): number {
    ends ??= new Float64Array(2 * n * D).fill(NaN);
    const at = 2 * (i * D + d);
    const mu = points[i]![d]!;
    if (Number.isNaN(ends[at])) {
      ends[at] = normalCdf(-mu / sigma[d]!);
      ends[at + 1] = normalCdf((1 - mu) / sigma[d]!);
    }
    const p = ends[at]! + u * (ends[at + 1]! - ends[at]!);
    return Math.min(1, Math.max(0, mu + sigma[d]! * normalQuantile(p)));
  }

  function sample(rng: Rng): Point {
    const i = rng.int(0, n);
    if (i === n) return prior === null ? space.uniform(rng) : space.draw(rng);
    const drawn = points[i]!.slice();
    for (let d = 0; d < D; d++) {
      const v = drawn[d]!;
      if (Number.isNaN(v)) continue;
      const u = rng.float();
      const K = space.sizes[d]!;
      if (kinds[d] === 'category') drawn[d] = drawLabel(kernels[d]!, K, v, u);
      else if (kinds[d] !== 'grid') drawn[d] = drawNormal(i, d, u);
      else if (K > 1) drawn[d] = drawPlace(tables[d]!, K, placeOf(d, v), u) / (K - 1);
    }
    return space.snap(drawn, rng); // a new branch draws its children, the old one's disappear
  }

  return { logDensity, sample };
}

/** x³²: (1 + z/32)³² is below e^z for z > -32 and costs a fifth of it. */
function power32(x: number): number {
  const x2 = x * x;
  const x4 = x2 * x2;
  const x8 = x4 * x4;
  const x16 = x8 * x8;
  return x16 * x16;
}

/** Orders indices by their terms, roughly: in buckets of width 1 below the largest. */
function largestFirst(order: Int32Array, terms: Float64Array, top: number): void {
  const ends = new Int32Array(BUCKETS);
  const bucketOf = (i: number): number => Math.min(BUCKETS - 1, Math.max(0, Math.floor(top - terms[i]!)));
  for (let i = 0; i < order.length; i++) ends[bucketOf(i)]!++;
  for (let b = 1; b < BUCKETS; b++) ends[b] = ends[b]! + ends[b - 1]!;
  for (let i = order.length - 1; i >= 0; i--) order[--ends[bucketOf(i)]!] = i;
}

/** ln kernel of a category: at the point's label, at another, and where the point is inactive. */
interface CategoryKernel {
  readonly same: number;
  readonly other: number;
  readonly even: number;
}

function categoryKernel(K: number, n: number): CategoryKernel {
  const count = Math.max(1, n);
  const all = Math.log(1 + K / count);
  return { same: Math.log1p(1 / count) - all, other: -Math.log(count) - all, even: -Math.log(K) };
}

/** The label at cumulative probability u, given the point's. */
function drawLabel({ same, other }: CategoryKernel, K: number, label: number, u: number): number {
  const [ofSame, ofOther] = [Math.exp(same), Math.exp(other)];
  const before = label * ofOther;
  if (u < before) return Math.min(label - 1, Math.floor(u / ofOther));
  if (u < before + ofSame) return label;
  return Math.min(K - 1, label + 1 + Math.floor((u - before - ofSame) / ofOther));
}

/** ln kernel [place of x, place of the point]; the last place, K, is that of a point which is inactive. */
function gridTable(K: number, sigma: number): Float64Array {
  const kernel = (a: number, b: number): number => Math.exp(-0.5 * ((a - b) / Math.max(1, K - 1) / sigma) ** 2);
  const places = Array.from({ length: K }, (_, k) => k);
  const sums = places.map((b) => places.reduce((sum, a) => sum + kernel(a, b), 0));
  return Float64Array.from({ length: K * (K + 1) }, (_, p) => {
    const centre = p % (K + 1);
    return centre === K ? -Math.log(K) : Math.log(kernel(Math.floor(p / (K + 1)), centre) / sums[centre]!);
  });
}

/** The place of x at cumulative probability u, given the point's. */
function drawPlace(table: Float64Array, K: number, centre: number, u: number): number {
  let rest = u;
  for (let k = 0; k < K - 1; k++) {
    rest -= Math.exp(table[k * (K + 1) + centre]!);
    if (rest < 0) return k;
  }
  return K - 1;
}

const peakNodes = new Map<number, Float64Array>();

/** ln of the density at its centre of a normal with μ = 0 … 1 that is cut to [0, 1]. Long studies ask for the same few widths again and again. */
function nodesOf(sigma: number): Float64Array {
  let nodes = peakNodes.get(sigma);
  if (nodes === undefined) {
    nodes = Float64Array.from({ length: PEAK_PLACES + 1 }, (_, k) => {
      const mu = k / PEAK_PLACES;
      return -0.5 * Math.log(2 * Math.PI) - Math.log(sigma) - normalLogMass(-mu / sigma, (1 - mu) / sigma);
    });
    if (peakNodes.size >= MOST_WIDTHS) peakNodes.clear();
    peakNodes.set(sigma, nodes);
  }
  return nodes;
}

/** At μ in [0, 1], between the nodes. */
function logPeak(nodes: Float64Array, mu: number): number {
  const k = Math.min(PEAK_PLACES - 1, Math.floor(mu * PEAK_PLACES));
  return nodes[k]! + (mu * PEAK_PLACES - k) * (nodes[k + 1]! - nodes[k]!);
}
