/** Targets that are more than a number: masks of pictures, and sequences. */
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, expect, test } from 'vitest';
import { inferenceGraph, loadBundle, predictFile, saveBundle } from '#bundle';
import { loadDataset, mixup, quarterTurns } from '#data';
import { createRng } from '#math';
import {
  binaryCrossEntropy,
  conv2d,
  dice,
  sequential,
  seq2seqTransformer,
  softmaxCrossEntropy,
  unet,
  weightedLosses,
} from '#nn';
import { adam } from '#optim';
import { evaluate } from './evaluate.ts';
import { fit } from './fit.ts';
import { maskMetrics } from './metrics.ts';
import { translate } from './translate.ts';

const dir = mkdtempSync(join(tmpdir(), 'attune-masks-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Gray noise with a bright rectangle; the mask shows the rectangle. */
async function rectangles(count: number) {
  const rng = createRng('rectangles');
  for (const name of ['image', 'label']) mkdirSync(join(dir, name), { recursive: true });
  for (let n = 0; n < count; n++) {
    const [top, left] = [rng.int(0, 8), rng.int(0, 8)];
    const [image, label] = [new PNG({ width: 16, height: 16 }), new PNG({ width: 16, height: 16 })];
    for (let i = 0; i < 256; i++) {
      const inside = Math.floor(i / 16) >= top && Math.floor(i / 16) < top + 7 && i % 16 >= left && i % 16 < left + 5;
      const v = Math.max(0, Math.min(255, Math.round((inside ? 150 : 90) + 30 * rng.normal())));
      image.data.set([v, v, v, 255], 4 * i);
      label.data.fill(inside ? 255 : 0, 4 * i, 4 * i + 3);
      label.data[4 * i + 3] = 255;
    }
    writeFileSync(join(dir, 'image', `${n}.png`), PNG.sync.write(image));
    writeFileSync(join(dir, 'label', `${n}.png`), PNG.sync.write(label));
  }
  return loadDataset({ images: join(dir, 'image'), masks: join(dir, 'label'), label: 'rectangle', validation: 0.2 });
}

test('overlap of masks is counted over all pictures', () => {
  // 6 real, 4 predicted, 3 of them right, of 20 pixels: IoU 3/7, Dice 6/10, 4 pixels wrong.
  expect(maskMetrics([{ hits: 3, predicted: 4, real: 6, pixels: 20 }])).toEqual({
    iou: 3 / 7,
    dice: 0.6,
    accuracy: 0.8,
    precision: 0.75,
    recall: 0.5,
  });
  const nothing = { hits: 0, predicted: 0, real: 0, pixels: 20 };
  expect(maskMetrics([nothing])).toMatchObject({ iou: 1, dice: 1, accuracy: 1 });
  expect(maskMetrics([nothing, { ...nothing, predicted: 5 }])['iou']).toBe(0.5); // the mean of 1 and 0
});

test('a U-Net learns to draw masks, and its bundle draws the same ones', async () => {
  const dataset = await rectangles(40);
  const rows = dataset.validation ?? new Int32Array();
  const trainIndices = Int32Array.from({ length: dataset.train.size - rows.length }, (_, i) => i);
  const encoder = dataset.fit(trainIndices);
  const model = unet(1, { width: 4, depth: 2 });
  const loss = weightedLosses([
    [1, binaryCrossEntropy({ fromLogits: true })],
    [1, dice()],
  ]);
  const config = { optimizer: adam({ learningRate: 0.02 }), batchSize: 8, epochs: 15, augment: [quarterTurns()], loss };
  const { values, weights } = await fit({
    model,
    dataset,
    encoder,
    trainIndices,
    validationIndices: rows,
    config,
    seed: 1,
  });
  // Thresholding this noise (two standard deviations between the means) gives an IoU of about 0.5.
  expect(values['iou']).toBeGreaterThan(0.75);
  expect(Object.keys(values)).toEqual(['loss', 'iou', 'dice', 'accuracy', 'precision', 'recall']);

  const { test: split, task, inputShape } = dataset;
  if (split === null || task.kind === 'sequence') throw new Error('no test pictures');
  const evaluated = await evaluate({ model, weights, dataset, encoder, split, loss, batchSize: 3 });
  const onnx = inferenceGraph({ model, weights, inputShape, task, loss });
  const path = join(dir, 'bundle');
  const provenance = { attune: '0', dataset: 'r', study: null, trial: null, params: {}, seed: 1, createdAt: '' };
  const { preprocessing } = encoder;
  if (preprocessing.kind === 'pair') throw new Error('no pictures');
  await saveBundle(path, { onnx, task, inputShape, preprocessing, metrics: { validation: values }, provenance });
  const bundle = await loadBundle(path);
  const file = (split.ids?.(0) ?? '').replace(/ at .*/, '');
  const [answer] = await predictFile(bundle, file);
  await bundle.release();
  if (answer?.prediction.kind !== 'segmentation') throw new Error('no masks');
  const drawn = Int32Array.from(answer.prediction.probabilities, (p) => (p > 0.5 ? 1 : 0));
  expect(drawn).toEqual(evaluated.predictions.slice(0, 256));
  expect(answer.prediction.shares[0]?.share).toBe(drawn.reduce((sum, v) => sum + v, 0) / 256);
});

test('models, losses and mixes that do not fit masks are refused', async () => {
  const dataset = await rectangles(10);
  const rows = Int32Array.from({ length: 4 }, (_, i) => i);
  const common = { dataset, trainIndices: rows, validationIndices: rows, seed: 1 };
  const config = { optimizer: adam(), batchSize: 2, epochs: 1 };
  const one = conv2d(1, 1);
  await expect(fit({ ...common, model: conv2d(2, 1), config })).rejects.toThrow(
    'The model ends with the shape [B, 2, 16, 16] but image needs a mask for each label: it must end with [B, 1, 16, 16].',
  );
  await expect(fit({ ...common, model: one, config: { ...config, augment: [mixup()] } })).rejects.toThrow(
    'augment: mixup and cutMix mix labels, but the targets are masks.',
  );
  await expect(fit({ ...common, model: one, config: { ...config, sampling: 'balanced' } })).rejects.toThrow(
    'balanced sampling needs classes, but image has masks as targets.',
  );
  await expect(
    fit({ ...common, model: sequential([one]), config: { ...config, loss: softmaxCrossEntropy() } }),
  ).rejects.toThrow('softmaxCrossEntropy');
});

test('a transformer learns to reverse sequences, and translates by itself', async () => {
  const rng = createRng('reversed');
  const letters = ['a', 'b', 'c', 'd', 'e'];
  const lines = Array.from({ length: 600 }, () => {
    const word = Array.from({ length: rng.int(2, 4) }, () => letters[rng.int(0, 4)] ?? '');
    return `${word.join(' ')}\t${word.toReversed().join(' ')}`;
  });
  writeFileSync(join(dir, 'reversed.tsv'), [...new Set(lines)].join('\n'));
  const dataset = await loadDataset({ pairs: join(dir, 'reversed.tsv'), test: 0.1 });
  const { task, vocabulary = 0, test: split } = dataset;
  if (task.kind !== 'sequence' || split === null) throw new Error('no pairs');
  const trainIndices = Int32Array.from({ length: dataset.train.size }, (_, i) => i);
  const encoder = dataset.fit(trainIndices);
  const options = {
    vocabulary,
    targetVocabulary: task.vocabulary,
    sourceLength: (dataset.inputShape[0] ?? 0) - task.length,
  };
  const model = seq2seqTransformer({ ...options, features: 32, blocks: 1, heads: 2, dropout: 0 });
  const config = { optimizer: adam({ learningRate: 5e-3 }), batchSize: 16, epochs: 25 };
  const { weights } = await fit({
    model,
    dataset,
    encoder,
    trainIndices,
    validationIndices: new Int32Array(),
    config,
    seed: 1,
  });
  const { metrics, predictions, outputs } = await evaluate({ model, weights, dataset, encoder, split });
  expect(metrics['accuracy']).toBeGreaterThan(0.9);
  expect([predictions.length, outputs.length]).toEqual([split.size * task.length, 0]);
  const answers = await translate({ model, weights, dataset, encoder, split, batchSize: 7 });
  const references = answersOf(split.size, (i) => split.ids?.(i) ?? '');
  const right = answers.filter((tokens, i) => tokens.join(' ') === references[i]).length;
  expect(right / split.size).toBeGreaterThan(0.7);
});

/** The right answers: what stands behind the tab of the lines that the rows came from. */
function answersOf(rows: number, idOf: (i: number) => string): string[] {
  const lines = readFileSync(join(dir, 'reversed.tsv'), 'utf8').split('\n');
  return Array.from(
    { length: rows },
    (_, i) => lines[Number(/line (\d+)/.exec(idOf(i))?.[1]) - 1]?.split('\t')[1] ?? '',
  );
}
