import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Dataset, type Encoder, fromArrays, loadDataset } from '#data';
import { createRng } from '#math';
import {
  batchNorm,
  binaryCrossEntropy,
  conv2d,
  dense,
  dropout,
  flatten,
  type Layer,
  type Loss,
  maxPool2d,
  sequential,
  textCnn,
} from '#nn';
import { adam } from '#optim';
import { type Evaluation, evaluate, fit } from '#train';
import { inferenceGraph } from './inference-graph.ts';
import { type Bundle, loadBundle } from './load.ts';
import type { Provenance } from './manifest.ts';
import { predictFile } from './predict.ts';
import { addTestMetrics, saveBundle } from './save.ts';

const range = (low: number, high: number): Int32Array => Int32Array.from({ length: high - low }, (_, i) => low + i);

const provenance: Provenance = {
  attune: '0.0.0',
  dataset: 'made up',
  study: 'demo',
  trial: 3,
  params: { learningRate: 0.01 },
  seed: 1,
  createdAt: '2024-05-01T10:00:00.000Z',
};

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attune-bundle-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Saved {
  readonly path: string;
  readonly encoder: Encoder;
  /** By the trainer, on the validation rows. */
  readonly evaluation: Evaluation;
  readonly validation: Int32Array;
}

/** Trains briefly, saves, and evaluates what was saved with the trainer. */
async function trainAndSave(name: string, dataset: Dataset, model: Layer, loss?: Loss): Promise<Saved> {
  const rows = dataset.train.size;
  const [train, validation] = [range(0, Math.floor(rows * 0.75)), range(Math.floor(rows * 0.75), rows)];
  const encoder = dataset.fit(train);
  const { task, inputShape } = dataset;
  if (task.kind === 'sequence') throw new Error('bundles hold no models of sequences');
  const chosen = loss ? { loss } : {};
  const { weights, values } = await fit({
    model,
    dataset,
    encoder,
    trainIndices: train,
    validationIndices: validation,
    seed: 1,
    config: { optimizer: adam({ learningRate: 0.01 }), batchSize: 16, epochs: 3, ...chosen },
  });
  const { targetScale, preprocessing } = encoder;
  if (preprocessing.kind === 'pair') throw new Error('bundles hold no models of sequences');
  const path = join(folder, name);
  const onnx = inferenceGraph({ model, weights, inputShape, task, targetScale, ...chosen });
  await saveBundle(path, { onnx, task, inputShape, preprocessing, metrics: { validation: values }, provenance });
  const split = dataset.train;
  const evaluation = await evaluate({ model, weights, dataset, encoder, split, indices: validation, ...chosen });
  return { path, encoder, evaluation, validation };
}

function encoded({ encoder, validation }: Saved, dataset: Dataset): Float32Array {
  const rows = new Float32Array(validation.length * dataset.inputShape.reduce((size, n) => size * n, 1));
  encoder.read(dataset.train, validation, rows);
  return rows;
}

async function withBundle<T>(path: string, use: (bundle: Bundle) => Promise<T>): Promise<T> {
  const bundle = await loadBundle(path);
  try {
    return await use(bundle);
  } finally {
    await bundle.release();
  }
}

/** Largest difference in units of the largest value: the same ops in another session, float32, so 1e-6 is a few roundings. */
function difference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  const scale = Math.max(...b.map(Math.abs));
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? NaN)))) / scale;
}

/** Points on a plane; class by the sign of a wavy line. */
function points(labels: readonly string[] | null): Dataset {
  const rng = createRng('points');
  const x = Float32Array.from({ length: 400 }, () => 3 * rng.normal());
  const value = (i: number): number => (x[2 * i] ?? 0) + Math.sin(x[2 * i + 1] ?? 0);
  const rows = Array.from({ length: 200 }, (_, i) => i);
  const common = { name: 'points', inputShape: [2], x, normalize: 'standardize' } as const;
  if (labels === null) return fromArrays({ ...common, y: rows.map((i) => 900 + 50 * value(i)), target: 'height' });
  const last = labels.length - 1;
  const classOf = (i: number): number => Math.min(last, Math.max(0, Math.floor(value(i) / 2 + labels.length / 2)));
  return fromArrays({ ...common, y: rows.map(classOf), labels });
}

describe('a classifier', () => {
  const model = sequential([
    conv2d(4, 3, { activation: 'relu' }),
    batchNorm(),
    maxPool2d(2),
    flatten(),
    dropout(0.2),
    dense(10),
  ]);
  let digits: Dataset;
  let saved: Saved;
  beforeAll(async () => {
    const { train, task, inputShape } = await loadDataset('digits');
    if (task.kind !== 'classification') throw new Error('digits are classes');
    // 400 of the digits as bytes again, so that they can be written as image files below.
    const whole = await loadDataset({ name: 'digits', normalize: 'none' });
    const chosen = createRng(1).shuffle(range(0, train.size)).slice(0, 400);
    const pixels = new Float32Array(400 * 784);
    whole.fit(chosen).read(whole.train, chosen, pixels);
    const y = Array.from(chosen, (row) => train.targets[row] ?? 0);
    digits = fromArrays({ name: 'digits', inputShape, x: Uint8Array.from(pixels), y, labels: task.labels });
    saved = await trainAndSave('digits', digits, model);
  });

  test('answers in plain onnxruntime as it did in the trainer', async () => {
    const session = await InferenceSession.create(join(saved.path, 'model.onnx'));
    expect(session.inputNames).toEqual(['input']);
    expect(session.outputNames).toEqual(['logits', 'probabilities']);
    const rows = encoded(saved, digits);
    const outputs = await session.run({ input: new Tensor('float32', rows, [100, 1, 28, 28]) });
    await session.release();
    const [logits, probabilities] = [outputs['logits']?.data, outputs['probabilities']?.data];
    if (!(logits instanceof Float32Array && probabilities instanceof Float32Array)) throw new Error('float32 outputs');
    expect(difference(logits, saved.evaluation.outputs)).toBeLessThan(1e-6);
    for (let row = 0; row < 100; row++) {
      const z = saved.evaluation.outputs.subarray(row * 10, row * 10 + 10);
      const total = z.reduce((sum, v) => sum + Math.exp(v), 0);
      // Softmax of float32 logits that differ in the last bits: within 5e-6.
      z.forEach((v, k) => expect(probabilities[row * 10 + k]).toBeCloseTo(Math.exp(v) / total, 5));
    }
  });

  test('scores after loading what it scored before saving', async () => {
    await withBundle(saved.path, async (bundle) => {
      const rows = encoded(saved, digits);
      const each = Array.from({ length: 100 }, (_, i) => rows.subarray(i * 784, (i + 1) * 784));
      const predictions = await bundle.predict(each);
      const labels = predictions.map((p) => (p.kind === 'classification' ? p.label : ''));
      expect(labels).toEqual(Array.from(saved.evaluation.predictions, String));
      expect(difference(await bundle.run(rows), saved.evaluation.outputs)).toBeLessThan(1e-6);
      const hits = labels.filter(
        (label, i) => Number(label) === digits.train.targets[saved.validation[i] ?? -1],
      ).length;
      expect(hits / 100).toBeCloseTo(bundle.manifest.metrics.validation['accuracy'] ?? NaN, 10);
      expect(bundle.manifest.provenance).toEqual(provenance);
    });
  });

  test('reads an image file as it read the training rows, and refuses one of another size', async () => {
    const row = saved.validation.slice(0, 1);
    const pixels = new Float32Array(784);
    const raw = { ...saved.encoder.preprocessing };
    if (raw.kind !== 'image') throw new Error('digits are images');
    saved.encoder.read(digits.train, row, pixels);
    const bytes = pixels.map((v) => Math.round((v * (raw.std?.[0] ?? 1) + (raw.mean?.[0] ?? 0)) / raw.scale));
    const png = (size: number, gray: (i: number) => number): Buffer => {
      const image = new PNG({ width: size, height: size });
      for (let i = 0; i < size * size; i++) image.data.set([gray(i), gray(i), gray(i), 255], 4 * i);
      return PNG.sync.write(image);
    };
    const file = join(folder, 'digit.png');
    await writeFile(
      file,
      png(28, (i) => bytes[i] ?? 0),
    );
    const small = join(folder, 'small.png');
    await writeFile(
      small,
      png(20, () => 0),
    );
    const text = join(folder, 'notes.txt');
    await writeFile(text, 'no image');
    await withBundle(saved.path, async (bundle) => {
      const [answer] = await predictFile(bundle, file);
      const [wanted] = await bundle.predict([pixels]);
      expect(answer?.input).toBe(file);
      expect(answer?.prediction).toEqual(wanted);
      const { prediction } = answer ?? {};
      if (prediction?.kind !== 'classification') throw new Error('a class was asked for');
      expect(prediction.label).toBe(String(saved.evaluation.predictions[0]));
      expect(prediction.probabilities.map(({ label }) => label)).toEqual([...'0123456789']);
      expect(prediction.probability).toBe(Math.max(...prediction.probabilities.map((one) => one.probability)));
      await expect(predictFile(bundle, small)).rejects.toThrow(/small\.png is 20 × 20 .*takes 28 × 28/);
      await expect(predictFile(bundle, text)).rejects.toThrow('notes.txt');
      await expect(predictFile(bundle, join(folder, 'none.png'))).rejects.toThrow(/none\.png does not exist/);
      await expect(bundle.predict([new Float32Array(3)])).rejects.toThrow('[1, 28, 28], which are 784 numbers; got 3');
    });
  });

  test('takes test scores later and is otherwise as it was', async () => {
    const before = await readFile(join(saved.path, 'model.onnx'));
    await addTestMetrics(saved.path, { accuracy: 0.5 });
    await withBundle(saved.path, ({ manifest }) => {
      expect(manifest.metrics.test).toEqual({ accuracy: 0.5 });
      expect(manifest.metrics.validation['accuracy']).toBe(saved.evaluation.metrics['accuracy']);
      return Promise.resolve();
    });
    expect(await readFile(join(saved.path, 'model.onnx'))).toEqual(before);
  });
});

describe('other heads', () => {
  test('one output for two classes becomes two probabilities, from a logit or from a probability', async () => {
    const two = points(['below', 'above']);
    const logit = sequential([dense(8, { activation: 'tanh' }), dense(1)]);
    const probability = sequential([dense(8, { activation: 'tanh' }), dense(1, { activation: 'sigmoid' })]);
    const fromLogit = await trainAndSave('logit', two, logit);
    const fromProbability = await trainAndSave('probability', two, probability, binaryCrossEntropy());
    for (const saved of [fromLogit, fromProbability]) {
      await withBundle(saved.path, async (bundle) => {
        const rows = encoded(saved, two);
        const each = Array.from({ length: 50 }, (_, i) => rows.subarray(2 * i, 2 * i + 2));
        const predictions = await bundle.predict(each);
        predictions.forEach((prediction, i) => {
          if (prediction.kind !== 'classification') throw new Error('a class was asked for');
          expect(prediction.label).toBe(['below', 'above'][saved.evaluation.predictions[i] ?? -1]);
          const z = saved.evaluation.outputs[i] ?? NaN;
          const above = saved === fromLogit ? 1 / (1 + Math.exp(-z)) : z;
          expect(prediction.probabilities[1]?.probability).toBeCloseTo(above, 6);
          expect(prediction.probabilities[0]?.probability).toBeCloseTo(1 - above, 6);
        });
        const logits = await bundle.run(rows);
        logits.forEach((z, i) => expect(z > 0).toBe(saved.evaluation.predictions[i] === 1));
      });
    }
  });

  test('a regression answers in the units of its target, for every row of a CSV file', async () => {
    const heights = points(null);
    const saved = await trainAndSave('heights', heights, sequential([dense(16, { activation: 'relu' }), dense(1)]));
    const file = join(folder, 'rows.csv');
    const first = saved.validation.slice(0, 2);
    const raw = saved.encoder.preprocessing;
    if (raw.kind !== 'array') throw new Error('points are plain numbers');
    const standard = new Float32Array(4);
    saved.encoder.read(heights.train, first, standard);
    const cells = Array.from(standard, (v, j) => v * (raw.std?.[j % 2] ?? 1) + (raw.mean?.[j % 2] ?? 0));
    await writeFile(file, `a,b\n${cells[0]},${cells[1]}\n${cells[2]},${cells[3]}\n`);
    await withBundle(saved.path, async (bundle) => {
      const answers = await predictFile(bundle, file);
      expect(answers.map(({ input }) => input)).toEqual([`${file}, line 2`, `${file}, line 3`]);
      answers.forEach(({ prediction }, i) => {
        if (prediction.kind !== 'regression') throw new Error('a value was asked for');
        expect(prediction.target).toBe('height');
        expect(prediction.value / (saved.evaluation.predictions[i] ?? NaN)).toBeCloseTo(1, 5);
      });
      await writeFile(file, 'a,b\n1,\n');
      await expect(predictFile(bundle, file)).rejects.toThrow('rows.csv, line 2');
    });
  });

  test('a table is read by column name, in any order', async () => {
    const rng = createRng('table');
    const lines = Array.from({ length: 120 }, () => {
      const [age, town] = [20 + Math.round(40 * rng.float()), rng.int(0, 1) === 0 ? 'Ulm' : 'Bonn'];
      return `${age},${town},${age > 40 === (town === 'Ulm') ? 'yes' : 'no'}`;
    });
    const csv = join(folder, 'people.csv');
    await writeFile(csv, `age,town,buys\n${lines.join('\n')}\n`);
    const people = await loadDataset({ csv, target: 'buys' });
    const saved = await trainAndSave('people', people, sequential([dense(16, { activation: 'relu' }), dense(2)]));
    const asked = join(folder, 'asked.csv');
    await writeFile(asked, 'town,age\nUlm,55\nBonn,55\n');
    await withBundle(saved.path, async (bundle) => {
      expect((await predictFile(bundle, asked)).map(({ input }) => input)).toHaveLength(2);
      await writeFile(asked, 'town\nUlm\n');
      await expect(predictFile(bundle, asked)).rejects.toThrow('has no column "age"');
    });
  });
});

describe('a damaged bundle', () => {
  const fresh = async (name: string): Promise<string> => {
    const { path } = await trainAndSave(name, points(['a', 'b', 'c']), dense(3));
    return path;
  };

  test.each<[string, (path: string) => Promise<void>, RegExp]>([
    [
      'whose graph is cut off',
      (path) => truncate(join(path, 'model.onnx'), 50),
      /model\.onnx is damaged \(it has 50 bytes instead of \d+\)/,
    ],
    [
      'whose graph was changed',
      async (path) => {
        const file = join(path, 'model.onnx');
        const bytes = await readFile(file);
        bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
        await writeFile(file, bytes);
      },
      /model\.onnx is damaged \(its checksum/,
    ],
    [
      'without a graph',
      (path) => rm(join(path, 'model.onnx')),
      /is not a saved model \(.*model\.onnx does not exist\)/,
    ],
    [
      'without a manifest',
      (path) => rm(join(path, 'bundle.json')),
      /is not a saved model \(.*bundle\.json does not exist\)/,
    ],
    ['whose manifest is cut off', (path) => truncate(join(path, 'bundle.json'), 40), /bundle\.json is not JSON/],
    [
      'of a later version',
      async (path) => {
        const file = join(path, 'bundle.json');
        await writeFile(file, (await readFile(file, 'utf8')).replace('"formatVersion": 1', '"formatVersion": 9'));
      },
      /bundle\.json has format version 9, this attune reads up to 1/,
    ],
  ])('%s is refused by the name of the file', async (name, damage, message) => {
    const path = await fresh(name.replaceAll(' ', '-'));
    await damage(path);
    await expect(loadBundle(path)).rejects.toMatchObject({
      code: 'bundle',
      message: expect.stringMatching(message) as string,
    });
  });

  test('and a folder that does not exist is no model', async () => {
    await expect(loadBundle(join(folder, 'nowhere'))).rejects.toThrow(/nowhere is not a saved model/);
  });
});

test('a model of texts predicts on lines of a file, on a table, and as the trainer did', async () => {
  const lines = Array.from(
    { length: 40 },
    (_, i) => `${i % 2}\ta ${i % 2 === 1 ? 'good' : 'bad'} film number ${i % 7}`,
  );
  const text = join(folder, 'reviews.tsv');
  await writeFile(text, ['label\ttext', ...lines].join('\n'));
  const dataset = await loadDataset({ text, target: 'label', test: 0 });
  const model = textCnn(2, {
    vocabulary: dataset.vocabulary ?? 0,
    features: 8,
    windows: [1, 2],
    filters: 8,
    dropout: 0,
  });
  const saved = await trainAndSave('texts', dataset, model);
  expect(saved.evaluation.metrics['accuracy']).toBe(1);
  const raw = join(folder, 'new.txt');
  await writeFile(raw, 'A GOOD film!\n\na bad, bad film\n');
  const table = join(folder, 'new.tsv');
  await writeFile(table, 'text\tyear\na good one\t1999\n');
  await withBundle(saved.path, async (bundle) => {
    const predicted = await predictFile(bundle, raw);
    expect(predicted.map(({ input, prediction }) => [input, prediction])).toMatchObject([
      [`${raw}, line 1`, { label: '1' }],
      [`${raw}, line 3`, { label: '0' }],
    ]);
    expect(await predictFile(bundle, table)).toMatchObject([{ input: `${table}, line 2`, prediction: { label: '1' } }]);
    await expect(predictFile(bundle, join(folder, 'none.txt'))).rejects.toThrow(
      'none.txt does not exist: give the path of a text file',
    );
  });
});
