/**
 * A small CIFAR-10 in minutes: 10,000 training images, ResNet-9 of width 16, flips, crops and cutout, label smoothing, one cycle of the learning
 * rate. Uses the trainer without the tuner.
 *
 *   npx tsx examples/cifar10-fast.ts TRAIN.bin TEST.bin [EPOCHS] [THREADS]
 *
 * The files hold rows of 3,073 bytes as the official binary files do: the label, then 32 × 32 red, green and blue.
 */
import { readFileSync } from 'node:fs';
import { cutout, flip, fromArrays, paddedCrop } from 'attune/data';
import { resnet9, softmaxCrossEntropy, summary } from 'attune/nn';
import { adamw, oneCycle } from 'attune/optim';
import { evaluate, fit } from 'attune/train';

const [trainFile = '', testFile = '', epochsText = '24', threadsText = '2'] = process.argv.slice(2);
const ROW = 3073;

function read(file: string): { x: Uint8Array; y: number[] } {
  const bytes = readFileSync(file);
  const rows = bytes.length / ROW;
  const x = new Uint8Array(rows * (ROW - 1));
  for (let i = 0; i < rows; i++) x.set(bytes.subarray(i * ROW + 1, (i + 1) * ROW), i * (ROW - 1));
  return { x, y: Array.from({ length: rows }, (_, i) => bytes[i * ROW] ?? 0) };
}

const labels = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
const dataset = fromArrays({
  name: 'cifar10-small',
  inputShape: [3, 32, 32],
  ...read(trainFile),
  test: read(testFile),
  labels,
  normalize: 'standardize',
});
const [epochs, threads, batchSize] = [Number(epochsText), Number(threadsText), 64];
const validation = 500;
const rows = Int32Array.from({ length: dataset.train.size }, (_, i) => i);
const trainIndices = rows.slice(0, -validation);
const model = resnet9(10, { width: 16 });
console.log(summary(model, dataset.inputShape).split('\n').slice(-4).join('\n'));

const began = performance.now();
const seconds = (): string => `${((performance.now() - began) / 1000).toFixed(0)} s`;
const loss = softmaxCrossEntropy({ labelSmoothing: 0.1 });
const result = await fit({
  model,
  dataset,
  trainIndices,
  validationIndices: rows.slice(-validation),
  seed: 1,
  threads,
  config: {
    optimizer: adamw({ learningRate: 0.01, weightDecay: 0.05 }),
    schedule: oneCycle({ over: epochs * Math.ceil(trainIndices.length / batchSize), rise: 0.25 }),
    loss,
    batchSize,
    epochs,
    augment: [flip(), paddedCrop(4), cutout(8)],
    restoreBest: false,
  },
  onEpoch({ epoch, trainLoss, metrics }) {
    console.log(
      `epoch ${epoch}/${epochs}  loss ${trainLoss.toFixed(3)}  validation ${metrics['accuracy']?.toFixed(3)}  ${seconds()}`,
    );
    return 'continue';
  },
});
const test = dataset.test;
if (test === null) throw new Error('there is no test file');
const encoder = dataset.fit(trainIndices);
const { metrics } = await evaluate({ model, weights: result.weights, dataset, encoder, split: test, loss, threads });
console.log(`test accuracy ${metrics['accuracy']?.toFixed(4)} on ${test.size} images after ${seconds()}`);
