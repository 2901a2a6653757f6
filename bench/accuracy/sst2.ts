/**
 * Film reviews from scratch: a bidirectional LSTM on SST-2, several seeds; accuracy on validation at the best epoch and on test.
 *
 *   node --import tsx bench/accuracy/sst2.ts --data-dir DIR [--seeds 3]
 */
import { parseArgs } from 'node:util';
import { loadDataset, trainValidation } from '#data';
import { createRng } from '#math';
import { lstmClassifier, softmaxCrossEntropy } from '#nn';
import { adamw } from '#optim';
import { evaluate, fit } from '#train';

const { values: args } = parseArgs({
  options: { 'data-dir': { type: 'string' }, seeds: { type: 'string', default: '3' } },
});
const directory = args['data-dir'];
const seeds = Number(args.seeds);
if (directory === undefined || !(Number.isInteger(seeds) && seeds > 0)) {
  console.error('usage: sst2.ts --data-dir DIR [--seeds 3]');
  process.exit(2);
}

const dataset = await loadDataset('sst2', { dataDirs: [directory] });
const { test } = dataset;
if (test === null) throw new Error('sst2 has a test part');
const { train, validation } = trainValidation(dataset, { fraction: 0, rng: createRng(0) }); // its own 872 rows
const encoder = dataset.fit(train);
const model = lstmClassifier(2, { vocabulary: dataset.vocabulary ?? 0, features: 64, units: 32, dropout: 0.6 });
const loss = softmaxCrossEntropy({ labelSmoothing: 0.1 });

const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;
const results: { readonly validation: number; readonly test: number }[] = [];
for (let seed = 0; seed < seeds; seed++) {
  const start = performance.now();
  const fitted = await fit({
    model,
    dataset,
    encoder,
    trainIndices: train,
    validationIndices: validation,
    seed,
    config: {
      optimizer: adamw({ learningRate: 0.004, weightDecay: 0.3 }),
      loss,
      batchSize: 64,
      epochs: 6,
      earlyStopping: { patience: 2, monitor: 'accuracy' },
    },
  });
  const { metrics } = await evaluate({ model, weights: fitted.weights, dataset, encoder, split: test, loss });
  const result = { validation: fitted.values['accuracy'] ?? NaN, test: metrics['accuracy'] ?? NaN };
  results.push(result);
  console.log(
    `seed ${seed}  validation ${result.validation.toFixed(4)}  test ${result.test.toFixed(4)}  ` +
      `best epoch ${fitted.bestEpoch} of ${fitted.history.length}, ${Math.round((performance.now() - start) / 1000)} s`,
  );
}
console.log(
  `mean    validation ${mean(results.map((r) => r.validation)).toFixed(4)}  test ${mean(results.map((r) => r.test)).toFixed(4)}`,
);
