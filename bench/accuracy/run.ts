/**
 * Do our numbers end where PyTorch's end? The demo's network on the same digits, the same hyperparameters, several seeds each.
 *
 *   npm run bench:accuracy [-- --seeds 10] [--epochs 4]
 *
 * Both train on all 8,000 training digits for a fixed number of epochs (no early stopping) and are looked at once on the 2,000 test digits.
 * Prints both lists, their means and standard deviations, and Welch's t of the difference. Needs python3-torch.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Encoder, loadDataset, type Split } from '#data';
import { conv2d, dense, flatten, maxPool2d, sequential } from '#nn';
import { adam } from '#optim';
import { evaluate, fit } from '#train';

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '10' }, epochs: { type: 'string', default: '4' } },
});
const [count, epochs] = [Number(values.seeds), Number(values.epochs)];
if (!(Number.isInteger(count) && count >= 2 && Number.isInteger(epochs) && epochs >= 1)) {
  console.error('bench:accuracy: --seeds takes an integer >= 2 and --epochs an integer >= 1.');
  process.exit(2);
}
const seeds = Array.from({ length: count }, (_, i) => i);
const [learningRate, batchSize] = [1e-3, 64];

const dataset = await loadDataset('digits', { dataDirs: [] });
const { train, test } = dataset;
if (test === null) throw new Error('internal: digits has a test part');
const all = (split: Split) => Int32Array.from({ length: split.size }, (_, i) => i);
const encoder = dataset.fit(all(train));

function theirs(encoder: Encoder, test: Split): { torch: string; accuracies: number[] } {
  const directory = mkdtempSync(join(tmpdir(), 'attune-accuracy-'));
  try {
    for (const [name, split] of Object.entries({ train, test })) {
      const x = new Float32Array(split.size * dataset.inputShape.reduce((a, b) => a * b, 1));
      encoder.read(split, all(split), x);
      writeFileSync(join(directory, `${name}_x.f32`), x);
      writeFileSync(join(directory, `${name}_y.i32`), Int32Array.from(split.targets));
    }
    const script = join(import.meta.dirname, 'torch_fit.py');
    const options = JSON.stringify({ seeds, epochs, batchSize, learningRate });
    const run = spawnSync('/usr/bin/python3', [script, directory, options], { encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`torch_fit.py failed (is python3-torch installed?):\n${run.stderr}`);
    return JSON.parse(run.stdout) as { torch: string; accuracies: number[] }; // what the script prints
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function ours(encoder: Encoder, test: Split): Promise<number[]> {
  const accuracies: number[] = [];
  for (const seed of seeds) {
    const model = sequential([
      conv2d(16, 3, { activation: 'relu' }),
      maxPool2d(2),
      conv2d(32, 3, { activation: 'relu' }),
      maxPool2d(2),
      flatten(),
      dense(64, { activation: 'relu' }),
      dense(dataset.classes),
    ]);
    const { weights } = await fit({
      model,
      dataset,
      encoder,
      trainIndices: all(train),
      validationIndices: new Int32Array(),
      config: { optimizer: adam({ learningRate }), batchSize, epochs },
      seed,
    });
    const { metrics } = await evaluate({ model, weights, dataset, encoder, split: test });
    accuracies.push(metrics.accuracy ?? NaN);
  }
  return accuracies;
}

const mean = (xs: readonly number[]) => xs.reduce((s, x) => s + x, 0) / xs.length;
const variance = (xs: readonly number[]) => xs.reduce((s, x) => s + (x - mean(xs)) ** 2, 0) / (xs.length - 1);
const show = (name: string, xs: readonly number[]) =>
  console.log(
    `${name.padEnd(16)} mean ${mean(xs).toFixed(4)}  sd ${Math.sqrt(variance(xs)).toFixed(4)}  ${xs.map((x) => x.toFixed(4)).join(' ')}`,
  );

const us = await ours(encoder, test);
const { torch, accuracies: them } = theirs(encoder, test);
console.log(`test accuracy on digits, ${count} seeds, ${epochs} epochs, Adam ${learningRate}, batch ${batchSize}`);
show('attune', us);
show(`torch ${torch}`, them);
const standardError = Math.sqrt((variance(us) + variance(them)) / count);
const difference = mean(us) - mean(them);
console.log(
  `difference ${(100 * difference).toFixed(2)} points, standard error ${(100 * standardError).toFixed(2)}, Welch t ${(difference / standardError).toFixed(2)}`,
);
