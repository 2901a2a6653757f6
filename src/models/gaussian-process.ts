/**
 * Gaussian-process regression over mixed, conditional spaces, with hyperparameters by maximum a posteriori.
 * Rasmussen & Williams 2006, Gaussian Processes for Machine Learning: Matérn-5/2 (4.17), posterior (2.25–2.26), marginal likelihood and its gradient
 * (5.8–5.9). Conditional numbers as in Hutter & Osborne 2013, "A kernel for hierarchical parameter spaces" (arXiv:1310.5738): a number lies on an arc
 * of radius 1, an inactive one at the centre, so every active value is equally far from "inactive". Categories differ or not (Hamming).
 * Priors: log-normal; the length scale's median grows with √d like the distance of two points does.
 *   X  n points of d coordinates: numbers in [0, 1], categories as 0, 1, 2 …; NaN = inactive      y  [n] standardised
 *   θ  [d + 2] = ln ℓ₁ … ln ℓ_d, ln σ_f² (signal), ln σ_n² (noise)
 *   r² = Σ_d δ_d(x, x') / ℓ_d²      k = σ_f² (1 + √5 r + 5/3 r²) exp(-√5 r)      K = k(X, X) + σ_n² I
 * Cost: O(n³) to fit, O(n²) for a prediction with its variance or to add a point.
 */
import {
  cholesky,
  choleskyAppend,
  choleskyLogDeterminant,
  choleskySolve,
  dot,
  inverseFromFactor,
  invertLower,
  lbfgs,
  packedRow,
  solveLower,
  solveLowerTransposed,
} from '#math';

/** How two values of one coordinate differ. */
export type Axis = 'number' | 'conditionalNumber' | 'category';
export type Point = Float64Array;

export interface GpPriors {
  /** Median of every length scale is `lengthScale` · √(d / 4). */
  readonly lengthScale: number;
  readonly lengthScaleSd: number;
  readonly signalSd: number;
  /** Median of the noise variance, in units of the variance of y. */
  readonly noise: number;
  readonly noiseSd: number;
}

export const DEFAULT_PRIORS: GpPriors = { lengthScale: 0.5, lengthScaleSd: 1, signalSd: 1, noise: 1e-3, noiseSd: 1.5 };

/** Where the search for θ stays: length scales 3e-3 … 300, variances e^-16 … e^8. */
const LENGTH_SCALE_BOUND = 6;
const VARIANCE_BOUNDS = [-16, 8] as const;
/** Smallest pivot kept when a point is added, relative to σ_f²: repeated points stay solvable. */
const SMALLEST_PIVOT = 1e-9;

/** δ_d(a, b) >= 0, a squared distance of an embedding, so that k is positive definite. */
export function axisDistance(axis: Axis, a: number, b: number): number {
  switch (axis) {
    case 'number':
      return (a - b) * (a - b);
    case 'category':
      return a === b || (Number.isNaN(a) && Number.isNaN(b)) ? 0 : 1;
    case 'conditionalNumber':
      if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b) ? 0 : 1;
      return 2 - 2 * Math.cos(a - b); // squared chord
  }
}

/** Mean and sd of the normal prior of each entry of θ. */
export function logPriors(dimensions: number, priors: GpPriors): readonly { mean: number; sd: number }[] {
  const logLength = Math.log(priors.lengthScale) + 0.5 * Math.log(Math.max(1, dimensions) / 4);
  return [
    ...Array.from({ length: dimensions }, () => ({ mean: logLength, sd: priors.lengthScaleSd })),
    { mean: 0, sd: priors.signalSd },
    { mean: Math.log(priors.noise), sd: priors.noiseSd },
  ];
}

/** δ_d of every pair i > j as packed rows without their diagonal entry used; one array for each coordinate. */
function pairDistances(X: readonly Point[], axes: readonly Axis[]): Float64Array[] {
  return axes.map((axis, d) => {
    const distances = new Float64Array(packedRow(X.length));
    X.forEach((x, i) => {
      for (let j = 0; j < i; j++) distances[packedRow(i) + j] = axisDistance(axis, x[d]!, X[j]![d]!);
    });
    return distances;
  });
}

/**
 * The function that a fit minimises: -ln p(y | X, θ) - ln p(θ), up to constants of the prior. Fills `gradient` by θ.
 * With `priors` null it is the negative log marginal likelihood alone.
 */
export function negativeLogPosterior(
  X: readonly Point[],
  y: Float64Array,
  axes: readonly Axis[],
  priors: GpPriors | null = DEFAULT_PRIORS,
): (theta: Float64Array, gradient: Float64Array) => number {
  const n = X.length;
  const D = axes.length;
  const delta = pairDistances(X, axes);
  const prior = priors && logPriors(D, priors);
  const K = new Float64Array(packedRow(n));
  const slope = new Float64Array(packedRow(n)); // ∂k / ∂r²

  return (theta, gradient) => {
    const weights = theta.subarray(0, D).map((logLength) => Math.exp(-2 * logLength));
    const signal = Math.exp(theta[D]!);
    const noise = Math.exp(theta[D + 1]!);

    slope.fill(0); // holds r² first
    for (let d = 0; d < D; d++) {
      const w = weights[d]!;
      const distances = delta[d]!;
      for (let p = 0; p < slope.length; p++) slope[p] = slope[p]! + w * distances[p]!;
    }
    for (let p = 0; p < K.length; p++) {
      const r = Math.sqrt(5 * slope[p]!);
      const e = signal * Math.exp(-r);
      K[p] = (1 + r + (r * r) / 3) * e;
      slope[p] = (-5 / 6) * (1 + r) * e;
    }
    for (let i = 0; i < n; i++) K[packedRow(i) + i] = signal + noise;

    const { L } = cholesky(K, n);
    const alpha = choleskySolve(L, n, Float64Array.from(y)); // K⁻¹ y
    let value = 0.5 * dot(y, 0, alpha, 0, n) + 0.5 * choleskyLogDeterminant(L, n) + 0.5 * n * Math.log(2 * Math.PI);

    // ∂/∂θ = ½ tr((K⁻¹ - α αᵀ) ∂K/∂θ): pairs i > j count twice, which takes the ½ away.
    gradient.fill(0);
    const G = inverseFromFactor(invertLower(L, n), n);
    let bySignal = 0;
    let byNoise = 0;
    for (let i = 0; i < n; i++) {
      const row = packedRow(i);
      for (let j = 0; j < i; j++) {
        const g = G[row + j]! - alpha[i]! * alpha[j]!;
        bySignal += g * K[row + j]!;
        G[row + j] = g * slope[row + j]!;
      }
      const g = 0.5 * (G[row + i]! - alpha[i]! * alpha[i]!);
      bySignal += g * signal;
      byNoise += g * noise;
      G[row + i] = 0;
    }
    for (let d = 0; d < D; d++) gradient[d] = -2 * weights[d]! * dot(G, 0, delta[d]!, 0, G.length);
    gradient[D] = bySignal;
    gradient[D + 1] = byNoise;

    prior?.forEach(({ mean, sd }, i) => {
      const u = (theta[i]! - mean) / sd;
      value += 0.5 * u * u;
      gradient[i] = gradient[i]! + u / sd;
    });
    return value;
  };
}

export interface FitOptions {
  readonly priors?: GpPriors;
  /** Further starting points of the search for θ; the prior's centre is always one. */
  readonly starts?: readonly Float64Array[];
  readonly maxIterations?: number;
}

/** θ of highest posterior density found by L-BFGS from each start. */
export function fitHyperparameters(
  X: readonly Point[],
  y: Float64Array,
  axes: readonly Axis[],
  { priors = DEFAULT_PRIORS, starts = [], maxIterations = 40 }: FitOptions = {},
): Float64Array {
  const D = axes.length;
  const prior = logPriors(D, priors);
  const objective = negativeLogPosterior(X, y, axes, priors);
  const bound = (i: number, side: 0 | 1): number =>
    i < D ? (side === 0 ? -LENGTH_SCALE_BOUND : LENGTH_SCALE_BOUND) : VARIANCE_BOUNDS[side];
  const lower = prior.map((_, i) => bound(i, 0));
  const upper = prior.map((_, i) => bound(i, 1));
  const ends = [prior.map((p) => p.mean), ...starts].map((start) =>
    lbfgs(objective, start, { lower, upper, maxIterations, tolerance: 1e-3, firstStep: 0.7 }),
  );
  return ends.reduce((a, b) => (b.value < a.value ? b : a)).x;
}

export interface Prediction {
  mean: number;
  /** Of the function itself, without noise. */
  variance: number;
}

/** Rows of the factor between two looks at `worthwhile`. */
const LOOK_EVERY = 16;

/**
 * A posterior with fixed θ. Points can be added, also provisional ones that are taken back by `truncate`.
 * Inside, points are embedded so that r² is a plain squared distance plus the weights of differing categories: a number becomes x/ℓ, a conditional number its
 * place on the arc (cos x, sin x)/ℓ with (0, 0) for inactive, a category its label with -1 for inactive.
 */
export class GaussianProcess {
  readonly axes: readonly Axis[];
  readonly theta: Float64Array;
  readonly signal: number;
  readonly noise: number;
  private readonly weights: Float64Array; // [d], 1/ℓ²
  private readonly categories: readonly number[]; // axes
  private readonly numbers: number; // embedded coordinates that are not categories; these stand first
  private n = 0;
  private X: Float64Array; // [capacity, width], embedded
  private L: Float64Array; // packed, [capacity, capacity]
  private cross: Float64Array; // [capacity]
  private targets: Float64Array = new Float64Array(0);
  private alpha: Float64Array = new Float64Array(0);

  constructor(axes: readonly Axis[], theta: Float64Array, capacity = 32) {
    const D = axes.length;
    this.axes = axes;
    this.theta = theta;
    this.weights = theta.subarray(0, D).map((logLength) => Math.exp(-2 * logLength));
    this.signal = Math.exp(theta[D]!);
    this.noise = Math.exp(theta[D + 1]!);
    this.categories = [...axes.keys()].filter((d) => axes[d] === 'category');
    this.numbers = axes.reduce((sum, axis) => sum + (axis === 'number' ? 1 : axis === 'category' ? 0 : 2), 0);
    this.X = new Float64Array(capacity * this.width);
    this.L = new Float64Array(packedRow(capacity));
    this.cross = new Float64Array(capacity);
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
   * As `predict`, but null as soon as `worthwhile(mean, bound)` says no, where bound >= variance: what is left after conditioning on the nearest point,
   * then on the first 32, 64, … points. Saves most of the O(n²) for poor candidates.
   */
  predictWhile(x: Point, worthwhile: (mean: number, bound: number) => boolean): Prediction | null {
    const { n, signal, noise, L } = this;
    const smallest = SMALLEST_PIVOT * signal;
    const cross = this.fillCross(x);
    const mean = dot(cross, 0, this.alpha, 0, n);
    let nearest = 0;
    for (let i = 0; i < n; i++) if (cross[i]! > nearest) nearest = cross[i]!;
    if (!worthwhile(mean, Math.max(signal - (nearest * nearest) / (signal + noise), smallest))) return null;
    let variance = signal;
    for (let i = 0; i < n; i++) {
      const row = packedRow(i);
      const v = (cross[i]! - dot(L, row, cross, 0, i)) / L[row + i]!;
      cross[i] = v;
      variance -= v * v;
      if (i % LOOK_EVERY === LOOK_EVERY - 1 && !worthwhile(mean, Math.max(variance, smallest))) return null;
    }
    return { mean, variance: Math.max(variance, smallest) };
  }

  /** The mean alone, O(n d). */
  predictMean(x: Point): number {
    return dot(this.fillCross(x), 0, this.alpha, 0, this.n);
  }

  /** Gradients of mean and variance by the coordinates of x (0 for categories and inactive numbers). */
  predictGradient(x: Point): Prediction & { meanGradient: Float64Array; varianceGradient: Float64Array } {
    const { n, axes, weights, signal, X, width, numbers } = this;
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
      const r = Math.sqrt(5 * this.squaredDistance(z, i));
      const slope = (-5 / 6) * (1 + r) * signal * Math.exp(-r); // ∂k / ∂r²
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
      const scale = Math.sqrt(weights[d]!);
      if (axis === 'number') {
        meanGradient[d] = scale * byMean[e]!;
        varianceGradient[d] = scale * byVariance[e]!;
      } else if (!Number.isNaN(x[d])) {
        const [dCos, dSin] = [-scale * Math.sin(x[d]!), scale * Math.cos(x[d]!)];
        meanGradient[d] = dCos * byMean[e]! + dSin * byMean[e + 1]!;
        varianceGradient[d] = dCos * byVariance[e]! + dSin * byVariance[e + 1]!;
      }
      e += axis === 'number' ? 1 : 2;
    });
    return { mean, variance, meanGradient, varianceGradient };
  }

  private embed(x: Point): Float64Array {
    const z = new Float64Array(this.width);
    let e = 0;
    this.axes.forEach((axis, d) => {
      const scale = Math.sqrt(this.weights[d]!);
      const v = x[d]!;
      if (axis === 'number') z[e++] = scale * v;
      if (axis === 'conditionalNumber') {
        z[e++] = Number.isNaN(v) ? 0 : scale * Math.cos(v);
        z[e++] = Number.isNaN(v) ? 0 : scale * Math.sin(v);
      }
    });
    for (const d of this.categories) z[e++] = Number.isNaN(x[d]) ? -1 : x[d]!;
    return z;
  }

  /** k(X, x) into `cross`, which is borrowed until the next call. */
  private fillCross(x: Point): Float64Array {
    const { cross, n, signal } = this;
    const z = this.embed(x);
    for (let i = 0; i < n; i++) {
      const r = Math.sqrt(5 * this.squaredDistance(z, i));
      cross[i] = signal * (1 + r + (r * r) / 3) * Math.exp(-r);
    }
    return cross;
  }

  /** r² between the embedded point z and point i. */
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
  }
}
