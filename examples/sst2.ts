// npx attune run examples/sst2.ts --data-dir DIR
//
// Film reviews, negative or positive: a convolutional network over words, its embeddings learned from scratch.
import { choice, experiment, float } from 'attune';
import { textCnn } from 'attune/nn';
import { adamw } from 'attune/optim';

export default experiment({
  dataset: 'sst2',
  space: {
    learningRate: float(3e-4, 3e-3, { log: true }),
    features: choice([64, 128, 256]),
    dropout: float(0.3, 0.7),
  },
  model: (p, data) =>
    textCnn(data.classes, { vocabulary: data.vocabulary ?? 0, features: p.features, dropout: p.dropout }),
  train: (p) => ({
    optimizer: adamw({ learningRate: p.learningRate }),
    batchSize: 64,
    epochs: 8,
    earlyStopping: { patience: 2 },
  }),
  objective: { metric: 'accuracy', goal: 'maximize' },
  trials: 10,
});
