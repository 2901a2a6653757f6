/**
 * The demo: handwritten digits and a small convolutional network; nine rounds of three learning rates × three batch sizes.
 * `attune run examples/digits.ts --parallel 2`
 */
import { choice, experiment } from 'attune';
import { conv2d, dense, dropout, flatten, maxPool2d, sequential } from 'attune/nn';
import { adam, multistep } from 'attune/optim';

export default experiment({
  dataset: 'digits',
  space: { learningRate: choice([1e-3, 3e-3, 1e-2]), batchSize: choice([32, 64, 128]) },
  model: (p, data) =>
    sequential([
      conv2d(16, 5, { activation: 'relu' }),
      maxPool2d(2),
      conv2d(32, 5, { activation: 'relu' }),
      maxPool2d(2),
      flatten(),
      dropout(0.5),
      dense(128, { activation: 'relu' }),
      dense(data.classes),
    ]),
  train: (p) => ({
    optimizer: adam({ learningRate: p.learningRate }),
    batchSize: p.batchSize,
    schedule: multistep({ at: [5], factor: 0.1 }),
    epochs: 8,
    earlyStopping: { patience: 2 },
  }),
  validationSplit: 0.2,
  objective: { metric: 'accuracy', goal: 'maximize' },
  sampler: 'grid',
});
