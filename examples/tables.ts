/**
 * A table, learned by an architecture for tables. Every fifth training row says which epoch is the best, and nothing else is chosen by rows; the
 * result is that of the test rows (a file, or a fixed fifth of the rows).
 *
 *   npx tsx examples/tables.ts MODEL TARGET TRAIN.csv [TEST.csv or -] [SEEDS] [EPOCHS]      MODEL: ftTransformer, tabularResnet or mlp
 */
import { type Dataset, loadDataset } from 'attune/data';
import { ftTransformer, type Layer, mlp, summary, tabularResnet } from 'attune/nn';
import { adamw, cosine, warmup } from 'attune/optim';
import { evaluate, fit } from 'attune/train';

const models: Readonly<Record<string, (data: Dataset) => Layer>> = {
  ftTransformer: ({ classes, columns = [] }) => ftTransformer(classes, { columns, features: 64, heads: 4, blocks: 3 }),
  tabularResnet: ({ classes }) => tabularResnet(classes, { features: 128, blocks: 3 }),
  mlp: ({ classes }) => mlp(classes, { hidden: [256, 256], dropout: 0.2 }),
};

const [name = '', target = '', csv = '', testFile = '-', seeds = '1', epochsText = '20'] = process.argv.slice(2);
const build = models[name];
if (build === undefined) throw new Error(`MODEL is one of ${Object.keys(models).join(', ')}`);
const dataset = await loadDataset({ csv, target, ...(testFile !== '-' && { test: testFile }) });
const { test, train } = dataset;
if (test === null) throw new Error('there are no test rows');
const rows = Int32Array.from({ length: train.size }, (_, i) => i);
const [trainIndices, validationIndices] = [rows.filter((i) => i % 5 !== 0), rows.filter((i) => i % 5 === 0)];
const encoder = dataset.fit(trainIndices);
const [epochs, batchSize] = [Number(epochsText), 256];
const steps = epochs * Math.ceil(trainIndices.length / batchSize);
console.log(summary(build(dataset), dataset.inputShape).split('\n').slice(-4).join('\n'));

const scores: Readonly<Record<string, number>>[] = [];
for (let seed = 1; seed <= Number(seeds); seed++) {
  const began = performance.now();
  const model = build(dataset);
  const { weights, bestEpoch, values } = await fit({
    model,
    dataset,
    encoder,
    trainIndices,
    validationIndices,
    seed,
    config: {
      optimizer: adamw({ learningRate: 1e-3, weightDecay: 1e-5 }),
      schedule: warmup(cosine({ over: steps, unit: 'step' }), { over: Math.ceil(steps / 20) }),
      batchSize,
      epochs,
    },
  });
  const { metrics } = await evaluate({ model, weights, dataset, encoder, split: test, batchSize: 1024 });
  const shown = Object.entries(metrics).map(([metric, value]) => `${metric} ${value.toFixed(4)}`);
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  const { loss = NaN } = values;
  console.log(
    `seed ${seed}, epoch ${bestEpoch} (validation loss ${loss.toFixed(4)}): ${shown.join('  ')}  ${seconds} s`,
  );
  scores.push(metrics);
}
const metric = dataset.task.kind === 'regression' ? 'r2' : 'accuracy';
const mean = scores.reduce((sum, score) => sum + (score[metric] ?? NaN), 0) / scores.length;
console.log(`${name}: mean ${metric} of ${scores.length} ${mean.toFixed(4)}`);
