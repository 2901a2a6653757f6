/**
 * What a model's output means for a task: which loss fits it, what the targets are, and what it predicts.
 *   classification  [B, classes] scores, the largest wins        loss: softmax cross-entropy from logits
 *                   [B, 1] score of class 1 of two               loss: binary cross-entropy from logits
 *   regression      [B, 1] the target, standardised by the mean and spread of the training rows    loss: mean squared error
 * The regression loss is therefore in units of the target's spread, while mse, mae and r2 are in those of the data.
 */
import { type Dataset, type Encoder } from '#data';
import { type Shape, sameShape, showShape } from '#graph';
import { TuneError } from '#math';
import { binaryCrossEntropy, type Loss, meanSquaredError, softmaxCrossEntropy } from '#nn';
import {
  argmaxRows,
  classificationMetrics,
  type Confusion,
  confusionMatrix,
  metricNames,
  regressionMetrics,
} from './metrics.ts';

export interface Head {
  readonly loss: Loss;
  /** Numbers a sample in the model's output. */
  readonly width: number;
  /** Names of what `score` answers, the loss included. */
  readonly metricNames: readonly string[];
  /** Targets of rows as the loss wants them, written into `into`. */
  readonly readTargets: (
    targets: Int32Array | Float32Array,
    indices: Int32Array,
    into: Int32Array | Float32Array,
  ) => void;
  /** Outputs of the model to class numbers, or to values in the units of the data. */
  readonly predict: (outputs: Float32Array) => Int32Array | Float32Array;
  readonly score: (
    targets: Int32Array | Float32Array,
    predictions: Int32Array | Float32Array,
  ) => { readonly metrics: Record<string, number>; readonly confusion: Confusion | null };
}

type Named = Pick<Dataset, 'name' | 'task'>;

/** The head for a task and a model that ends with the shape `output`; refuses what does not fit. */
export function headFor(dataset: Named, output: Shape, targetScale: Encoder['targetScale'], loss?: Loss): Head {
  const { task } = dataset;
  const width = widthOf(dataset, output);
  if (task.kind === 'regression') {
    const { mean, std } = targetScale ?? { mean: 0, std: 1 };
    return {
      loss: fitting(dataset, output, loss ?? meanSquaredError()),
      width,
      metricNames: metricNames(0),
      readTargets: (targets, indices, into) =>
        indices.forEach((row, i) => (into[i] = ((targets[row] ?? NaN) - mean) / std)),
      predict: (outputs) => outputs.map((z) => z * std + mean),
      score: (targets, predictions) => ({ metrics: regressionMetrics(targets, predictions), confusion: null }),
    };
  }
  const single = width === 1;
  const chosen = loss ?? (single ? binaryCrossEntropy({ fromLogits: true }) : softmaxCrossEntropy());
  const threshold = givesProbabilities(chosen) ? 0.5 : 0;
  return {
    loss: fitting(dataset, output, chosen),
    width,
    metricNames: metricNames(task.classes),
    readTargets: (targets, indices, into) => indices.forEach((row, i) => (into[i] = targets[row] ?? -1)),
    predict: (outputs) =>
      single ? Int32Array.from(outputs, (z) => (z > threshold ? 1 : 0)) : argmaxRows(outputs, width),
    score(targets, predictions) {
      const confusion = confusionMatrix(targets, predictions, task.classes);
      return { metrics: classificationMetrics(confusion), confusion };
    },
  };
}

/** Whether a model trained by this loss ends with probabilities instead of logits. */
const givesProbabilities = (loss: Loss): boolean => loss.config['fromLogits'] === false;

/** Outputs a sample, if they are as many as the task needs. */
function widthOf({ name, task }: Named, output: Shape): number {
  const wanted = task.kind === 'regression' ? 1 : task.classes;
  const purpose =
    task.kind === 'regression' ? `"${task.target}" of ${name} is one number` : `${name} has ${wanted} classes`;
  const facts = { got: output, want: ['B', wanted] };
  const [, width] = output;
  if (output.length !== 2 || typeof width !== 'number') {
    throw new TuneError(
      'modelOutput',
      `The model ends with the shape ${showShape(output)} but ${purpose}: it must end with [B, ${wanted}]; finish it with flatten(), dense(${wanted}).`,
      facts,
    );
  }
  if (width === wanted || (width === 1 && wanted === 2)) return width;
  throw new TuneError(
    'modelOutput',
    `The model ends with ${width} output${width === 1 ? '' : 's'} ${showShape(output)} but ${purpose}: make the last layer dense(${wanted}).`,
    facts,
  );
}

/** The loss, if it takes one target a sample for this output. */
function fitting({ task }: Named, output: Shape, loss: Loss): Loss {
  const wants = loss.targetShape(output);
  if (sameShape(wants, output.slice(0, 1))) return loss;
  const better = task.kind === 'regression' ? 'meanSquaredError()' : 'softmaxCrossEntropy()';
  throw new TuneError(
    'modelOutput',
    `The loss ${loss.name} wants targets ${showShape(wants)} for the output ${showShape(output)}, but there is one target a sample: use ${better}.`,
    { loss: loss.name, got: output, wants },
  );
}
