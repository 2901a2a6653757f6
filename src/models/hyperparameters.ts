/**
 * Hyperparameters of a Gaussian process by maximum a posteriori.
 * Rasmussen & Williams 2006, Gaussian Processes for Machine Learning: marginal likelihood and its gradient (5.8–5.9).
 * Priors: log-normal; the length scale's median grows with √d like the distance of two points does.
 *   X  n points of d coordinates: numbers in [0, 1], categories as 0, 1, 2 …; NaN = inactive      y  [n] standardised
 *   θ  [3 d + 2] = ln ℓ₁ … ln ℓ_d, ln σ_f² (signal), ln σ_n² (noise), ln a₁ … ln a_d, ln b₁ … ln b_d (warps; those of categories are idle)
 *   K  = k(X, X) + σ_n² I, k of kernel.ts
 * Cost: O(n³) for each gradient.
 */
import {
  cholesky,
  choleskyLogDeterminant,
  choleskySolve,
  decay,
  dot,
  inverseFromFactor,
  invertLower,
  lbfgs,
  packedRow,
} from '#math';
import { type Axis, axisDistance, kernelDistance, matern, maternSlope, type Point } from './kernel.ts';
import { warp, warpOf, warpShapeSlopes } from './warp.ts';

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
  const slope = new Float64Array(packedRow(n)); // ∂k / ∂d²
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
    slope.fill(0); // holds d² first
    for (const { axis, pairs } of differs) {
      const w = weights[axis]!;
      for (let p = 0; p < slope.length; p++) slope[p] = slope[p]! + w * pairs[p]!;
    }
    for (const { axis, embedded } of columns) for (const z of embedded) addSquaredGaps(slope, z, weights[axis]!);
    for (let p = 0; p < K.length; p++) {
      const r = kernelDistance(slope[p]!);
      const scale = signal * decay(r);
      K[p] = matern(r, scale);
      slope[p] = maternSlope(scale);
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
        G[row + j] = g * slope[row + j]!; // ∂ / ∂d²
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
