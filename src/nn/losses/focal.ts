/**
 * Focal loss. Lin et al. 2017, arXiv:1708.02002, eq. 4 and 5: cross-entropy times (1 − pₜ)^γ, pₜ the probability of the truth, so
 * that what is known already counts little and rare classes are heard.
 *   focal        integer labels, scores z [B, classes] or [B, T, classes]: −w[y] (1 − pₜ)^γ log pₜ, p = softmax(z)
 *   binaryFocal  targets 0 or 1 for each logit: −αₜ (1 − pₜ)^γ log pₜ, p = σ(z), αₜ = α for positives and 1 − α for negatives
 */
import { add, constant, exp, logSoftmax, mul, neg, oneHot, pick, pow, softplus, sub, sum, type Tensor } from '#graph';
import { requireOption } from '../errors.ts';
import { aligned, labelTargets, type Loss, perSampleMean, requireClassWeights } from './loss.ts';
import { requireTargets, valueTargets } from './loss.ts';
import { requireWeights } from './softmax-cross-entropy.ts';

export interface FocalOptions {
  /** γ: 0 is cross-entropy; else at least 1, for the slope of (1 − p)^γ is infinite at p = 1 below. */
  readonly gamma?: number;
  /** w, one for each class, >= 0. */
  readonly classWeights?: readonly number[];
}

export function focal({ gamma = 2, classWeights }: FocalOptions = {}): Loss {
  requireGamma('focal', gamma);
  requireWeights('focal', classWeights);
  return {
    name: 'focal',
    config: { gamma, ...(classWeights && { classWeights }) },
    targetDtype: 'int64',
    targetShape: (output) => labelTargets('focal', output),
    perSample(output, target) {
      requireTargets('focal', target, labelTargets('focal', output.shape), output);
      requireClassWeights('focal', classWeights, output.shape);
      const logP = logSoftmax(output);
      const logTruth = pick(logP, target);
      const cost = neg(mul(modulation(logTruth, gamma), logTruth));
      if (classWeights === undefined) return perSampleMean(cost);
      const weights = sum(mul(oneHot(target, classWeights.length), constant(classWeights)), { axes: [-1] });
      return perSampleMean(mul(cost, weights));
    },
  };
}

export function binaryFocal({ gamma = 2, alpha = 0.25 }: { gamma?: number; alpha?: number } = {}): Loss {
  requireGamma('binaryFocal', gamma);
  requireOption(alpha >= 0 && alpha <= 1, 'binaryFocal', 'alpha', 'a number in [0, 1]', alpha);
  return {
    name: 'binaryFocal',
    config: { fromLogits: true, gamma, alpha },
    targetDtype: 'float32',
    targetShape: valueTargets,
    perSample(output, target) {
      const [z, y] = aligned('binaryFocal', output, target);
      const side = sub(mul(y, 2), 1); // +1 for positives, -1 for negatives
      const logTruth = neg(softplus(neg(mul(z, side)))); // log σ(±z)
      const weight = add(mul(y, 2 * alpha - 1), 1 - alpha);
      return perSampleMean(neg(mul(mul(weight, modulation(logTruth, gamma)), logTruth)));
    },
  };
}

/** (1 − pₜ)^γ. */
const modulation = (logTruth: Tensor, gamma: number): Tensor | number =>
  gamma === 0 ? 1 : pow(sub(1, exp(logTruth)), gamma);

const requireGamma = (owner: string, gamma: number): void =>
  requireOption(gamma === 0 || (gamma >= 1 && Number.isFinite(gamma)), owner, 'gamma', '0 or a number >= 1', gamma);
