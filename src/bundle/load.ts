/**
 * A saved model, ready to predict. Inputs are encoded rows (see `predictFile` for files); results are in the words of the task.
 */
import { loadModel } from '#engine';
import { TuneError } from '#math';
import type { Manifest } from './manifest.ts';
import { readBundle } from './read.ts';

export type Prediction =
  | {
      readonly kind: 'classification';
      readonly label: string;
      readonly probability: number;
      /** In the order of the task's labels. */
      readonly probabilities: readonly { readonly label: string; readonly probability: number }[];
    }
  | { readonly kind: 'regression'; readonly target: string; readonly value: number }
  | {
      readonly kind: 'segmentation';
      /** Share of the picture that is taken for each label. */
      readonly shares: readonly { readonly label: string; readonly share: number }[];
      /** [labels, height, width] */
      readonly probabilities: Float32Array;
    };

export interface Bundle {
  readonly path: string;
  readonly manifest: Manifest;
  /** One answer a row; each row holds the numbers of `manifest.inputShape`. */
  readonly predict: (rows: readonly Float32Array[]) => Promise<Prediction[]>;
  /** The graph's own outputs for rows [count, …inputShape]: logits [count, outputs], or values [count]. */
  readonly run: (rows: Float32Array) => Promise<Float32Array>;
  readonly release: () => Promise<void>;
}

/** Rows given to the graph at a time: bounds memory. */
const BATCH_SIZE = 256;

export async function loadBundle(path: string): Promise<Bundle> {
  const { manifest, onnx } = await readBundle(path);
  const { task, inputShape } = manifest;
  const features = inputShape.reduce((size, n) => size * n, 1);
  const model = await loadModel(onnx);

  /** One of the graph's outputs for rows side by side. */
  const compute = async (rows: Float32Array, output: string): Promise<Float32Array> => {
    const parts: Float32Array[] = [];
    for (let start = 0; start < rows.length; start += BATCH_SIZE * features) {
      const data = rows.subarray(start, start + BATCH_SIZE * features);
      const results = await model.run({ input: { data, shape: [data.length / features, ...inputShape] } });
      const values = results[output];
      if (values === undefined) {
        throw new TuneError('bundle', `${path}/model.onnx has no output "${output}": it was not saved by attune.`, {
          path,
        });
      }
      parts.push(values.data);
    }
    return joined(parts);
  };

  return {
    path,
    manifest,
    run(rows) {
      if (rows.length % features !== 0) throw wrongSize(path, inputShape, rows.length);
      return compute(rows, task.kind === 'regression' ? 'output' : 'logits');
    },
    async predict(rows) {
      for (const row of rows) if (row.length !== features) throw wrongSize(path, inputShape, row.length);
      return answers(manifest, await compute(joined(rows), task.kind === 'regression' ? 'output' : 'probabilities'));
    },
    release: () => model.release(),
  };
}

function answers({ task, inputShape }: Manifest, values: Float32Array): Prediction[] {
  if (task.kind === 'regression') {
    return Array.from(values, (value) => ({ kind: 'regression', target: task.target, value }));
  }
  const { labels } = task;
  if (task.kind === 'segmentation') {
    const plane = inputShape.slice(1).reduce((size, n) => size * n, 1);
    const row = plane * labels.length;
    return Array.from({ length: values.length / row }, (_, i) => {
      const probabilities = values.slice(i * row, (i + 1) * row);
      const shares = labels.map((label, k) => {
        const shown = probabilities.subarray(k * plane, (k + 1) * plane).filter((p) => p > 0.5);
        return { label, share: shown.length / plane };
      });
      return { kind: 'segmentation', shares, probabilities };
    });
  }
  return Array.from({ length: values.length / labels.length }, (_, row) => {
    const probabilities = labels.map((label, k) => ({ label, probability: values[row * labels.length + k] ?? NaN }));
    const top = probabilities.reduce((best, one) => (one.probability > best.probability ? one : best));
    return { kind: 'classification', ...top, probabilities };
  });
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const wrongSize = (path: string, shape: readonly number[], length: number): TuneError =>
  new TuneError(
    'bundle',
    `The model ${path} takes rows of shape [${shape.join(', ')}], which are ${shape.reduce((a, b) => a * b, 1)} numbers; got ${length}.`,
    { path, length },
  );
