/**
 * Expected hypervolume improvement of a point whose objectives are independent normals, in logarithms; exact for any number of objectives.
 * Emmerich, Deutz & Klinkenberg 2011 (CEC, "Hypervolume-based expected improvement") for two objectives, Yang et al. 2019 (J. Global Optim. 75, theorem 1) for
 * more; the acquisition of Daulton, Balandat & Bakshy 2020 (arXiv:2006.05078) for one point at a time, which needs no sampling there. Logarithms after
 * Ament et al. 2023 (arXiv:2310.20708): far from the front the expectation underflows, and its logarithm still tells which way to go.
 *   boxes [l, u) of the free region (non-dominated-boxes.ts)      ψ(t) = E (t - y)⁺ = σ h((t - μ) / σ), h of acquisition.ts
 *   EHVI = Σ_boxes Π_k (ψ_k(u_k) - ψ_k(l_k))       since (u - max(l, y))⁺ = (u - y)⁺ - (l - y)⁺
 * It grows with every variance: the improvement is convex in each objective.
 * Cost: O(n m) error functions and O(boxes · m) products, n points of the front, m objectives.
 */
import { log1mexp, logSumExp, normalCdf, normalPdf } from '#math';
import { logImprovement } from './acquisition.ts';
import { nonDominatedBoxes } from './non-dominated-boxes.ts';

type Losses = readonly number[];

export interface HypervolumeImprovement {
  /** ln EHVI of means and variances, one for each objective. */
  readonly log: (means: Losses, variances: Losses) => number;
  /** The same with its slopes; these are 0 where the expectation underflows. */
  readonly logSlopes: (
    means: Losses,
    variances: Losses,
  ) => { readonly value: number; readonly byMean: Float64Array; readonly byVariance: Float64Array };
}

/** Below it the sum is taken in logarithms. */
const UNDERFLOW = 1e-280;

export function hypervolumeImprovement(front: readonly Losses[], reference: Losses): HypervolumeImprovement {
  const boxes = nonDominatedBoxes(front, reference);
  const m = reference.length;
  const B = boxes.length;
  // Bounds as places in one ascending list for each objective; place 0 is -∞, where ψ = 0.
  const bounds = reference.map((_, k) =>
    Float64Array.from(new Set([-Infinity, ...boxes.flatMap(({ lower, upper }) => [lower[k]!, upper[k]!])])).sort(),
  );
  const placeOf = bounds.map((list) => new Map(Array.from(list, (t, i) => [t, i])));
  const low = boxes.map(({ lower }) => Int32Array.from(lower, (t, k) => placeOf[k]!.get(t)!));
  const high = boxes.map(({ upper }) => Int32Array.from(upper, (t, k) => placeOf[k]!.get(t)!));
  const psi = bounds.map((list) => new Float64Array(list.length));

  function expectation(means: Losses, variances: Losses): number {
    for (let k = 0; k < m; k++) {
      const sd = Math.sqrt(variances[k]!);
      for (let i = 1; i < bounds[k]!.length; i++) {
        psi[k]![i] = sd * Math.exp(logImprovement((bounds[k]![i]! - means[k]!) / sd));
      }
    }
    let sum = 0;
    for (let b = 0; b < B; b++) {
      let product = 1;
      for (let k = 0; k < m; k++) product *= psi[k]![high[b]![k]!]! - psi[k]![low[b]![k]!]!;
      sum += product;
    }
    return sum;
  }

  function inLogarithms(means: Losses, variances: Losses): number {
    const logPsi = bounds.map((list, k) => {
      const sd = Math.sqrt(variances[k]!);
      return list.map((t) => (t === -Infinity ? t : Math.log(sd) + logImprovement((t - means[k]!) / sd)));
    });
    return logSumExp(
      boxes.map((_, b) => {
        let sum = 0;
        for (let k = 0; k < m; k++) {
          const upper = logPsi[k]![high[b]![k]!]!;
          const lower = logPsi[k]![low[b]![k]!]!;
          sum += lower === -Infinity ? upper : upper + (upper > lower ? log1mexp(upper - lower) : -Infinity);
        }
        return sum;
      }),
    );
  }

  const log = (means: Losses, variances: Losses): number => {
    const value = expectation(means, variances);
    return value > UNDERFLOW ? Math.log(value) : inLogarithms(means, variances);
  };

  return {
    log,
    logSlopes(means, variances) {
      const value = expectation(means, variances);
      const byMean = new Float64Array(m);
      const byVariance = new Float64Array(m);
      if (!(value > UNDERFLOW)) return { value: inLogarithms(means, variances), byMean, byVariance };
      for (let k = 0; k < m; k++) {
        const sd = Math.sqrt(variances[k]!);
        const z = bounds[k]!.map((t) => (t - means[k]!) / sd);
        const slopeMean = z.map((v) => -normalCdf(v)); // ∂ψ / ∂μ
        const slopeVariance = z.map((v) => normalPdf(v) / (2 * sd)); // ∂ψ / ∂σ²
        for (let b = 0; b < B; b++) {
          let others = 1;
          for (let j = 0; j < m; j++) if (j !== k) others *= psi[j]![high[b]![j]!]! - psi[j]![low[b]![j]!]!;
          const [from, to] = [low[b]![k]!, high[b]![k]!];
          byMean[k] = byMean[k]! + (others * (slopeMean[to]! - slopeMean[from]!)) / value;
          byVariance[k] = byVariance[k]! + (others * (slopeVariance[to]! - slopeVariance[from]!)) / value;
        }
      }
      return { value: Math.log(value), byMean, byVariance };
    },
  };
}
