/**
 * What a loss is: a number for each sample; the training step takes their mean over the batch.
 *   z  output of the model before an activation (logits)     p  probability     y  target
 * Outputs with more dimensions than the batch are averaged over them. A single output [B, 1] goes with targets [B].
 */
import { type DType, mean, reshape, sameShape, type Shape, showShape, type Tensor } from '#graph';
import { type Json, TuneError } from '#math';

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

const isSingle = (output: Shape): boolean => output.length === 2 && output[1] === 1;

/** @internal Targets are numbers, one for each output. */
export const valueTargets = (output: Shape): Shape => (isSingle(output) ? output.slice(0, 1) : output);

/** @internal Targets are class numbers, one for each row of scores; `name` is the loss. */
export function labelTargets(name: string, output: Shape): Shape {
  const classes = output.at(-1);
  if ((output.length === 2 || output.length === 3) && typeof classes === 'number' && classes >= 2) {
    return output.slice(0, -1);
  }
  throw new TuneError(
    'shapeMismatch',
    `${name} wants an output [B, classes] with at least two classes; got ${showShape(output)}. ` +
      'End the model with dense(classes); for one output use binaryCrossEntropy.',
    { loss: name, got: output },
  );
}

/** @internal Output and target of one shape. */
export function aligned(name: string, output: Tensor, target: Tensor): [Tensor, Tensor] {
  const shape = valueTargets(output.shape);
  requireTargets(name, target, shape, output);
  return [reshape(output, shape), target];
}

/** @internal */
export function requireTargets(name: string, target: Tensor, wants: Shape, output: Tensor): void {
  if (sameShape(target.shape, wants)) return;
  throw new TuneError(
    'shapeMismatch',
    `${name} wants targets ${showShape(wants)} for the output ${showShape(output.shape)}; got ${showShape(target.shape)}.`,
    { loss: name, got: target.shape, wants },
  );
}

/** @internal Mean over everything but the batch. */
export const perSampleMean = (x: Tensor): Tensor => mean(x, { axes: x.shape.slice(1).map((_, i) => i + 1) });

/** @internal Sizes and weights of classes must agree; undefined means all 1. */
export function requireClassWeights(name: string, weights: readonly number[] | undefined, output: Shape): void {
  if (weights === undefined || weights.length === output.at(-1)) return;
  throw new TuneError(
    'shapeMismatch',
    `${name} has ${weights.length} class weights for an output ${showShape(output)}: give one for each of its ${output.at(-1)} classes.`,
    { loss: name, got: weights.length, output },
  );
}
