/**
 * Loss and metrics of a model on rows of a split, in inference mode (no dropout, running statistics in batch norm).
 * The loss is the mean over the rows, whatever the batch size; the last batch may be smaller.
 */
import { batches, type Dataset, type Encoder, type Split } from '#data';
import { compile, type Device, type SessionOptions, Variables } from '#engine';
import { input, sum, type Tensor } from '#graph';
import { TuneError } from '#math';
import { type Layer, type Loss, trace } from '#nn';
import { createFeeder } from './buffers.ts';
import { type Head, headFor } from './head.ts';
import type { Confusion } from './metrics.ts';

export interface Evaluation {
  /** Mean over the rows, in the units of the loss. */
  readonly loss: number;
  /** Without the loss. */
  readonly metrics: Readonly<Record<string, number>>;
  /** `confusion[t][p]`; null for a regression. */
  readonly confusion: Confusion | null;
  /** Class numbers or values in the units of the data [rows], masks [rows, labels, H, W], or tokens [rows, T], each step knowing the true ones before it. */
  readonly predictions: Int32Array | Float32Array;
  /** What the model gave, [rows, outputs]: logits, or standardised values; empty for masks and sequences. */
  readonly outputs: Float32Array;
}

export interface EvaluateOptions {
  readonly model: Layer;
  /** Of `fit`: parameters and running statistics by name. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly dataset: Dataset;
  readonly encoder: Encoder;
  readonly split: Split;
  /** Rows of the split; all of them if not given. */
  readonly indices?: Int32Array;
  /** The loss it was trained with, if not the default of the task. */
  readonly loss?: Loss;
  readonly batchSize?: number;
  readonly threads?: number;
  /** Where it is computed; default 'cpu'. */
  readonly device?: Device;
}

export const EVALUATION_BATCH_SIZE = 256;

export async function evaluate({
  model,
  weights,
  dataset,
  encoder,
  split,
  indices = Int32Array.from({ length: split.size }, (_, i) => i),
  loss,
  batchSize = EVALUATION_BATCH_SIZE,
  threads = 1,
  device = 'cpu',
}: EvaluateOptions): Promise<Evaluation> {
  if (indices.length === 0) throw new TuneError('train', 'evaluate: there are no rows to evaluate on.');
  const { output, parameters, buffers } = trace(model, dataset.inputShape);
  const head = headFor(dataset, output.shape, encoder, loss);
  const variables = new Variables();
  for (const { name, shape } of [...parameters, ...buffers]) {
    const values = weights.get(name);
    if (values === undefined) {
      throw new TuneError('train', `evaluate: there are no weights for "${name}": give those of a fit of this model.`, {
        name,
      });
    }
    variables.declare(name, shape, values);
  }
  const evaluator = await createEvaluator({
    model,
    dataset,
    encoder,
    head,
    variables,
    batchSize,
    session: { threads, device },
  });
  try {
    return await evaluator.evaluate(split, indices);
  } finally {
    await evaluator.release();
  }
}

export interface Evaluator {
  readonly evaluate: (split: Split, indices: Int32Array) => Promise<Evaluation>;
  readonly release: () => Promise<void>;
}

export interface EvaluatorOptions {
  readonly model: Layer;
  readonly dataset: Dataset;
  readonly encoder: Encoder;
  readonly head: Head;
  /** Read at every call: a running fit is evaluated as it stands. */
  readonly variables: Variables;
  readonly batchSize: number;
  readonly session: SessionOptions;
}

/** @internal Compiled once, for many evaluations. */
export async function createEvaluator({
  model,
  dataset,
  encoder,
  head,
  variables,
  batchSize,
  session,
}: EvaluatorOptions): Promise<Evaluator> {
  const { output } = trace(model, dataset.inputShape);
  const program = await compile(
    { outputs: { output, loss: sum(head.loss.perSample(output, targetInput(head))) } },
    { variables, ...session },
  );
  const feeder = createFeeder(dataset, encoder, head);
  return {
    async evaluate(split, indices) {
      const scorer = head.scorer(split, indices.length);
      let loss = 0;
      let done = 0;
      for (const rows of batches(indices, batchSize)) {
        const fed = feeder.read(split, rows);
        const result = await program.run({ ...fed });
        scorer.add(rows, arrayOf(result['output']), fed.target);
        loss += scalarOf(result['loss']);
        done += rows.length;
      }
      return { loss: loss / done, ...scorer.result() };
    },
    release: () => program.release(),
  };
}

/** @internal The targets of a batch. */
export const targetInput = ({ loss, targetShape: shape }: Head): Tensor =>
  input('target', ['B', ...shape], loss.targetDtype);

/** @internal */
export function scalarOf(value: Float32Array | number | undefined): number {
  if (typeof value === 'number') return value;
  throw new Error('internal: a scalar output is missing');
}

function arrayOf(value: Float32Array | number | undefined): Float32Array {
  if (value instanceof Float32Array) return value;
  throw new Error('internal: an output is missing');
}
