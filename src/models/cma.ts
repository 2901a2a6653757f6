/**
 * The search distribution of CMA-ES, N(m, σ² C), and its update from one generation.
 * Hansen 2016, "The CMA Evolution Strategy: A Tutorial" (arXiv:1604.00772); equation numbers are those of its appendix A and §B. Weights below the middle are
 * negative ("active" CMA, equations 46-47). A flat generation widens the steps (as purecmaes of the same author does). The first distribution may come from trials of
 * another search: Nomura, Watanabe, Akimoto, Ozaki & Onishi 2021 (WS-CMA-ES, arXiv:2012.06932, §4.2).
 *   m [n] mean   σ step size   C [n, n] covariance = B diag(D²) Bᵀ   p_σ, p_c [n] evolution paths   λ generation size   μ = ⌊λ/2⌋
 *   y [n] a step: (x - m)/σ ~ N(0, C)
 * Nothing is changed in place: an update makes a new state.
 * Cost: O(λ n² + n³) per generation, O(n²) per draw.
 */
import { argsort, type Rng, symmetricEigen } from '#math';

type Vector = Float64Array;

export interface CmaState {
  readonly mean: Vector;
  readonly sigma: number;
  readonly C: Vector;
  readonly B: Vector;
  /** Square roots of the eigenvalues of C. */
  readonly D: Vector;
  readonly pathSigma: Vector;
  readonly pathC: Vector;
  readonly generation: number;
  readonly rates: CmaRates;
}

export interface CmaRates {
  readonly lambda: number;
  /** [λ] of the best, second best, …; those of the better half sum to 1. */
  readonly weights: Vector;
  readonly muEff: number;
  readonly c1: number;
  readonly cMu: number;
  readonly cC: number;
  readonly cSigma: number;
  readonly dSigma: number;
  /** E‖N(0, I)‖ */
  readonly chi: number;
}

const SMALLEST_VARIANCE = 1e-20;

export const defaultLambda = (n: number): number => 4 + Math.floor(3 * Math.log(n)); // (48)

/** Table 1 of the tutorial. */
export function cmaRates(n: number, lambda: number): CmaRates {
  const mu = Math.floor(lambda / 2);
  const raw = Float64Array.from({ length: lambda }, (_, i) => Math.log((lambda + 1) / 2) - Math.log(i + 1)); // (49)
  const effective = (part: Vector): number => part.reduce((s, w) => s + w) ** 2 / part.reduce((s, w) => s + w * w, 0);
  const muEff = effective(raw.subarray(0, mu));
  const muEffMinus = effective(raw.subarray(mu));
  const c1 = 2 / ((n + 1.3) ** 2 + muEff); // (57)
  const cMu = Math.min(1 - c1 - 1e-8, (2 * (muEff - 2 + 1 / muEff)) / ((n + 2) ** 2 + muEff)); // (58)
  const negative = Math.min(1 + c1 / cMu, 1 + (2 * muEffMinus) / (muEff + 2), (1 - c1 - cMu) / (n * cMu)); // (50-52)
  const positiveSum = raw.reduce((s, w) => s + Math.max(0, w), 0);
  const negativeSum = raw.reduce((s, w) => s + Math.max(0, -w), 0);
  const cSigma = (muEff + 2) / (n + muEff + 5); // (55)
  return {
    lambda,
    weights: raw.map((w) => (w >= 0 ? w / positiveSum : (negative * w) / negativeSum)), // (53)
    muEff,
    c1,
    cMu,
    cC: (4 + muEff / n) / (n + 4 + (2 * muEff) / n), // (56)
    cSigma,
    dSigma: 1 + 2 * Math.max(0, Math.sqrt((muEff - 1) / (n + 1)) - 1) + cSigma,
    chi: Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n)),
  };
}

export function cmaStart(mean: Vector, sigma: number, lambda: number, covariance?: Vector): CmaState {
  const n = mean.length;
  const C = covariance ?? Float64Array.from({ length: n * n }, (_, p) => (p % (n + 1) === 0 ? 1 : 0));
  const rates = cmaRates(n, lambda);
  const [pathSigma, pathC] = [new Float64Array(n), new Float64Array(n)];
  return { mean, sigma, ...decomposed(C, n), pathSigma, pathC, generation: 0, rates };
}

/**
 * m, σ and C of the best γ of earlier trials: the normal distribution nearest (by Kullback-Leibler) to an even mixture of N(x_i, α² I) over them.
 * points [N, n], N >= 1 / γ
 */
export function cmaWarmStart(
  points: readonly Vector[],
  losses: ArrayLike<number>,
  lambda: number,
  { gamma = 0.1, alpha = 0.1 } = {},
): CmaState {
  const best = argsort(losses)
    .slice(0, Math.floor(gamma * points.length))
    .map((i) => points[i]!);
  const n = best[0]!.length;
  const mean = Float64Array.from({ length: n }, (_, j) => best.reduce((s, x) => s + x[j]!, 0) / best.length);
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const shared = best.reduce((s, x) => s + (x[i]! - mean[i]!) * (x[j]! - mean[j]!), 0) / best.length;
      covariance[i * n + j] = shared + (i === j ? alpha * alpha : 0);
    }
  }
  const logDeterminant = symmetricEigen(covariance, n).values.reduce((s, v) => s + Math.log(v), 0);
  const scale = Math.exp(logDeterminant / n);
  return cmaStart(
    mean,
    Math.sqrt(scale),
    lambda,
    covariance.map((v) => v / scale),
  );
}

/** y ~ N(0, C). */
export function cmaStep({ B, D }: CmaState, rng: Rng): Vector {
  const n = D.length;
  const z = D.map((d) => d * rng.normal());
  return Float64Array.from({ length: n }, (_, i) => rowTimes(B, i, z));
}

/** ‖C^(-1/2) y‖, the length of a step in standard deviations. */
export const cmaLength = ({ B, D }: CmaState, y: Vector): number => Math.hypot(...whitened(B, D, y));

/** The state after a generation: its steps, best first. [λ, n] */
export function cmaUpdate(state: CmaState, steps: readonly Vector[]): CmaState {
  const { mean, sigma, C, B, D, rates } = state;
  const { weights, muEff, c1, cMu, cC, cSigma, dSigma, chi } = rates;
  const n = mean.length;
  const mu = Math.floor(rates.lambda / 2);
  const y = new Float64Array(n); // ⟨y⟩_w (41)
  for (let i = 0; i < mu; i++) steps[i]!.forEach((v, j) => (y[j] = y[j]! + weights[i]! * v));

  // Step-size control
  const white = symmetricWhitened(B, D, y); // C^(-1/2) ⟨y⟩_w
  const growth = Math.sqrt(cSigma * (2 - cSigma) * muEff);
  const pathSigma = state.pathSigma.map((p, j) => (1 - cSigma) * p + growth * white[j]!); // (43)
  const length = Math.hypot(...pathSigma);
  const generation = state.generation + 1;

  // Covariance
  const stalled = length / Math.sqrt(1 - (1 - cSigma) ** (2 * generation)) >= (1.4 + 2 / (n + 1)) * chi; // h_σ = 0
  const pull = stalled ? 0 : Math.sqrt(cC * (2 - cC) * muEff);
  const pathC = state.pathC.map((p, j) => (1 - cC) * p + pull * y[j]!); // (45)
  const lost = stalled ? cC * (2 - cC) : 0; // δ(h_σ)
  const decay = 1 + c1 * lost - c1 - cMu * weights.reduce((s, w) => s + w, 0);
  const scaled = steps.map((step, i) => {
    const w = weights[i]!;
    return cMu * (w >= 0 ? w : (w * n) / (whitened(B, D, step).reduce((s, v) => s + v * v, 0) + 1e-8)); // (46)
  });
  const next = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = decay * C[i * n + j]! + c1 * pathC[i]! * pathC[j]!;
      for (let k = 0; k < steps.length; k++) sum += scaled[k]! * steps[k]![i]! * steps[k]![j]!;
      next[i * n + j] = next[j * n + i] = sum; // (47)
    }
  }
  return {
    mean: mean.map((m, j) => m + sigma * y[j]!), // (42)
    sigma: sigma * Math.exp((cSigma / dSigma) * (length / chi - 1)), // (44)
    ...decomposed(next, n),
    pathSigma,
    pathC,
    generation,
    rates,
  };
}

/** The state after a generation in which all were equally good: nothing to learn but that steps are too short. */
export function cmaWiden(state: CmaState, mostSigma: number): CmaState {
  const { cSigma, dSigma } = state.rates;
  const sigma = Math.min(Math.max(mostSigma, state.sigma), state.sigma * Math.exp(0.2 + cSigma / dSigma));
  return { ...state, sigma, generation: state.generation + 1 };
}

function decomposed(C: Vector, n: number): Pick<CmaState, 'B' | 'C' | 'D'> {
  const { values, vectors } = symmetricEigen(C, n);
  return { C, B: vectors, D: values.map((v) => Math.sqrt(Math.max(v, SMALLEST_VARIANCE))) };
}

function rowTimes(B: Vector, i: number, z: Vector): number {
  let sum = 0;
  for (let k = 0; k < z.length; k++) sum += B[i * z.length + k]! * z[k]!;
  return sum;
}

/** D⁻¹ Bᵀ y */
function whitened(B: Vector, D: Vector, y: Vector): Vector {
  const n = y.length;
  return D.map((d, k) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += B[i * n + k]! * y[i]!;
    return sum / d;
  });
}

/** B D⁻¹ Bᵀ y */
function symmetricWhitened(B: Vector, D: Vector, y: Vector): Vector {
  const w = whitened(B, D, y);
  return y.map((_, i) => rowTimes(B, i, w));
}
