/**
 * −log softmax(z)[y] for integer labels y: outputs [B, classes] or [B, T, classes], labels [B] or [B, T].
 * With label smoothing ε the target is (1 − ε)·one-hot + ε/classes. Szegedy et al. 2016, arXiv:1512.00567, §7.
 * Class weights multiply each term of that sum, as in PyTorch with reduction 'none'; the mean over the batch is not divided by
 * them again, so weights that average 1 keep the scale of the gradient.
 * Labels equal to `ignoreIndex` cost nothing; a sample of several steps is the mean over the others, 0 if there are none.
 */
import {
  add,
  cast,
  constant,
  div,
  equal,
  logSoftmax,
  maximum,
  mean,
  mul,
  neg,
  not,
  pick,
  sum,
  type Tensor,
  where,
} from '#graph';
import { requireOption } from '../errors.ts';
import { labelTargets, type Loss, perSampleMean, requireClassWeights, requireTargets } from './loss.ts';

export interface SoftmaxCrossEntropyOptions {
  /** ε in [0, 1). */
  readonly labelSmoothing?: number;
  /** One for each class, >= 0. */
  readonly classWeights?: readonly number[];
  /** Label of what is not to be learned, as padding. */
  readonly ignoreIndex?: number;
}

export function softmaxCrossEntropy({
  labelSmoothing = 0,
  classWeights,
  ignoreIndex,
}: SoftmaxCrossEntropyOptions = {}): Loss {
  const name = 'softmaxCrossEntropy';
  const ok = labelSmoothing >= 0 && labelSmoothing < 1;
  requireOption(ok, name, 'labelSmoothing', 'a number in [0, 1)', labelSmoothing);
  requireWeights(name, classWeights);
  const whole = ignoreIndex === undefined || Number.isSafeInteger(ignoreIndex);
  requireOption(whole, name, 'ignoreIndex', 'an integer', ignoreIndex);
  return {
    name,
    config: {
      labelSmoothing,
      ...(classWeights && { classWeights }),
      ...(ignoreIndex !== undefined && { ignoreIndex }),
    },
    targetDtype: 'int64',
    targetShape: (output) => labelTargets(name, output),
    perSample(output, target) {
      requireTargets(name, target, labelTargets(name, output.shape), output);
      requireClassWeights(name, classWeights, output.shape);
      const kept = ignoreIndex === undefined ? null : not(equal(target, ignoreIndex));
      const labels = kept === null ? target : where(kept, target, 0);
      const logP = logSoftmax(output); // [B, ..., classes]
      const weighted = classWeights === undefined ? logP : mul(logP, constant(classWeights));
      const fit = neg(pick(weighted, labels));
      const spread = (): Tensor => neg(mean(weighted, { axes: [-1] }));
      const cost = labelSmoothing === 0 ? fit : add(mul(fit, 1 - labelSmoothing), mul(spread(), labelSmoothing)); // [B, ...]
      if (kept === null) return perSampleMean(cost);
      const counted = cast(kept, 'float32');
      const steps = cost.shape.slice(1).map((_, i) => i + 1);
      return div(sum(mul(cost, counted), { axes: steps }), maximum(sum(counted, { axes: steps }), 1));
    },
  };
}

/** @internal */
export const requireWeights = (owner: string, weights: readonly number[] | undefined): void =>
  requireOption(
    weights === undefined || weights.every((w) => w >= 0 && Number.isFinite(w)),
    owner,
    'classWeights',
    'a list of numbers >= 0',
    weights,
  );
