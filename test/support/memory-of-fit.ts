/**
 * Trains a small network once or several times in this process and prints, as JSON, what memory was expected and what was held:
 *   { before, expected, peak, after: [resident bytes after each fit] }
 *
 *   node --expose-gc --import tsx test/support/memory-of-fit.ts FAMILY BATCH VALIDATION_ROWS FITS
 */
import { type Dataset, fromArrays } from '#data';
import { createRng } from '#math';
import {
  conv2d,
  dense,
  dropout,
  flatten,
  ftTransformer,
  gruClassifier,
  type Layer,
  lstmClassifier,
  maxPool2d,
  mlp,
  resnet9,
  sequential,
  textCnn,
  transformerEncoder,
  vit,
} from '#nn';
import { adam } from '#optim';
import { estimateMemory, fit } from '#train';

const ROWS = 1280; // six batches of 128 and 512 to validate
const [family = '', batch = '', validation = '', fits = ''] = process.argv.slice(2);
const rng = createRng(1);
const labels = Array.from({ length: 10 }, (_, i) => String(i));
const y = Array.from({ length: ROWS }, () => rng.int(0, 9));
const pictures = (): Dataset =>
  fromArrays({
    name: 'pictures',
    inputShape: [3, 32, 32],
    x: Uint8Array.from({ length: ROWS * 3072 }, () => rng.int(0, 255)),
    y,
    labels,
  });
const texts = (steps: number): Dataset =>
  fromArrays({
    name: 'texts',
    inputShape: [steps],
    x: Float32Array.from({ length: ROWS * steps }, () => rng.int(1, 4999)),
    y,
    labels,
  });

const conv = (filters: number): Layer[] => [conv2d(filters, 3, { activation: 'relu' }), maxPool2d(2)];
const cases: Readonly<Record<string, () => readonly [Dataset, Layer]>> = {
  cnn: () => [
    pictures(),
    sequential([...conv(32), ...conv(64), flatten(), dense(128, { activation: 'relu' }), dropout(0.5), dense(10)]),
  ],
  lstm: () => [texts(50), lstmClassifier(10, { vocabulary: 5000, features: 64, units: 64 })],
  transformer: () => [
    texts(64),
    transformerEncoder(10, { vocabulary: 5000, features: 128, blocks: 2, heads: 4, hidden: 256 }),
  ],
  resnet9: () => [pictures(), resnet9(10, { width: 32 })],
  mlp: () => [pictures(), mlp(10, { hidden: [512, 512] })],
  vit: () => [pictures(), vit(10, { features: 64, layers: 3, heads: 2 })],
  'ft-transformer': () => [texts(20), ftTransformer(10, { features: 64, heads: 4 })],
  gru: () => [texts(50), gruClassifier(10, { vocabulary: 5000, features: 64, units: 64, layers: 2 })],
  'text-cnn': () => [texts(50), textCnn(10, { vocabulary: 5000 })],
};
const chosen = cases[family];
if (chosen === undefined) throw new Error(`there is no family ${family}`);
const [dataset, model] = chosen();
const rows = Int32Array.from({ length: ROWS }, (_, i) => i);
const options = {
  model,
  dataset,
  trainIndices: rows.slice(-6 * Number(batch)), // memory is planned anew for the second batch; more change nothing
  validationIndices: rows.slice(0, Number(validation)),
  config: { optimizer: adam({ learningRate: 1e-3 }), batchSize: Number(batch), epochs: 2 },
};
const before = process.memoryUsage.rss();
const expected = before + estimateMemory(options).total;
const after: number[] = [];
for (let k = 0; k < Number(fits); k++) {
  await fit({ ...options, seed: k });
  globalThis.gc?.();
  after.push(process.memoryUsage.rss());
}
const peak = process.resourceUsage().maxRSS * 1024;
process.stdout.write(`${JSON.stringify({ before, expected, peak, after })}\n`);
