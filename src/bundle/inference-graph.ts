/**
 * A trained model as one ONNX file with its weights inside, that any ONNX runtime can run.
 *   input  [B, …inputShape]  encoded rows (see `preprocessing` in bundle.json)
 *   classification: logits [B, classes] and probabilities [B, classes]; a model with a single output for two classes has
 *   logits [B, 1], the log-odds of class 1, and its probabilities are written out for both
 *   regression: output [B, 1] in the units of the data
 *   segmentation: logits and probabilities [B, labels, H, W]
 */
import type { Encoder, Task } from '#data';
import { add, concat, div, log, mul, sigmoid, softmax, sub, type Tensor, toOnnx } from '#graph';
import { type Layer, type Loss, trace } from '#nn';

export interface InferenceGraphOptions {
  readonly model: Layer;
  /** Parameters and running statistics by name, as `fit` gives them. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly inputShape: readonly number[];
  readonly task: Task;
  /** How the target of a regression was standardised: `encoder.targetScale`. */
  readonly targetScale?: Encoder['targetScale'];
  /** The loss it was trained with, if not the default: one that takes probabilities means that the model ends with them. */
  readonly loss?: Loss;
}

export function inferenceGraph({
  model,
  weights,
  inputShape,
  task,
  targetScale,
  loss,
}: InferenceGraphOptions): Uint8Array {
  const { input, output, parameters, buffers } = trace(model, inputShape);
  for (const { name } of [...parameters, ...buffers]) {
    if (!weights.has(name)) throw new Error(`internal: no weights for ${name}`);
  }
  const isMask = task.kind === 'segmentation';
  return toOnnx({
    inputs: [input],
    outputs:
      task.kind === 'regression'
        ? { output: unscaled(output, targetScale ?? null) }
        : loss?.config['fromLogits'] === false
          ? { logits: log(div(output, sub(1, output))), probabilities: isMask ? output : both(output) }
          : { logits: output, probabilities: probabilitiesOf(output, isMask) },
    initializers: weights,
  });
}

const unscaled = (z: Tensor, scale: Encoder['targetScale']): Tensor =>
  scale === null ? z : add(mul(z, scale.std), scale.mean);

function probabilitiesOf(logits: Tensor, isMask: boolean): Tensor {
  if (isMask) return sigmoid(logits);
  return logits.shape[1] === 1 ? both(sigmoid(logits)) : softmax(logits);
}

/** [B, 1] probability of class 1 to [B, 2]. */
const both = (p: Tensor): Tensor => concat([sub(1, p), p], 1);
