/**
 * Gaussian-process regression over mixed, conditional spaces, with hyperparameters by maximum a posteriori.
 * Rasmussen & Williams 2006, Gaussian Processes for Machine Learning: Matérn-5/2 (4.17), posterior (2.25–2.26), marginal likelihood and its gradient
 * (5.8–5.9). Conditional numbers as in Hutter & Osborne 2013, "A kernel for hierarchical parameter spaces" (arXiv:1310.5738): a number lies on an arc
 * of radius 1, an inactive one at the centre, so every active value is equally far from "inactive". Categories differ or not (Hamming).
 * Numbers are warped before that (warp.ts). Priors: log-normal; the length scale's median grows with √d like the distance of two points does.
 *   X  n points of d coordinates: numbers in [0, 1], categories as 0, 1, 2 …; NaN = inactive      y  [n] standardised
 *   θ  [3 d + 2] = ln ℓ₁ … ln ℓ_d, ln σ_f² (signal), ln σ_n² (noise), ln a₁ … ln a_d, ln b₁ … ln b_d (warps; those of categories are idle)
 *   r² = Σ_d δ_d(w(x), w(x')) / ℓ_d²      k = σ_f² (1 + √5 r + 5/3 r²) exp(-√5 r)      K = k(X, X) + σ_n² I
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
import { warp, warpShapeSlopes, warpSlope } from './warp.ts';

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
  /** Of ln a and ln b, whose medians are 0: no warp. With 0 there is none. */
  readonly warpSd: number;
}

export const DEFAULT_PRIORS: GpPriors = {
  lengthScale: 0.5,
  lengthScaleSd: 1,
  signalSd: 1,
  noise: 1e-3,
  noiseSd: 1.5,
  warpSd: 0.25,
};

/** For values that a warp would not help: labels, and objectives that trade against each other. */
export const UNWARPED_PRIORS: GpPriors = { ...DEFAULT_PRIORS, warpSd: 0 };

/** Where the search for θ stays: length scales 3e-3 … 300, variances e^-16 … e^8, shapes of warps 0.47 … 2.1. */
const LENGTH_SCALE_BOUNDS = [-6, 6] as const;
const VARIANCE_BOUNDS = [-16, 8] as const;
const SHAPE_BOUNDS = [-0.75, 0.75] as const;
/** ln σ_n² at the second start of the search for θ, with y standardised. */
const LOG_MUCH_NOISE = -1.5;
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
    ...Array.from({ length: 2 * dimensions }, () => ({ mean: 0, sd: priors.warpSd })),
  ];
}

/** The numbers of all points as the kernel sees them: one column of w for a number, cos w and sin w for a conditional one. */
interface Columns {
  readonly axis: number;
  /** w at every point; NaN where inactive. */
  readonly warped: Float64Array; // [n]
  readonly embedded: readonly Float64Array[]; // 1 or 2 × [n]
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
  const raw = axes.map((_, d) => Float64Array.from(X, (x) => x[d]!)); // [D][n]
  const columns: Columns[] = axes.flatMap((axis, d) => {
    if (axis === 'category') return [];
    const embedded = Array.from({ length: axis === 'number' ? 1 : 2 }, () => new Float64Array(n));
    return [{ axis: d, warped: new Float64Array(n), embedded }];
  });
  /** 1 for every pair i > j whose labels differ, as packed rows. */
  const differs = axes.flatMap((axis, d) => (axis === 'category' ? [{ axis: d, pairs: differing(raw[d]!) }] : []));
  const prior = priors && logPriors(D, priors);
  const K = new Float64Array(packedRow(n));
  const slope = new Float64Array(packedRow(n)); // ∂k / ∂r²
  const pull = new Float64Array(n); // ∂ / ∂ one embedded coordinate of each point

  const embed = (theta: Float64Array): void => {
    for (const { axis, warped, embedded } of columns) {
      const [a, b] = warpOf(theta, D, axis);
      for (let i = 0; i < n; i++) warped[i] = warp(raw[axis]![i]!, a, b);
      const [first, second] = embedded;
      if (second === undefined) first!.set(warped);
      else {
        for (let i = 0; i < n; i++) {
          const isOff = Number.isNaN(warped[i]);
          first![i] = isOff ? 0 : Math.cos(warped[i]!);
          second[i] = isOff ? 0 : Math.sin(warped[i]!);
        }
      }
    }
  };

  return (theta, gradient) => {
    const weights = theta.subarray(0, D).map((logLength) => Math.exp(-2 * logLength));
    const signal = Math.exp(theta[D]!);
    const noise = Math.exp(theta[D + 1]!);

    embed(theta);
    slope.fill(0); // holds r² first
    for (const { axis, pairs } of differs) {
      const w = weights[axis]!;
      for (let p = 0; p < slope.length; p++) slope[p] = slope[p]! + w * pairs[p]!;
    }
    for (const { axis, embedded } of columns) for (const z of embedded) addSquaredGaps(slope, z, weights[axis]!);
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
        G[row + j] = g * slope[row + j]!; // ∂ / ∂r²
      }
      const g = 0.5 * (G[row + i]! - alpha[i]! * alpha[i]!);
      bySignal += g * signal;
      byNoise += g * noise;
      G[row + i] = 0;
    }
    for (const { axis, pairs } of differs) gradient[axis] = -2 * weights[axis]! * dot(G, 0, pairs, 0, G.length);
    for (const { axis, warped, embedded } of columns) {
      const [a, b] = warpOf(theta, D, axis);
      const w = weights[axis]!;
      embedded.forEach((z, part) => {
        gradient[axis] = gradient[axis]! - 2 * w * weightedGaps(G, z, pull);
        for (let i = 0; i < n; i++) {
          const x = warped[i]!;
          if (Number.isNaN(x)) continue;
          const turn = embedded.length === 1 ? 1 : part === 0 ? -Math.sin(x) : Math.cos(x); // ∂z / ∂w
          const [byA, byB] = warpShapeSlopes(raw[axis]![i]!, a, b);
          gradient[D + 2 + axis] = gradient[D + 2 + axis]! + 2 * w * pull[i]! * turn * byA;
          gradient[2 * D + 2 + axis] = gradient[2 * D + 2 + axis]! + 2 * w * pull[i]! * turn * byB;
        }
      });
    }
    gradient[D] = bySignal;
    gradient[D + 1] = byNoise;

    prior?.forEach(({ mean, sd }, i) => {
      if (sd === 0) return; // held by the bounds
      const u = (theta[i]! - mean) / sd;
      value += 0.5 * u * u;
      gradient[i] = gradient[i]! + u / sd;
    });
    return value;
  };
}

/** a and b of an axis. */
const warpOf = (theta: Float64Array, D: number, axis: number): readonly [a: number, b: number] => [
  Math.exp(theta[D + 2 + axis]!),
  Math.exp(theta[2 * D + 2 + axis]!),
];

function differing(labels: Float64Array): Float64Array {
  const pairs = new Float64Array(packedRow(labels.length));
  labels.forEach((label, i) => {
    for (let j = 0; j < i; j++) pairs[packedRow(i) + j] = axisDistance('category', label, labels[j]!);
  });
  return pairs;
}

/** Adds w (zᵢ - zⱼ)² for every pair i > j. */
function addSquaredGaps(squares: Float64Array, z: Float64Array, w: number): void {
  for (let i = 0; i < z.length; i++) {
    const row = packedRow(i);
    const at = z[i]!;
    for (let j = 0; j < i; j++) {
      const gap = at - z[j]!;
      squares[row + j] = squares[row + j]! + w * gap * gap;
    }
  }
}

/** Σ gᵢⱼ (zᵢ - zⱼ)² over pairs i > j; fills `pull` with half its gradient by z. */
function weightedGaps(G: Float64Array, z: Float64Array, pull: Float64Array): number {
  let sum = 0;
  pull.fill(0);
  for (let i = 0; i < z.length; i++) {
    const row = packedRow(i);
    const at = z[i]!;
    let own = 0;
    for (let j = 0; j < i; j++) {
      const gap = at - z[j]!;
      const force = G[row + j]! * gap;
      sum += force * gap;
      own += force;
      pull[j] = pull[j]! - force;
    }
    pull[i] = pull[i]! + own;
  }
  return sum;
}

/**
 * θ of highest posterior density that L-BFGS finds from two starts: the prior's medians, and the same with much noise. From little noise alone rough data are
 * explained by short length scales (15 to 24 nats worse on four of fourteen tuning tables), from much alone exact data are sometimes taken for noise.
 */
export function fitHyperparameters(
  X: readonly Point[],
  y: Float64Array,
  axes: readonly Axis[],
  priors: GpPriors = DEFAULT_PRIORS,
): Float64Array {
  const D = axes.length;
  const prior = logPriors(D, priors);
  const shapes = priors.warpSd === 0 ? ([0, 0] as const) : SHAPE_BOUNDS;
  const bounds = prior.map((_, i) => (i < D ? LENGTH_SCALE_BOUNDS : i < D + 2 ? VARIANCE_BOUNDS : shapes));
  const lower = bounds.map(([low]) => low);
  const upper = bounds.map(([, high]) => high);
  const objective = negativeLogPosterior(X, y, axes, priors);
  const medians = prior.map(({ mean }) => mean);
  const ends = [medians, medians.with(D + 1, LOG_MUCH_NOISE)].map((start) =>
    lbfgs(objective, start, { lower, upper, maxIterations: 40, tolerance: 1e-3, firstStep: 0.7 }),
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
 * Inside, points are embedded so that r² is a plain squared distance plus the weights of differing categories: a number becomes w/ℓ, a conditional number its
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
