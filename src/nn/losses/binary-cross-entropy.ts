/**
 * −[w y log p + (1 − y) log(1 − p)], w = posWeight, the weight of the positive class.
 * From probabilities p is clipped to [1e-7, 1 − 1e-7], where the gradient ends: a sample that is wrong and saturated is not
 * learned from. From logits, softplus(z) − y z is the same without that fault and without overflow; with a weight it is
 * (1 − y) z + (1 + (w − 1) y) softplus(−z), PyTorch's form.
 */
import { add, clip, log, mul, neg, softplus, sub } from '#graph';
import { requireOption } from '../errors.ts';
import { aligned, type Loss, perSampleMean, valueTargets } from './loss.ts';

/** Keras clips probabilities to [ε, 1 − ε] with this ε (keras.backend.epsilon()); so do we. */
const CLIP_EPSILON = 1e-7;

export interface BinaryCrossEntropyOptions {
  readonly fromLogits?: boolean;
  /** Above 1 for a rare positive class: negatives / positives makes both weigh the same. */
  readonly posWeight?: number;
}

export function binaryCrossEntropy({ fromLogits = false, posWeight = 1 }: BinaryCrossEntropyOptions = {}): Loss {
  const ok = posWeight > 0 && Number.isFinite(posWeight);
  requireOption(ok, 'binaryCrossEntropy', 'posWeight', 'a number > 0', posWeight);
  return {
    name: 'binaryCrossEntropy',
    config: { fromLogits, ...(posWeight !== 1 && { posWeight }) },
    targetDtype: 'float32',
    targetShape: valueTargets,
    perSample(output, target) {
      const [x, y] = aligned('binaryCrossEntropy', output, target);
      if (fromLogits && posWeight === 1) return perSampleMean(sub(softplus(x), mul(y, x)));
      if (fromLogits) {
        const weight = add(mul(y, posWeight - 1), 1);
        return perSampleMean(add(mul(sub(1, y), x), mul(weight, softplus(neg(x)))));
      }
      const p = clip(x, CLIP_EPSILON, 1 - CLIP_EPSILON);
      const positive = posWeight === 1 ? y : mul(y, posWeight);
      return perSampleMean(neg(add(mul(positive, log(p)), mul(sub(1, y), log(sub(1, p))))));
    },
  };
}
