/**
 * Membranes of nerve cells in electron microscope pictures (ISBI 2012, Cardona et al. 2010; Arganda-Carreras et al. 2015), by a small U-Net with binary
 * cross-entropy and Dice, beside the best threshold of brightness. Pictures are split by picture: 24 to train, 6 to test.
 *
 *   npx tsx examples/membrane-segmentation.ts DIR [SEED] [EPOCHS]        DIR holds image/ and label/, membranes dark in the labels
 */
import { join } from 'node:path';
import { type Dataset, loadDataset, quarterTurns, type Split } from 'attune/data';
import { binaryCrossEntropy, dice, summary, unet, weightedLosses } from 'attune/nn';
import { adamw, cosine } from 'attune/optim';
import { evaluate, fit, maskMetrics } from 'attune/train';

const [dir = '', seedText = '1', epochsText = '16'] = process.argv.slice(2);
const [seed, epochs] = [Number(seedText), Number(epochsText)];
const dataset = await loadDataset({
  name: 'membranes',
  images: join(dir, 'image'),
  masks: join(dir, 'label'),
  label: 'membrane',
  dark: true,
  tile: 128,
  test: 0.2,
});
const { test } = dataset;
if (test === null) throw new Error('there are no test pictures');
const trainIndices = Int32Array.from({ length: dataset.train.size }, (_, i) => i);
const encoder = dataset.fit(trainIndices);
const show = (metrics: Readonly<Record<string, number>>): string =>
  ['iou', 'dice', 'accuracy'].map((name) => `${name} ${metrics[name]?.toFixed(4)}`).join('  ');

console.log(`brightness below the best threshold of the training pixels: ${show(thresholding(dataset, test))}`);
const model = unet(1, { width: 12, depth: 3 });
console.log(summary(model, dataset.inputShape).split('\n').slice(-4).join('\n'));
const loss = weightedLosses([
  [1, binaryCrossEntropy({ fromLogits: true })],
  [1, dice()],
]);
const began = performance.now();
const { weights } = await fit({
  model,
  dataset,
  encoder,
  trainIndices,
  validationIndices: new Int32Array(), // epochs are fixed; nothing is chosen by the test pictures
  seed,
  config: {
    optimizer: adamw({ learningRate: 3e-3, weightDecay: 0.01 }),
    schedule: cosine({ over: epochs }),
    loss,
    batchSize: 8,
    epochs,
    augment: [quarterTurns()],
  },
  onEpoch({ epoch, trainLoss, seconds }) {
    console.log(`epoch ${epoch}/${epochs}  loss ${trainLoss.toFixed(3)}  ${seconds.toFixed(0)} s`);
    return 'continue';
  },
});
const { metrics } = await evaluate({ model, weights, dataset, encoder, split: test, loss, batchSize: 8 });
const minutes = ((performance.now() - began) / 60_000).toFixed(1);
console.log(`seed ${seed}: ${show(metrics)} on ${test.size} tiles of pictures never seen, ${minutes} min`);

/** Dark pixels are taken for membrane; the threshold is that with the best IoU on the training pixels. */
function thresholding({ train, inputShape, fit: fitEncoder }: Dataset, split: Split): Record<string, number> {
  const { read, readTargets } = fitEncoder(trainIndices);
  const size = inputShape.reduce((product, n) => product * n, 1);
  const pixels = (part: Split) => {
    const rows = Int32Array.from({ length: part.size }, (_, i) => i);
    const [x, y] = [new Float32Array(part.size * size), new Float32Array(part.size * size)];
    read(part, rows, x);
    readTargets?.(part, rows, y);
    return { x, y };
  };
  const score = ({ x, y }: ReturnType<typeof pixels>, threshold: number): Record<string, number> => {
    const counts = { hits: 0, predicted: 0, real: 0, pixels: x.length };
    x.forEach((v, i) => {
      const [dark, real] = [v < threshold, y[i] === 1];
      if (dark) counts.predicted++;
      if (real) counts.real++;
      if (dark && real) counts.hits++;
    });
    return maskMetrics([counts]);
  };
  const seen = pixels(train);
  const thresholds = Array.from({ length: 41 }, (_, i) => -2 + i / 10); // in standard deviations of brightness
  const best = thresholds.reduce((a, b) => ((score(seen, b)['iou'] ?? 0) > (score(seen, a)['iou'] ?? 0) ? b : a));
  return score(pixels(split), best);
}
