/**
 * The kernels of a Parzen density, one at each point: what they say of x on one axis, or on all number axes together, for a block of points at a time.
 *   number     normal cut to [0, 1], of one width σ for all points; where the point is inactive, flat
 *   grid       of K values: the same, normalised over them
 *   category   of K labels: (1/n + [same label]) / (1 + K/n): one more observation, spread evenly
 * An axis counts only where x is active. Each loop is a function of its own that gets its arrays as arguments: V8 compiles it early, and reads where an array
 * lies once, not at each step as in a closure. The mass that the cut leaves is interpolated from a table of 256 places (error below 1 %), since its two error functions for each point and axis
 * would cost more than all the rest.
 *   order  [n]  indices of points     terms  [n]  sums of log kernels, by point
 */
import { normalCdf, normalLogMass, normalQuantile } from '#math';
import type { Point } from './kernel.ts';

/** The coordinates of all points, axis by axis: [d, n]. */
export function columnsOf(points: readonly Point[], D: number): Float64Array[] {
  const n = points.length;
  const columns: Float64Array[] = [];
  for (let d = 0; d < D; d++) columns.push(new Float64Array(n));
  for (let i = 0; i < n; i++) {
    const point = points[i]!;
    for (let d = 0; d < D; d++) columns[d]![i] = point[d]!;
  }
  return columns;
}

/** The kernels of all points on one axis. */
export interface AxisKernels {
  /** Adds the log kernels at x to the terms of the points order[from] … order[to - 1]. */
  readonly add: (x: number, terms: Float64Array, order: Int32Array, from: number, to: number) => void;
  /** ln of the flat kernel where x is active. */
  readonly flat: number;
  /** The value at cumulative probability u of the kernel of point i, which is active. */
  readonly draw: Draw;
}
export type Draw = (i: number, u: number) => number;

/** Number axes that are active at every point, together. */
export interface NumberKernels {
  readonly moveTo: (x: Point) => void;
  /** Sets the terms of the points order[from] … order[to - 1] to the sums of their log kernels at the x that was moved to. */
  readonly set: (terms: Float64Array, order: Int32Array, from: number, to: number) => void;
}

/** `axes`: those of `columns` that are numbers active at every point. */
export function numberKernels(
  columns: readonly Float64Array[],
  axes: readonly number[],
  sigma: readonly number[],
  n: number,
): NumberKernels {
  const A = axes.length;
  const units = new Float64Array(A); // centres are in units of σ √2
  const centres = new Float64Array(n * A); // row by row
  const peaks = new Float64Array(n);
  for (let k = 0; k < A; k++) {
    const values = columns[axes[k]!]!;
    const unit = (units[k] = Math.SQRT1_2 / sigma[axes[k]!]!);
    const nodes = nodesOf(sigma[axes[k]!]!);
    for (let i = 0, p = k; i < n; i++, p += A) {
      centres[p] = values[i]! * unit;
      peaks[i] = peaks[i]! + logPeak(nodes, values[i]!);
    }
  }
  const scaled = new Float64Array(A);
  return {
    moveTo(x) {
      for (let k = 0; k < A; k++) scaled[k] = x[axes[k]!]! * units[k]!;
    },
    set: (terms, order, from, to) => setSquares(scaled, centres, peaks, terms, order, from, to),
  };
}

/** terms_i = peak_i - |x - c_i|². Two points at a time, for each step of a sum waits for the one before it; the last point of an odd number is taken twice. */
function setSquares(
  x: Float64Array,
  centres: Float64Array,
  peaks: Float64Array,
  terms: Float64Array,
  order: Int32Array,
  from: number,
  to: number,
): void {
  const A = x.length;
  for (let next = from; next < to; next += 2) {
    const i = order[next]!;
    const j = order[Math.min(next + 1, to - 1)]!;
    let ofI = peaks[i]!;
    let ofJ = peaks[j]!;
    for (let k = 0, p = i * A, q = j * A; k < A; k++, p++, q++) {
      const gapI = x[k]! - centres[p]!;
      const gapJ = x[k]! - centres[q]!;
      ofI -= gapI * gapI;
      ofJ -= gapJ * gapJ;
    }
    terms[i] = ofI;
    terms[j] = ofJ;
  }
}

/** Draws from normals cut to [0, 1]. Their centres lie there, so that enough mass is left to do without logarithms. */
export function normalDraw(values: Float64Array, sigma: number): Draw {
  /** Φ at the ends of the range, seen from each point, once a draw has needed them: [n, 2]; the upper one is never 0. */
  let ends: Float64Array | null = null;
  return (i, u) => {
    ends ??= new Float64Array(2 * values.length);
    const mu = values[i]!;
    if (ends[2 * i + 1] === 0) {
      ends[2 * i] = normalCdf(-mu / sigma);
      ends[2 * i + 1] = normalCdf((1 - mu) / sigma);
    }
    const low = ends[2 * i]!;
    const p = low + u * (ends[2 * i + 1]! - low);
    return Math.min(1, Math.max(0, mu + sigma * normalQuantile(p)));
  };
}

/** A number axis below a branch. */
export function conditionalKernels(values: Float64Array, sigma: number): AxisKernels {
  const n = values.length;
  const unit = Math.SQRT1_2 / sigma;
  const nodes = nodesOf(sigma);
  const centres = new Float64Array(n); // NaN where the point is inactive
  const peaks = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const mu = values[i]!;
    centres[i] = mu * unit;
    if (!Number.isNaN(mu)) peaks[i] = logPeak(nodes, mu);
  }
  return {
    add: (x, terms, order, from, to) => addSquares(x * unit, centres, peaks, terms, order, from, to),
    flat: 0,
    draw: normalDraw(values, sigma),
  };
}

function addSquares(
  x: number,
  centres: Float64Array,
  peaks: Float64Array,
  terms: Float64Array,
  order: Int32Array,
  from: number,
  to: number,
): void {
  for (let next = from; next < to; next++) {
    const i = order[next]!;
    const gap = x - centres[i]!;
    if (gap === gap) terms[i] = terms[i]! + peaks[i]! - gap * gap; // gap === gap: not NaN
  }
}

export function categoryKernels(labels: Float64Array, K: number): AxisKernels {
  const count = Math.max(1, labels.length);
  const all = Math.log(1 + K / count);
  const same = Math.log1p(1 / count) - all;
  const other = -Math.log(count) - all;
  const even = -Math.log(K);
  const [ofSame, ofOther] = [Math.exp(same), Math.exp(other)];
  return {
    add: (x, terms, order, from, to) => addLabels(x, labels, { same, other, even }, terms, order, from, to),
    flat: even,
    draw(i, u) {
      const label = labels[i]!;
      const before = label * ofOther;
      if (u < before) return Math.min(label - 1, Math.floor(u / ofOther));
      if (u < before + ofSame) return label;
      return Math.min(K - 1, label + 1 + Math.floor((u - before - ofSame) / ofOther));
    },
  };
}

/** `same`, `other`, `even`: ln kernel at the point's label, at another, and where the point is inactive. */
function addLabels(
  x: number,
  labels: Float64Array,
  { same, other, even }: { readonly same: number; readonly other: number; readonly even: number },
  terms: Float64Array,
  order: Int32Array,
  from: number,
  to: number,
): void {
  for (let next = from; next < to; next++) {
    const i = order[next]!;
    const label = labels[i]!;
    terms[i] = terms[i]! + (label === x ? same : label === label ? other : even); // label === label: not NaN
  }
}

export function gridKernels(values: Float64Array, K: number, sigma: number): AxisKernels {
  const table = gridTable(K, sigma);
  const placeOf = (v: number): number => (Number.isNaN(v) ? K : Math.round(v * (K - 1)));
  const places = new Int32Array(values.length);
  for (let i = 0; i < places.length; i++) places[i] = placeOf(values[i]!);
  return {
    add: (x, terms, order, from, to) => addPlaces(placeOf(x) * (K + 1), table, places, terms, order, from, to),
    flat: -Math.log(K),
    draw(i, u) {
      let rest = u;
      for (let k = 0; k < K - 1; k++) {
        rest -= Math.exp(table[k * (K + 1) + places[i]!]!);
        if (rest < 0) return k / (K - 1);
      }
      return K > 1 ? 1 : values[i]!;
    },
  };
}

function addPlaces(
  row: number,
  table: Float64Array,
  places: Int32Array,
  terms: Float64Array,
  order: Int32Array,
  from: number,
  to: number,
): void {
  for (let next = from; next < to; next++) {
    const i = order[next]!;
    terms[i] = terms[i]! + table[row + places[i]!]!;
  }
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

const PEAK_PLACES = 256;
const MOST_WIDTHS = 64;
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
