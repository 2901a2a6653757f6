/**
 * What a model's output means for a task: which loss fits it, what the targets are, and what it predicts.
 *   classification  [B, classes] scores, the largest wins        loss: softmax cross-entropy from logits
 *                   [B, 1] score of class 1 of two               loss: binary cross-entropy from logits
 *   regression      [B, 1] the target, standardised by the mean and spread of the training rows    loss: mean squared error
 *   segmentation    [B, labels, H, W] scores of each pixel for each label      loss: binary cross-entropy from logits
 *   sequence        [B, T, vocabulary] scores of each token      loss: softmax cross-entropy that ignores padding
 * The regression loss is therefore in units of the target's spread, while mse, mae and r2 are in those of the data.
 */
import { type Dataset, type Encoder, type Split, targetShape } from '#data';
import { type Shape, sameShape, showShape } from '#graph';
import { TuneError } from '#math';
import { binaryCrossEntropy, type Loss, meanSquaredError, softmaxCrossEntropy } from '#nn';
import { metricNames } from './metrics.ts';
import { classScorer, maskScorer, type Scorer, tokenScorer, valueScorer } from './scorer.ts';

/** The number that stands for padding in sequences. */
const PADDING = 0;

export interface Head {
  readonly loss: Loss;
  /** Of one row; [] for a class or a number. */
  readonly targetShape: readonly number[];
  /** Names of what is scored, the loss included. */
  readonly metricNames: readonly string[];
  /** Targets of rows as the loss wants them, written into `into`. */
  readonly readTargets: (split: Split, indices: Int32Array, into: Int32Array | Float32Array) => void;
  /** Collects predictions for so many rows of a split. */
  readonly scorer: (split: Split, rows: number) => Scorer;
}

type Described = Pick<Dataset, 'name' | 'task' | 'inputShape'>;

/** The head for a task and a model that ends with the shape `output`; refuses what does not fit. Without an encoder no targets can be read. */
export function headFor(dataset: Described, output: Shape, encoder: Encoder | null, loss?: Loss): Head {
  const { task } = dataset;
  const shape = targetShape(dataset);
  const width = checkedWidth(dataset, output);
  const common = { targetShape: shape, metricNames: metricNames(task) };
  switch (task.kind) {
    case 'regression': {
      const { mean, std } = encoder?.targetScale ?? { mean: 0, std: 1 };
      return {
        ...common,
        loss: fitting(dataset, output, loss ?? meanSquaredError()),
        readTargets: ({ targets }, indices, into) =>
          indices.forEach((row, i) => (into[i] = ((targets[row] ?? NaN) - mean) / std)),
        scorer: (split, rows) => valueScorer(split, rows, { mean, std }),
      };
    }
    case 'classification': {
      const chosen = loss ?? (width === 1 ? binaryCrossEntropy({ fromLogits: true }) : softmaxCrossEntropy());
      return {
        ...common,
        loss: fitting(dataset, output, chosen),
        readTargets: ({ targets }, indices, into) => indices.forEach((row, i) => (into[i] = targets[row] ?? -1)),
        scorer: (split, rows) =>
          classScorer(split, rows, { classes: task.classes, width, threshold: givesProbabilities(chosen) ? 0.5 : 0 }),
      };
    }
    case 'segmentation': {
      const chosen = loss ?? binaryCrossEntropy({ fromLogits: true });
      return {
        ...common,
        loss: fitting(dataset, output, chosen),
        readTargets: targetReader(dataset, encoder),
        scorer: (_split, rows) =>
          maskScorer(rows, { labels: task.labels.length, width, threshold: givesProbabilities(chosen) ? 0.5 : 0 }),
      };
    }
    case 'sequence':
      return {
        ...common,
        loss: fitting(dataset, output, loss ?? softmaxCrossEntropy({ ignoreIndex: PADDING })),
        readTargets: targetReader(dataset, encoder),
        scorer: (_split, rows) => tokenScorer(rows, { ...task, padding: PADDING }),
      };
  }
}

function targetReader({ name }: Described, encoder: Encoder | null): Head['readTargets'] {
  const read = encoder?.readTargets;
  if (read !== undefined) return read;
  return () => {
    throw new Error(`internal: the encoder of "${name}" reads no targets`);
  };
}

/** Whether a model trained by this loss ends with probabilities instead of logits. */
const givesProbabilities = (loss: Loss): boolean => loss.config['fromLogits'] === false;

/** Numbers a row in the output, if they are what the task needs. */
function checkedWidth({ name, task, inputShape }: Described, output: Shape): number {
  if (task.kind === 'segmentation' || task.kind === 'sequence') {
    const shape = targetShape({ task, inputShape });
    const wanted = ['B', ...shape, ...(task.kind === 'sequence' ? [task.vocabulary] : [])];
    if (sameShape(output, wanted)) return wanted.slice(1).reduce<number>((size, n) => size * Number(n), 1);
    const purpose = task.kind === 'segmentation' ? 'a mask for each label' : 'scores of tokens';
    throw new TuneError(
      'modelOutput',
      `The model ends with the shape ${showShape(output)} but ${name} needs ${purpose}: it must end with ${showShape(wanted)}.`,
      { got: output, want: wanted },
    );
  }
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

/** The loss, if it takes the targets of this task for this output. */
function fitting(dataset: Described, output: Shape, loss: Loss): Loss {
  const wants = loss.targetShape(output);
  const shape = targetShape(dataset);
  if (sameShape(wants, [...output.slice(0, 1), ...shape])) return loss;
  const has = shape.length === 0 ? 'one target a sample' : `targets [${shape.join(', ')}] a sample`;
  const better = {
    regression: 'meanSquaredError()',
    classification: 'softmaxCrossEntropy()',
    segmentation: 'binaryCrossEntropy() or dice()',
    sequence: 'softmaxCrossEntropy({ ignoreIndex: 0 })',
  }[dataset.task.kind];
  throw new TuneError(
    'modelOutput',
    `The loss ${loss.name} wants targets ${showShape(wants)} for the output ${showShape(output)}, but there ${shape.length === 0 ? 'is' : 'are'} ${has}: use ${better}.`,
    { loss: loss.name, got: output, wants },
  );
}
