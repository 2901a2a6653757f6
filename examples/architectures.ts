// npx attune run examples/architectures.ts --trials 8
//
// A perceptron whose sizes are searched, with the ranges that its literature gives, beside the learning rate.
import { experiment, float } from 'attune';
import { adamw } from 'attune/optim';
import { architectures } from 'attune/spaces';

const { space, build } = architectures.mlp;

export default experiment({
  dataset: 'digits',
  space: { ...space, learningRate: float(1e-4, 1e-2, { log: true }) },
  model: build,
  train: (p) => ({ optimizer: adamw({ learningRate: p.learningRate }), batchSize: 64, epochs: 4 }),
  objective: { metric: 'accuracy', goal: 'maximize' },
});
