/**
 * Losses of each sample; the training step takes their mean over the batch.
 *   z  output of the model before an activation (logits)     p  probability     y  target
 * Outputs with more dimensions than the batch are averaged over them. A single output [B, 1] goes with targets [B].
 */
import { add, clip, type DType, log, logSoftmax, mean, mul, neg, pick, reshape, sameShape } from '#graph';
import { type Shape, showShape, softplus, square, sub, type Tensor } from '#graph';
import { type Json, TuneError } from '#math';
import { requireOption } from './errors.ts';

export interface Loss {
  readonly name: string;
  readonly config: Readonly<Record<string, Json>>;
  /** Type of the targets that the trainer feeds. */
  readonly targetDtype: DType;
  /** Shape of the targets for a model's output; refuses outputs that the loss cannot take. */
  targetShape(output: Shape): Shape;
  /** [B] */
  perSample(output: Tensor, target: Tensor): Tensor;
}

/** Keras clips probabilities to [ε, 1 − ε] with this ε (keras.backend.epsilon()); so do we. */
const CLIP_EPSILON = 1e-7;

/**
 * −[y log p + (1 − y) log(1 − p)].
 * From probabilities p is clipped to [1e-7, 1 − 1e-7], where the gradient ends: a sample that is wrong and saturated is not
 * learned from. From logits, softplus(z) − y z is the same without that fault and without overflow.
 */
export const binaryCrossEntropy = ({ fromLogits = false }: { fromLogits?: boolean } = {}): Loss => ({
  name: 'binaryCrossEntropy',
  config: { fromLogits },
  targetDtype: 'float32',
  targetShape: valueTargets,
  perSample(output, target) {
    const [x, y] = aligned('binaryCrossEntropy', output, target);
    if (fromLogits) return perSampleMean(sub(softplus(x), mul(y, x)));
    const p = clip(x, CLIP_EPSILON, 1 - CLIP_EPSILON);
    return perSampleMean(neg(add(mul(y, log(p)), mul(sub(1, y), log(sub(1, p))))));
  },
});

/**
 * −log softmax(z)[y] for integer labels y: outputs [B, classes] or [B, T, classes], labels [B] or [B, T].
 * With label smoothing ε the target is (1 − ε)·one-hot + ε/classes. Szegedy et al. 2016, arXiv:1512.00567, §7.
 */
export function softmaxCrossEntropy({ labelSmoothing = 0 }: { labelSmoothing?: number } = {}): Loss {
  const ok = labelSmoothing >= 0 && labelSmoothing < 1;
  requireOption(ok, 'softmaxCrossEntropy', 'labelSmoothing', 'a number in [0, 1)', labelSmoothing);
  return {
    name: 'softmaxCrossEntropy',
    config: { labelSmoothing },
    targetDtype: 'int64',
    targetShape: labelTargets,
    perSample(output, target) {
      requireTargets('softmaxCrossEntropy', target, labelTargets(output.shape), output);
      const logP = logSoftmax(output); // [B, ..., classes]
      const fit = neg(pick(logP, target));
      if (labelSmoothing === 0) return perSampleMean(fit);
      const spread = neg(mean(logP, { axes: [-1] }));
      return perSampleMean(add(mul(fit, 1 - labelSmoothing), mul(spread, labelSmoothing)));
    },
  };
}

/** (z − y)². */
export const meanSquaredError = (): Loss => ({
  name: 'meanSquaredError',
  config: {},
  targetDtype: 'float32',
  targetShape: valueTargets,
  perSample(output, target) {
    const [x, y] = aligned('meanSquaredError', output, target);
    return perSampleMean(square(sub(x, y)));
  },
});

const isSingle = (output: Shape): boolean => output.length === 2 && output[1] === 1;

const valueTargets = (output: Shape): Shape => (isSingle(output) ? output.slice(0, 1) : output);

function labelTargets(output: Shape): Shape {
  const classes = output.at(-1);
  if ((output.length === 2 || output.length === 3) && typeof classes === 'number' && classes >= 2) {
    return output.slice(0, -1);
  }
  throw new TuneError(
    'shapeMismatch',
    `softmaxCrossEntropy wants an output [B, classes] with at least two classes; got ${showShape(output)}. ` +
      'End the model with dense(classes); for one output use binaryCrossEntropy.',
    { loss: 'softmaxCrossEntropy', got: output },
  );
}

/** Output and target of one shape. */
function aligned(name: string, output: Tensor, target: Tensor): [Tensor, Tensor] {
  const shape = valueTargets(output.shape);
  requireTargets(name, target, shape, output);
  return [reshape(output, shape), target];
}

function requireTargets(name: string, target: Tensor, wants: Shape, output: Tensor): void {
  if (sameShape(target.shape, wants)) return;
  throw new TuneError(
    'shapeMismatch',
    `${name} wants targets ${showShape(wants)} for the output ${showShape(output.shape)}; got ${showShape(target.shape)}.`,
    { loss: name, got: target.shape, wants },
  );
}

const perSampleMean = (x: Tensor): Tensor => mean(x, { axes: x.shape.slice(1).map((_, i) => i + 1) });
