/**
 * The CIFAR-10 experiment of the VGG-like network: three learning rates × three batch sizes, early stopping, a fifth of the training images for
 * validation. `attune run examples/cifar10.ts --parallel 2`
 */
import { choice, experiment } from 'attune';
import { conv2d, dense, flatten, maxPool2d, sequential } from 'attune/nn';
import { adam } from 'attune/optim';

export default experiment({
  // Pixels divided by 255, as the experiment has it; without `normalize` they are standardised per channel.
  dataset: { name: 'cifar10', normalize: 'unit' },
  space: { learningRate: choice([1e-4, 1e-3, 1e-2]), batchSize: choice([32, 64, 128]) },
  model: (p, data) =>
    sequential([
      conv2d(32, 3, { activation: 'relu' }),
      maxPool2d(2),
      conv2d(64, 3, { activation: 'relu' }),
      maxPool2d(2),
      flatten(),
      dense(128, { activation: 'relu' }),
      dense(data.classes),
    ]),
  train: (p) => ({
    optimizer: adam({ learningRate: p.learningRate }),
    batchSize: p.batchSize,
    epochs: 10,
    earlyStopping: { patience: 2 },
  }),
  validationSplit: 0.2,
  objective: { metric: 'accuracy', goal: 'maximize' },
  sampler: 'grid',
});
