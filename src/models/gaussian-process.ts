/**
 * The posterior of a Gaussian process over mixed, conditional spaces. Rasmussen & Williams 2006, Gaussian Processes for Machine Learning, (2.25–2.26); kernel and
 * θ as in kernel.ts and hyperparameters.ts.
 *   X  n points of d coordinates: numbers in [0, 1], categories as 0, 1, 2 …; NaN = inactive      y  [n] standardised
 * Cost: O(n²) for a prediction with its variance or to add a point.
 */
import {
  choleskyAppend,
  choleskySolve,
  COLUMNS,
  decay,
  dot,
  packedRow,
  solveLower,
  solveLowerColumns,
  solveLowerTransposed,
} from '#math';
import { type Axis, kernelDistance, matern, maternSlope, type Point } from './kernel.ts';
import { warp, warpOf, warpSlope } from './warp.ts';

/** Smallest pivot kept when a point is added, relative to σ_f²: repeated points stay solvable. */
const SMALLEST_PIVOT = 1e-9;

export interface Prediction {
  mean: number;
  /** Of the function itself, without noise. */
  variance: number;
}

/** Rows of the factor between two looks at `worthwhile`. */
const LOOK_EVERY = 16;

/**
 * A posterior with fixed θ. Points can be added, also provisional ones that are taken back by `truncate`.
 * Inside, points are embedded so that d² is a plain squared distance plus the weights of differing categories: a number becomes w/ℓ, a conditional number its
 * place on the arc (cos w, sin w)/ℓ with (0, 0) for inactive, a category its label with -1 for inactive.
 */
export class GaussianProcess {
  readonly axes: readonly Axis[];
  readonly theta: Float64Array;
  readonly signal: number;
  readonly noise: number;
  private readonly weights: Float64Array; // [d], 1/ℓ²
  private readonly scales: Float64Array; // [d], 1/ℓ
  private readonly warps: readonly (readonly [a: number, b: number])[]; // [d]
  private readonly categories: readonly number[]; // axes
  private readonly numbers: number; // embedded coordinates that are not categories; these stand first
  private n = 0;
  private X: Float64Array; // [capacity, width], embedded
  private L: Float64Array; // packed, [capacity, capacity]
  private cross: Float64Array; // [capacity]
  private columns: Float64Array; // [capacity, 4]
  private readonly places: Float64Array; // [width, 4], embedded
  private targets: Float64Array = new Float64Array(0);
  private alpha: Float64Array = new Float64Array(0);

  constructor(axes: readonly Axis[], theta: Float64Array, capacity = 32) {
    const D = axes.length;
    this.axes = axes;
    this.theta = theta;
    this.weights = theta.subarray(0, D).map((logLength) => Math.exp(-2 * logLength));
    this.scales = this.weights.map(Math.sqrt);
    this.warps = axes.map((_, d) => warpOf(theta, D, d));
    this.signal = Math.exp(theta[D]!);
    this.noise = Math.exp(theta[D + 1]!);
    this.categories = [...axes.keys()].filter((d) => axes[d] === 'category');
    this.numbers = axes.reduce((sum, axis) => sum + (axis === 'number' ? 1 : axis === 'category' ? 0 : 2), 0);
    this.X = new Float64Array(capacity * this.width);
    this.L = new Float64Array(packedRow(capacity));
    this.cross = new Float64Array(capacity);
    this.columns = new Float64Array(capacity * COLUMNS);
    this.places = new Float64Array(this.width * COLUMNS);
  }

  private get width(): number {
    return this.numbers + this.categories.length;
  }

  get size(): number {
    return this.n;
  }

  /** Adds points to the factor; call `setTargets` before the next prediction. */
  add(points: readonly Point[]): void {
    this.reserve(this.n + points.length);
    for (const point of points) {
      const n = this.n;
      const row = new Float64Array(n + 1);
      row.set(this.fillCross(point).subarray(0, n));
      row[n] = this.signal + this.noise;
      choleskyAppend(this.L, n, row, SMALLEST_PIVOT * this.signal);
      this.X.set(this.embed(point), n * this.width);
      this.n = n + 1;
    }
  }

  /** Takes back all but the first `size` points; call `setTargets` before the next prediction. */
  truncate(size: number): void {
    this.n = size;
  }

  /** y of all points added so far, in their order. */
  setTargets(y: Float64Array): void {
    this.targets = y;
    this.alpha = choleskySolve(this.L, this.n, Float64Array.from(y));
  }

  /** Adds a point as if it had been observed at its own posterior mean ("Kriging believer", Ginsbourger et al. 2010): only variances change. */
  believe(point: Point): void {
    const mean = this.predictMean(point);
    const y = new Float64Array(this.n + 1);
    y.set(this.targets);
    y[this.n] = mean;
    this.add([point]);
    this.setTargets(y);
  }

  predict(x: Point): Prediction {
    const { n, signal } = this;
    const cross = this.fillCross(x);
    const mean = dot(cross, 0, this.alpha, 0, n);
    const v = solveLower(this.L, n, cross); // L⁻¹ k(X, x)
    return { mean, variance: Math.max(signal - dot(v, 0, v, 0, n), SMALLEST_PIVOT * signal) };
  }

  /**
   * As `predict` for many points, but null where `worthwhile(k, mean, bound)` says no of point k, where bound >= variance: what is left after conditioning on the nearest
   * point, then on the first 16, 32, … points. Four points are worked on at a time, and given up together; that saves most of the O(n²) of poor candidates.
   */
  predictEach(
    points: readonly Point[],
    worthwhile: (k: number, mean: number, bound: number) => boolean,
  ): (Prediction | null)[] {
    const found: (Prediction | null)[] = [];
    for (let first = 0; first < points.length; first += COLUMNS) {
      const group = points.slice(first, first + COLUMNS);
      const predictions = this.fillColumns(group).map(({ mean, nearest }) => {
        const bound = this.signal - (nearest * nearest) / (this.signal + this.noise);
        return { mean, variance: Math.max(bound, SMALLEST_PIVOT * this.signal) };
      });
      const isAny = (): boolean => predictions.some(({ mean, variance }, k) => worthwhile(first + k, mean, variance));
      const isDone = isAny() && this.settle(predictions, this.n, isAny);
      for (const prediction of predictions) found.push(isDone ? prediction : null);
    }
    return found;
  }

  /** As `predict` for many points. With fewer `rows` the variance is a bound, what is left after conditioning on the first `rows` points. O(n d + rows²) for each. */
  predictAll(points: readonly Point[], rows = this.n): Prediction[] {
    const found: Prediction[] = [];
    for (let first = 0; first < points.length; first += COLUMNS) {
      const group = points.slice(first, first + COLUMNS);
      const predictions = this.fillColumns(group).map(({ mean }) => ({ mean, variance: this.signal }));
      this.settle(predictions, Math.min(rows, this.n), () => true);
      found.push(...predictions);
    }
    return found;
  }

  /** Variances given the first `rows` points, from what `fillColumns` left; false as soon as `goesOn` says no. */
  private settle(predictions: readonly Prediction[], rows: number, goesOn: () => boolean): boolean {
    const { columns, signal, L } = this;
    const left = [signal, signal, signal, signal];
    for (let from = 0; from < rows; from += LOOK_EVERY) {
      const to = Math.min(rows, from + LOOK_EVERY);
      solveLowerColumns(L, from, to, columns);
      for (let k = 0; k < predictions.length; k++) {
        let explained = 0;
        for (let p = from * COLUMNS + k; p < to * COLUMNS; p += COLUMNS) explained += columns[p]! * columns[p]!;
        left[k] = left[k]! - explained;
        predictions[k]!.variance = Math.max(left[k]!, SMALLEST_PIVOT * signal);
      }
      if (!goesOn()) return false;
    }
    return true;
  }

  /** The mean alone, O(n d). */
  predictMean(x: Point): number {
    return dot(this.fillCross(x), 0, this.alpha, 0, this.n);
  }

  /** Gradients of mean and variance by the coordinates of x (0 for categories and inactive numbers). */
  predictGradient(x: Point): Prediction & { meanGradient: Float64Array; varianceGradient: Float64Array } {
    const { n, axes, scales, signal, X, width, numbers } = this;
    const z = this.embed(x);
    const cross = this.fillCross(x);
    const mean = dot(cross, 0, this.alpha, 0, n);
    const v = solveLower(this.L, n, cross);
    const variance = Math.max(signal - dot(v, 0, v, 0, n), SMALLEST_PIVOT * signal);
    const beta = solveLowerTransposed(this.L, n, Float64Array.from(v.subarray(0, n))); // K⁻¹ k
    // By the embedded coordinates first, then by the chain rule.
    const byMean = new Float64Array(numbers);
    const byVariance = new Float64Array(numbers);
    for (let i = 0; i < n; i++) {
      const r = kernelDistance(this.squaredDistance(z, i));
      const slope = maternSlope(signal * decay(r)); // ∂k / ∂d²
      for (let e = 0; e < numbers; e++) {
        const change = 2 * slope * (z[e]! - X[i * width + e]!);
        byMean[e] = byMean[e]! + this.alpha[i]! * change;
        byVariance[e] = byVariance[e]! - 2 * beta[i]! * change;
      }
    }
    const meanGradient = new Float64Array(axes.length);
    const varianceGradient = new Float64Array(axes.length);
    let e = 0;
    axes.forEach((axis, d) => {
      if (axis === 'category') return;
      const [a, b] = this.warps[d]!;
      if (axis === 'number') {
        const turn = scales[d]! * warpSlope(x[d]!, a, b);
        meanGradient[d] = turn * byMean[e]!;
        varianceGradient[d] = turn * byVariance[e]!;
      } else if (!Number.isNaN(x[d])) {
        const turn = warpSlope(x[d]!, a, b);
        const [dCos, dSin] = [-turn * z[e + 1]!, turn * z[e]!];
        meanGradient[d] = dCos * byMean[e]! + dSin * byMean[e + 1]!;
        varianceGradient[d] = dCos * byVariance[e]! + dSin * byVariance[e + 1]!;
      }
      e += axis === 'number' ? 1 : 2;
    });
    return { mean, variance, meanGradient, varianceGradient };
  }

  private embed(x: Point): Float64Array {
    const { axes, scales, warps, categories } = this;
    const z = new Float64Array(this.width);
    let e = 0;
    for (let d = 0; d < axes.length; d++) {
      if (axes[d] === 'category') continue;
      const [a, b] = warps[d]!;
      const w = warp(x[d]!, a, b);
      if (axes[d] === 'number') z[e++] = scales[d]! * w;
      else {
        z[e++] = Number.isNaN(w) ? 0 : scales[d]! * Math.cos(w);
        z[e++] = Number.isNaN(w) ? 0 : scales[d]! * Math.sin(w);
      }
    }
    for (const d of categories) z[e++] = Number.isNaN(x[d]) ? -1 : x[d]!;
    return z;
  }

  /** k(X, x) into `cross`, which is borrowed until the next call. */
  private fillCross(x: Point): Float64Array {
    const { cross, n, signal } = this;
    const z = this.embed(x);
    for (let i = 0; i < n; i++) {
      const r = kernelDistance(this.squaredDistance(z, i));
      cross[i] = matern(r, signal * decay(r));
    }
    return cross;
  }

  /** k(X, x) of up to four points side by side into `columns`, [n, 4], with the mean at each and its largest k. What a missing point leaves there means nothing. */
  private fillColumns(points: readonly Point[]): { mean: number; nearest: number }[] {
    const { columns, places, n, signal, alpha, X, numbers, width, categories, weights } = this;
    points.forEach((x, k) => this.embed(x).forEach((v, e) => (places[e * COLUMNS + k] = v)));
    for (let i = 0, x = 0; i < n; i++) {
      let a = 0; // d² of the first point
      let b = 0;
      let c = 0;
      let d = 0;
      let e = 0;
      for (; e < numbers; e++, x++) {
        const v = X[x]!;
        const gapA = places[e * COLUMNS]! - v;
        const gapB = places[e * COLUMNS + 1]! - v;
        const gapC = places[e * COLUMNS + 2]! - v;
        const gapD = places[e * COLUMNS + 3]! - v;
        a += gapA * gapA;
        b += gapB * gapB;
        c += gapC * gapC;
        d += gapD * gapD;
      }
      for (; e < width; e++, x++) {
        const label = X[x]!;
        const weight = weights[categories[e - numbers]!]!;
        if (places[e * COLUMNS] !== label) a += weight;
        if (places[e * COLUMNS + 1] !== label) b += weight;
        if (places[e * COLUMNS + 2] !== label) c += weight;
        if (places[e * COLUMNS + 3] !== label) d += weight;
      }
      const p = i * COLUMNS;
      columns[p] = a;
      columns[p + 1] = b;
      columns[p + 2] = c;
      columns[p + 3] = d;
    }
    return points.map((_, k) => {
      let mean = 0;
      let nearest = 0;
      for (let i = 0, p = k; i < n; i++, p += COLUMNS) {
        const r = kernelDistance(columns[p]!);
        const covariance = matern(r, signal * decay(r));
        columns[p] = covariance;
        mean += covariance * alpha[i]!;
        if (covariance > nearest) nearest = covariance;
      }
      return { mean, nearest };
    });
  }

  /** d² between the embedded point z and point i. */
  private squaredDistance(z: Float64Array, i: number): number {
    const { X, numbers, categories, weights, width } = this;
    const start = i * width;
    let squared = 0;
    for (let e = 0; e < numbers; e++) {
      const gap = z[e]! - X[start + e]!;
      squared += gap * gap;
    }
    for (let c = 0; c < categories.length; c++) {
      if (z[numbers + c] !== X[start + numbers + c]) squared += weights[categories[c]!]!;
    }
    return squared;
  }

  private reserve(points: number): void {
    if (points <= this.cross.length) return;
    const capacity = Math.ceil(points * 1.3) + 8;
    const grown = (length: number, from: Float64Array): Float64Array => {
      const array = new Float64Array(length);
      array.set(from);
      return array;
    };
    this.X = grown(capacity * this.width, this.X);
    this.L = grown(packedRow(capacity), this.L);
    this.cross = new Float64Array(capacity);
    this.columns = new Float64Array(capacity * COLUMNS);
  }
}
