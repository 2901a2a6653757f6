/**
 * A density over a mixed, conditional space: an equal mixture of product kernels, one at each given point, and a flat one.
 * Bergstra et al. 2011 (NeurIPS), §4; multivariate kernels as in Falkner et al. 2018 (BOHB), bandwidths after Watanabe 2023 (arXiv:2304.11127).
 *   long number axis        normal cut to [0, 1], of one width σ for all points
 *   short grid, K values    the same, normalised over the grid's values
 *   category, K labels      (1/n + [same label]) / (1 + K/n): one more observation, spread evenly
 *   inactive                an axis counts only where x is active; a point at which it is inactive knows nothing of it and is flat there
 *   n  points   d  axes   σ = width · n^(-1/(d + 4)), at least `leastWidth` and half a grid cell
 * Cost: O(n d) for a log density. The mass that the cut leaves is interpolated from a table of 256 places (error below 1 %), since its two error functions for
 * each point and axis would cost more than all the rest.
 */
import { normalLogMass, type Rng, truncatedNormalQuantile } from '#math';
import type { Point } from './gaussian-process.ts';
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

const MASS_PLACES = 256;
const MOST_WIDTHS = 64;
/** Terms this far below the largest, in logarithms, are left out of a sum. */
const NEGLIGIBLE = 25;
/** Points between two looks at whether a density exceeds its bound. */
const BLOCK = 32;

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
  /** ln kernel [place of x, place of the point] of categories and short grids. */
  const tables = space.axes.map((axis, d) => {
    const K = space.sizes[d]!;
    if (axis === 'category') return categoryTable(K, n);
    return K <= FEW_VALUES ? gridTable(K, sigma[d]!) : null;
  });
  const placeOf = (d: number, v: number): number =>
    space.axes[d] === 'category' ? v : Math.round(v * (space.sizes[d]! - 1));
  const flat = tables.map((table, d) => (table === null ? 0 : -Math.log(space.sizes[d]!)));

  // [d, n]: the coordinate, or its place in a table; and the logarithm of what a normal kernel is divided by.
  const centres = new Float64Array(n * D);
  const logScale = new Float64Array(n * D);
  const logMasses = new Map<number, (mu: number) => number>(); // axes of one width share a table
  for (let d = 0; d < D; d++) {
    const width = sigma[d]!;
    let logMass: ((mu: number) => number) | null = null;
    if (tables[d] === null) {
      logMass = logMasses.get(width) ?? interpolatedLogMass(width);
      logMasses.set(width, logMass);
    }
    const constant = -0.5 * Math.log(2 * Math.PI) - Math.log(width);
    for (let i = 0; i < n; i++) {
      const v = points[i]![d]!;
      centres[d * n + i] = tables[d] === null || Number.isNaN(v) ? v : placeOf(d, v);
      if (logMass !== null && !Number.isNaN(v)) logScale[d * n + i] = constant - logMass(v);
    }
  }

  const terms = new Float64Array(n + 1);
  function logDensity(x: Point, atMost = Infinity): number {
    const far = atMost - NEGLIGIBLE;
    let part = 0; // of the sum, divided by e^atMost
    for (let from = 0; from < n; from += BLOCK) {
      const to = Math.min(n, from + BLOCK);
      addTerms(x, from, to);
      for (let i = from; i < to; i++) if (terms[i]! > far) part += Math.exp(terms[i]! - atMost);
      if (part > n + 1) return Infinity;
    }
    terms[n] = prior === null ? 0 : prior.logDensity(x);
    for (let d = 0; d < D; d++) if (x[d] === x[d]) terms[n] = terms[n] + flat[d]!;
    let top = -Infinity;
    for (let i = 0; i <= n; i++) if (terms[i]! > top) top = terms[i]!;
    let sum = 0;
    for (let i = 0; i <= n; i++) if (terms[i]! > top - NEGLIGIBLE) sum += Math.exp(terms[i]! - top);
    return top + Math.log(sum / (n + 1));
  }

  /** ln of the kernels at points from … to - 1, axis by axis. */
  function addTerms(x: Point, from: number, to: number): void {
    terms.fill(0, from, to);
    for (let d = 0; d < D; d++) {
      const v = x[d]!;
      if (Number.isNaN(v)) continue;
      const table = tables[d]!;
      if (table !== null) {
        const even = flat[d]!;
        const row = placeOf(d, v) * space.sizes[d]!;
        for (let i = from, p = d * n + from; i < to; i++, p++) {
          const c = centres[p]!;
          terms[i] = terms[i]! + (c === c ? table[row + c]! : even); // c === c: not NaN
        }
      } else {
        const half = 0.5 / (sigma[d]! * sigma[d]!);
        for (let i = from, p = d * n + from; i < to; i++, p++) {
          const gap = v - centres[p]!;
          if (gap === gap) terms[i] = terms[i]! + logScale[p]! - half * gap * gap;
        }
      }
    }
  }

  function sample(rng: Rng): Point {
    const i = rng.int(0, n);
    if (i === n) return prior === null ? space.uniform(rng) : space.draw(rng);
    const drawn = points[i]!.map((v, d) => {
      if (Number.isNaN(v)) return v;
      const table = tables[d]!;
      if (table === null) return truncatedNormalQuantile(rng.float(), v, sigma[d]!, 0, 1);
      const K = space.sizes[d]!;
      const place = drawPlace(table, K, placeOf(d, v), rng.float());
      return space.axes[d] === 'category' ? place : K === 1 ? v : place / (K - 1);
    });
    return space.snap(drawn, rng); // a new branch draws its children, the old one's disappear
  }

  return { logDensity, sample };
}

function categoryTable(K: number, n: number): Float64Array {
  const count = Math.max(1, n);
  const other = Math.log(1 / count / (1 + K / count));
  const same = Math.log((1 + 1 / count) / (1 + K / count));
  return Float64Array.from({ length: K * K }, (_, p) => (Math.floor(p / K) === p % K ? same : other));
}

function gridTable(K: number, sigma: number): Float64Array {
  const kernel = (a: number, b: number): number => Math.exp(-0.5 * ((a - b) / Math.max(1, K - 1) / sigma) ** 2);
  const places = Array.from({ length: K }, (_, k) => k);
  const sums = places.map((b) => places.reduce((sum, a) => sum + kernel(a, b), 0));
  return Float64Array.from({ length: K * K }, (_, p) => Math.log(kernel(Math.floor(p / K), p % K) / sums[p % K]!));
}

/** The value of x at cumulative probability u, given the point's place. */
function drawPlace(table: Float64Array, K: number, centre: number, u: number): number {
  let rest = u;
  for (let k = 0; k < K - 1; k++) {
    rest -= Math.exp(table[k * K + centre]!);
    if (rest < 0) return k;
  }
  return K - 1;
}

const massNodes = new Map<number, Float64Array>();

/** Long studies ask for the same few widths again and again. */
function nodesOf(sigma: number): Float64Array {
  let nodes = massNodes.get(sigma);
  if (nodes === undefined) {
    nodes = Float64Array.from({ length: MASS_PLACES + 1 }, (_, k) =>
      normalLogMass(-k / MASS_PLACES / sigma, (1 - k / MASS_PLACES) / sigma),
    );
    if (massNodes.size >= MOST_WIDTHS) massNodes.clear();
    massNodes.set(sigma, nodes);
  }
  return nodes;
}

/** ln of the mass that a normal at μ in [0, 1] has within [0, 1]. */
function interpolatedLogMass(sigma: number): (mu: number) => number {
  const nodes = nodesOf(sigma);
  return (mu) => {
    const k = Math.min(MASS_PLACES - 1, Math.floor(mu * MASS_PLACES));
    return nodes[k]! + (mu * MASS_PLACES - k) * (nodes[k + 1]! - nodes[k]!);
  };
}
