/**
 * What a person believes of a parameter before any trial, as a density over its place u in [0, 1] on its own scale.
 *   numbers, ordered choices   { mean, confidence }: a normal around the mean with σ = 0.5 (1 - confidence) + 0.02, cut to [0, 1]; confidence 0.5 puts two
 *                              thirds of it within a quarter of the range to either side, confidence 1 within a fiftieth
 *                              [good values]: the mean of normals around each, σ = 0.1
 *   categories, K labels       { mean, confidence }: confidence on that label, the rest on all evenly; [good values]: 3/4 on these, evenly, the rest on all
 * A tenth of every density is flat (`FLAT`), so no belief excludes anything, however wrong. Discrete values have the mass of their cells.
 *   p(u)  density with respect to the uniform one: its mean over u is 1
 */
import { logSumExp, normalLogMass, normalLogPdf, truncatedNormalQuantile, type Rng } from '#math';
import type { Dimension } from './dimension.ts';
import type { Choice, Prior } from './param.ts';
import { cellOf, toUnit } from './unit.ts';

export interface UnitPrior {
  /** The most likely place. */
  readonly mode: number;
  /** ln p(u); of discrete parameters the same all over a cell. */
  readonly logDensity: (u: number) => number;
  /** d ln p / du, of continuous parameters. */
  readonly slope: (u: number) => number;
  readonly sample: (rng: Rng) => number;
}

const FLAT = 0.1;
const GOOD_VALUE_SIGMA = 0.1;
const GOOD_VALUES_SHARE = 0.75;

/** Null without a prior. */
export function priorOf(dimension: Dimension): UnitPrior | null {
  const { param } = dimension;
  const prior: Prior<Choice> | null = param.kind === 'fixed' ? null : param.prior;
  if (prior === null) return null;
  return dimension.type === 'unordered' ? ofCategory(dimension, prior) : ofNumber(dimension, prior);
}

function ofNumber(dimension: Dimension, prior: Prior<Choice>): UnitPrior {
  const values = 'mean' in prior ? [prior.mean] : prior;
  const sigma = 'mean' in prior ? 0.5 * (1 - prior.confidence) + 0.02 : GOOD_VALUE_SIGMA;
  const means = values.map((value) => toUnit(dimension, value));
  const isContinuous = dimension.type === 'continuous';
  /** ln of each normal's mass within [0, 1]. */
  const whole = means.map((mean) => normalLogMass(-mean / sigma, (1 - mean) / sigma));
  /** ln of what each normal adds at u, or in its cell, per unit of width. */
  const parts = (u: number): number[] => {
    const [low, high] = isContinuous ? [u, u] : cellOf(dimension, u);
    return means.map((mean, k) => {
      const inside = isContinuous
        ? normalLogPdf((u - mean) / sigma) - Math.log(sigma)
        : normalLogMass((low - mean) / sigma, (high - mean) / sigma) - Math.log(high - low);
      return inside - whole[k]! + Math.log((1 - FLAT) / means.length);
    });
  };
  return {
    mode: means[0]!,
    logDensity: (u) => logSumExp([Math.log(FLAT), ...parts(u)]),
    slope(u) {
      const terms = parts(u);
      const total = logSumExp([Math.log(FLAT), ...terms]);
      return terms.reduce((sum, term, k) => sum - (Math.exp(term - total) * (u - means[k]!)) / sigma ** 2, 0);
    },
    sample(rng) {
      if (rng.float() < FLAT) return rng.float();
      return truncatedNormalQuantile(rng.float(), means[rng.int(0, means.length - 1)]!, sigma, 0, 1);
    },
  };
}

function ofCategory({ labels, size }: Dimension, prior: Prior<Choice>): UnitPrior {
  const [good, share] = 'mean' in prior ? [[prior.mean], prior.confidence] : [prior, GOOD_VALUES_SHARE];
  const weight = (label: Choice): number => {
    const believed = (1 - share) / size + (good.includes(label) ? share / good.length : 0);
    return (1 - FLAT) * believed + FLAT / size;
  };
  const weights = (labels ?? []).map(weight);
  const indexAt = (u: number): number => Math.min(size - 1, Math.floor(u * size));
  return {
    mode: ((labels ?? []).indexOf(good[0] ?? null) + 0.5) / size,
    logDensity: (u) => Math.log(weights[indexAt(u)]! * size),
    slope: () => 0,
    sample(rng) {
      let rest = rng.float();
      const index = weights.findIndex((w) => (rest -= w) < 0);
      return ((index < 0 ? size - 1 : index) + 0.5) / size;
    },
  };
}
