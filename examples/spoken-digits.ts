/**
 * Spoken digits, judged on a voice that was never heard: a small convolutional network over log-mel spectrograms, with SpecAugment, shifts in time and
 * background noise. Files are named {digit}_{speaker}_{index}.wav, as those of the Free Spoken Digit Dataset (Jackson et al.).
 *
 *   npx tsx examples/spoken-digits.ts DIR [SEED] [TEST SPEAKER] [EPOCHS]
 */
import { backgroundNoise, loadDataset, pitchShift, specAugment, timeShift, writeAugmentedSamples } from 'attune/data';
import {
  activation,
  batchNorm,
  conv2d,
  dense,
  dropout,
  globalAveragePool2d,
  type Layer,
  maxPool2d,
  sequential,
  softmaxCrossEntropy,
  summary,
} from 'attune/nn';
import { adamw, oneCycle } from 'attune/optim';
import { evaluate, fit } from 'attune/train';

const [audio = '', seedText = '1', speaker = 'theo', epochsText = '30'] = process.argv.slice(2);
const [seed, epochs, batchSize] = [Number(seedText), Number(epochsText), 32];

const dataset = await loadDataset({
  audio,
  pattern: '{label}_{speaker}_{index}',
  test: { speaker },
  seconds: 0.8,
  mels: 40,
});
const block = (filters: number): Layer[] => [
  conv2d(filters, 3, { padding: 'same', useBias: false }),
  batchNorm(),
  activation('relu'),
  maxPool2d(2),
];
const model = sequential([
  ...block(16),
  ...block(32),
  ...block(64),
  conv2d(96, 3, { padding: 'same', useBias: false }),
  batchNorm(),
  activation('relu'),
  globalAveragePool2d(),
  dropout(0.3),
  dense(dataset.classes),
]);
console.log(summary(model, dataset.inputShape));

const augment = [timeShift(0.1), pitchShift(0.1), backgroundNoise({ snr: [10, 40] }), specAugment()];
await writeAugmentedSamples('spoken-digits.png', { dataset, augment, seed });
const trainIndices = Int32Array.from({ length: dataset.train.size }, (_, i) => i);
const loss = softmaxCrossEntropy({ labelSmoothing: 0.1 });
const began = performance.now();
const { weights } = await fit({
  model,
  dataset,
  trainIndices,
  validationIndices: new Int32Array(), // all other speakers are trained on; epochs are fixed
  seed,
  config: {
    optimizer: adamw({ learningRate: 3e-3, weightDecay: 0.05 }),
    schedule: oneCycle({ over: epochs * Math.ceil(trainIndices.length / batchSize) }),
    loss,
    batchSize,
    epochs,
    augment,
  },
  onEpoch({ epoch, trainLoss, seconds }) {
    console.log(`epoch ${epoch}/${epochs}  loss ${trainLoss.toFixed(3)}  ${seconds.toFixed(1)} s`);
    return 'continue';
  },
});
if (dataset.test === null) throw new Error(`there are no clips of ${speaker}`);
const encoder = dataset.fit(trainIndices);
const { metrics } = await evaluate({ model, weights, dataset, encoder, split: dataset.test, loss });
const minutes = ((performance.now() - began) / 60_000).toFixed(1);
console.log(
  `seed ${seed}: accuracy ${metrics['accuracy']?.toFixed(4)} on ${dataset.test.size} clips of ${speaker}, ${minutes} min`,
);
