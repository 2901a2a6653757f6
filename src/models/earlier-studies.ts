/**
 * Earlier studies as a prior mean of the loss: a Gaussian process for each of them, mixed by how well it agrees with the new study's own results.
 * After Golovin et al. 2017 (Google Vizier, KDD, §3.3: a process models the residual to the mean of the one before) and Feurer et al. 2018 (RGPE,
 * arXiv:1802.02219: earlier models are weighted by how well they rank the new results). Departs from both: weights come from rank correlations, without sampling,
 * and are 0 for a study that does not agree, so bad history is forgotten; and the variance is that of the residual alone.
 *   μ_k(x)  posterior mean of study k on the axes that it shares       y [n]  the new study's transformed losses
 *   a_k = max(0, ρ_k - 1/√n)   ρ_k  Spearman's correlation of μ_k(X) and y; 1/√n is its standard deviation where there is none
 *   m(x) = s Σ a_k (μ_k(x) - mean μ_k(X)) / Σ a_k      s  least-squares slope of y on that mean, within [0, 1], times min(1, Σ a_k)
 * An axis that a study lacks, or never moved along, does not enter its mean. θ is fitted once for each study, on at most 100 points.
 * Cost: O(100³) per gradient of a fit, once; O(100 · d) per mean.
 */
import type { TransferSource } from '#core';
import { mean, ranks } from '#math';
import { indexOf, isActive, type Dimension, type Flat, type Space } from '#space';
import { GaussianProcess } from './gaussian-process.ts';
import { fitHyperparameters } from './hyperparameters.ts';
import type { Point } from './kernel.ts';
import { type PointSpace, pointSpaceOf } from './point-space.ts';

/** Fewer points than this say nothing of a shape. */
const FEWEST_POINTS = 4;
/** Results of the new study before agreement can be told from chance. */
const FEWEST_RESULTS = 4;

/** One earlier study's posterior mean as a function of points of the new space. */
export interface EarlierModel {
  readonly mean: (point: Point) => number;
  /** Adds the slope of the mean, times `weight`. */
  readonly addSlope: (point: Point, weight: number, gradient: Float64Array) => void;
}

/** Whether a value that a parameter of this path had elsewhere is one of its values here. */
export function hasValue(dimension: Dimension, value: Flat[string] | undefined): boolean {
  if (value === undefined) return false;
  const { param } = dimension;
  if (param.kind === 'float' && param.step === null)
    return typeof value === 'number' && value >= param.low && value <= param.high;
  return indexOf(dimension, value) >= 0;
}

/** Coordinates of what the space knows of the values; NaN elsewhere. */
function encodeKnown(points: PointSpace, flat: Flat): Point {
  const known = Object.fromEntries(
    points.dimensions.flatMap((d) => {
      const value = flat[d.path];
      return value !== undefined && hasValue(d, value) && isActive(d, flat) ? [[d.path, value]] : [];
    }),
  );
  return points.encode(known);
}

const fitted = new WeakMap<TransferSource, { readonly space: Space; readonly model: EarlierModel | null }>();

/** The models of those studies that say something of this space. */
export function earlierModels(space: Space, sources: readonly TransferSource[]): EarlierModel[] {
  return sources.flatMap((source) => {
    let known = fitted.get(source);
    if (known?.space !== space) fitted.set(source, (known = { space, model: fit(space, source) }));
    return known.model ?? [];
  });
}

function fit(space: Space, { points }: TransferSource): EarlierModel | null {
  const all = pointSpaceOf(space);
  const encoded = points.map(({ params }) => encodeKnown(all, params));
  const shared = [...all.axes.keys()].filter((d) => new Set(encoded.map((p) => p[d]!)).size > 1);
  const project = (point: Point): Point => Float64Array.from(shared, (d) => point[d]!);
  // A parameter that is always active here has to have a value.
  const isWhole = (point: Point): boolean =>
    shared.every((d) => all.dimensions[d]!.condition !== null || !Number.isNaN(point[d]!));
  const used = [...encoded.keys()].filter((i) => isWhole(encoded[i]!));
  if (shared.length === 0 || used.length < FEWEST_POINTS) return null;
  const axes = shared.map((d) => all.axes[d]!);
  const X = used.map((i) => project(encoded[i]!));
  const y = Float64Array.from(used, (i) => points[i]!.score);
  const gp = new GaussianProcess(axes, fitHyperparameters(X, y, axes));
  gp.add(X);
  gp.setTargets(y);
  return {
    mean: (point) => gp.predictMean(project(point)),
    addSlope(point, weight, gradient) {
      const { meanGradient } = gp.predictGradient(project(point));
      shared.forEach((d, k) => (gradient[d] = gradient[d]! + weight * meanGradient[k]!));
    },
  };
}

/** The weight of each study, and what is taken off so that the prior mean averages 0 over the results. */
export interface EarlierWeights {
  readonly weights: Float64Array;
  readonly offset: number;
  /** From 0, nothing agrees, to 1. */
  readonly trust: number;
}

/** @param means [studies][at least n], μ_k at the results' points   @param y [n] */
export function earlierWeights(means: readonly Float64Array[], y: Float64Array): EarlierWeights {
  const n = y.length;
  const none = { weights: new Float64Array(means.length), offset: 0, trust: 0 };
  if (n < FEWEST_RESULTS) return none;
  const places = ranks(y);
  const agreement = means.map((m) =>
    Math.max(0, slopeAndCorrelation(ranks(m.subarray(0, n)), places).correlation - 1 / Math.sqrt(n)),
  );
  const total = agreement.reduce((sum, a) => sum + a, 0);
  if (total === 0) return none;
  const mixed = Float64Array.from(y, (_, i) => means.reduce((sum, m, k) => sum + (agreement[k]! / total) * m[i]!, 0));
  const trust = Math.min(1, total);
  const slope = Math.min(1, Math.max(0, slopeAndCorrelation(mixed, y).slope)) * trust;
  return { weights: Float64Array.from(agreement, (a) => (slope * a) / total), offset: slope * mean(mixed), trust };
}

/** Of the least-squares line of b on a; both 0 where either is constant. */
function slopeAndCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): { slope: number; correlation: number } {
  const [ma, mb] = [mean(a), mean(b)];
  let [aa, bb, ab] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    aa += (a[i]! - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
    ab += (a[i]! - ma) * (b[i]! - mb);
  }
  return aa > 0 && bb > 0 ? { slope: ab / aa, correlation: ab / Math.sqrt(aa * bb) } : { slope: 0, correlation: 0 };
}
