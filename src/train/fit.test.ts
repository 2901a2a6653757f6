import { beforeAll, describe, expect, test } from 'vitest';
import { type Dataset, fromArrays, loadDataset, splitIndices } from '#data';
import { createRng } from '#math';
import {
  batchNorm,
  binaryCrossEntropy,
  constant,
  conv2d,
  dense,
  dropout,
  flatten,
  type Layer,
  maxPool2d,
  sequential,
  softmaxCrossEntropy,
  zeros,
} from '#nn';
import { adam, exponential, multistep, sgd } from '#optim';
import { batchSizeRule } from './batch-size-rule.ts';
import { checkFit, type TrainConfig } from './config.ts';
import { evaluate } from './evaluate.ts';
import { fit, type FitOptions, type FitResult } from './fit.ts';
import { metricNames } from './metrics.ts';
import type { Progress } from './report.ts';
import type { FitState } from './state.ts';

const range = (low: number, high: number): Int32Array => Int32Array.from({ length: high - low }, (_, i) => low + i);

/** Three noisy clusters in four dimensions: learnable in a few steps, not perfectly. */
function clusters(rows: number, classes = 3, noise = 0.7): Dataset {
  const rng = createRng('clusters');
  const y = Int32Array.from({ length: rows }, () => rng.int(0, classes - 1));
  const x = new Float32Array(rows * 4);
  y.forEach((label, i) => {
    for (let j = 0; j < 4; j++) x[i * 4 + j] = (j === label ? 1 : 0) + noise * rng.normal();
  });
  const labels = Array.from({ length: classes }, (_, k) => `class ${k}`);
  return fromArrays({ name: 'clusters', inputShape: [4], x, y, labels });
}

const data = clusters(300);
const split = { dataset: data, trainIndices: range(0, 200), validationIndices: range(200, 300) };
const mlp = (outputs = 3): Layer => sequential([dense(16, { activation: 'relu' }), dense(outputs)]);
const config: TrainConfig = { optimizer: adam({ learningRate: 0.01 }), batchSize: 32, epochs: 3 };
const fitMlp = (changes: Partial<TrainConfig> = {}, options: Partial<FitOptions> = {}): Promise<FitResult> =>
  fit({ ...split, model: mlp(), seed: 1, config: { ...config, ...changes }, ...options });

describe('learning', () => {
  let digits: Dataset;
  beforeAll(async () => {
    digits = await loadDataset('digits');
  });

  test('a small CNN reads held-out digits better than 0.9 after two epochs of 5,000', async () => {
    const rows = splitIndices(digits.train.targets, { fraction: 0.125, rng: createRng(7) }); // 1,000 to validate
    const model = sequential([
      conv2d(8, 3, { activation: 'relu' }),
      maxPool2d(2),
      flatten(),
      dense(32, { activation: 'relu' }),
      dense(10),
    ]);
    const trainIndices = createRng(8).shuffle(rows.train).slice(0, 5000);
    const result = await fit({
      model,
      dataset: digits,
      trainIndices,
      validationIndices: rows.validation,
      seed: 3,
      config: { optimizer: adam({ learningRate: 0.003 }), batchSize: 32, epochs: 2 },
    });
    expect(result.values['accuracy']).toBeGreaterThan(0.9);
    expect(Object.keys(result.values)).toEqual(metricNames(digits.task));
    const seen = result.confusion?.flat().reduce((a, b) => a + b, 0);
    expect(seen).toBe(1000);

    if (!digits.test) throw new Error('digits has a test split');
    const encoder = digits.fit(trainIndices);
    const test = await evaluate({ model, weights: result.weights, dataset: digits, encoder, split: digits.test });
    expect(test.metrics['accuracy']).toBeGreaterThan(0.9);
  });

  test('an MLP explains a curved target in thousands', async () => {
    const rng = createRng('curve');
    const x = Float32Array.from({ length: 800 }, () => rng.normal());
    const y = Array.from({ length: 400 }, (_, i) => 5000 + 2000 * Math.sin(x[2 * i] ?? 0) + 500 * (x[2 * i + 1] ?? 0));
    const dataset = fromArrays({ name: 'curve', inputShape: [2], x, y, target: 'price' });
    const { values, confusion } = await fit({
      model: sequential([dense(32, { activation: 'tanh' }), dense(1)]),
      dataset,
      trainIndices: range(0, 300),
      validationIndices: range(300, 400),
      seed: 1,
      config: { optimizer: adam({ learningRate: 0.02 }), batchSize: 32, epochs: 30 },
    });
    expect(values['r2']).toBeGreaterThan(0.97);
    expect(confusion).toBeNull();
    // The loss is in units of the target's variance over the training rows.
    const mean = y.slice(0, 300).reduce((a, b) => a + b / 300, 0);
    const variance = y.slice(0, 300).reduce((a, b) => a + (b - mean) ** 2 / 300, 0);
    expect((values['mse'] ?? 0) / variance / (values['loss'] ?? 0)).toBeCloseTo(1, 4);
  });

  test('one output for two classes is trained by binary cross-entropy and scored by its sign', async () => {
    const two = clusters(300, 2);
    const options = { ...split, dataset: two, model: mlp(1), seed: 1 };
    const result = await fit({ ...options, config });
    expect(result.values['accuracy']).toBeGreaterThan(0.75);
    expect(Object.keys(result.values)).toContain('f1Binary');
    const encoder = two.fit(split.trainIndices);
    const wanted = { model: options.model, weights: result.weights, dataset: two, encoder, split: two.train };
    const { predictions, outputs } = await evaluate(wanted);
    expect([...predictions]).toEqual(Array.from(outputs, (z) => (z > 0 ? 1 : 0)));

    const probability = sequential([dense(16, { activation: 'relu' }), dense(1, { activation: 'sigmoid' })]);
    const bce = { ...config, loss: binaryCrossEntropy() };
    const fromProbability = await fit({ ...options, model: probability, config: bce });
    expect(fromProbability.values['accuracy']).toBeCloseTo(result.values['accuracy'] ?? 0, 1);
  });

  test('full-batch gradient descent on a line follows the formula step by step', async () => {
    const x = Float32Array.of(-1, 0, 1, 2);
    const y = [-1.5, 0.5, 2.5, 4.5]; // 2x + 0.5
    const dataset = fromArrays({ name: 'line', inputShape: [1], x, y, target: 'y' });
    const rows = range(0, 4);
    const { weights, history } = await fit({
      model: dense(1, { initializer: zeros() }),
      dataset,
      trainIndices: rows,
      validationIndices: new Int32Array(),
      seed: 1,
      config: { optimizer: sgd({ learningRate: 0.1 }), batchSize: 4, epochs: 5 },
    });
    // The same in float64: the target standardised, the mean squared error differentiated by hand.
    const mean = 1.5;
    const std = Math.sqrt(y.reduce((sum, v) => sum + (v - mean) ** 2 / 4, 0));
    let [w, b] = [0, 0];
    const losses: number[] = [];
    for (let step = 0; step < 5; step++) {
      const errors = Array.from(x, (v, i) => w * v + b - ((y[i] ?? 0) - mean) / std);
      losses.push(errors.reduce((sum, e) => sum + (e * e) / 4, 0));
      w -= 0.1 * errors.reduce((sum, e, i) => sum + (2 * e * (x[i] ?? 0)) / 4, 0);
      b -= 0.1 * errors.reduce((sum, e) => sum + (2 * e) / 4, 0);
    }
    expect(weights.get('weight')?.[0]).toBeCloseTo(w, 6);
    expect(weights.get('bias')?.[0]).toBeCloseTo(b, 6);
    history.forEach(({ trainLoss }, i) => expect(trainLoss).toBeCloseTo(losses[i] ?? NaN, 5));
  });
});

describe('the same seed', () => {
  const noisy = (): Layer =>
    sequential([dense(16, { activation: 'relu' }), batchNorm(), dropout(0.3), dense(8), dropout(0.5), dense(3)]);

  test('gives bit-identical weights and history, another seed gives others', async () => {
    const run = (seed: number) => fitMlp({}, { model: noisy(), seed, now: () => 0 });
    const [a, b, c] = [await run(5), await run(5), await run(6)];
    expect(a.weights).toEqual(b.weights);
    expect(a.history).toEqual(b.history);
    expect(a.weights).not.toEqual(c.weights);
  });

  test('and a fit taken up after any epoch ends as the unbroken one, bit for bit', async () => {
    const settings: Partial<TrainConfig> = {
      epochs: 6,
      batchSize: batchSizeRule({ start: 16, min: 8, max: 64 }),
      schedule: exponential({ factor: 0.99, unit: 'step' }),
      earlyStopping: { patience: 3, monitor: 'accuracy' },
    };
    const states: FitState[] = [];
    const now = () => 0;
    const unbroken = await fitMlp(settings, {
      model: noisy(),
      now,
      onEpoch: (_, capture) => {
        states.push(structuredClone(capture()));
        return 'continue';
      },
    });
    expect(states.length).toBeGreaterThanOrEqual(4);
    for (const resumeFrom of states) {
      const resumed = await fitMlp(settings, { model: noisy(), now, resumeFrom });
      expect(resumed).toEqual(unbroken);
    }
  });

  test('a state of another model or seed is refused by name', async () => {
    let state: FitState | undefined;
    await fitMlp(
      { epochs: 1 },
      {
        onEpoch: (_, capture) => {
          state = capture();
          return 'continue';
        },
      },
    );
    if (!state) throw new Error('an epoch was reported');
    await expect(fitMlp({}, { resumeFrom: state, seed: 2 })).rejects.toThrow('has seed 1; got seed 2');
    const wider = sequential([dense(20), dense(3)]);
    await expect(fitMlp({}, { resumeFrom: state, model: wider })).rejects.toThrow(
      'has 64 numbers for "dense1.weight" of [4, 20]',
    );
    await expect(fitMlp({ optimizer: sgd({ momentum: 0.9 }) }, { resumeFrom: state })).rejects.toThrow(
      'has nothing for "dense1.weight@velocity"',
    );
  });
});

describe('validation', () => {
  test('the best epoch is given back, and its values are those of its weights', async () => {
    // A step far too large after epoch 2 spoils what was learned.
    const schedule = { kind: 'spoil', config: {}, unit: 'epoch', factor: (t: number) => (t < 2 ? 1 : 200) } as const;
    const spoiled = { epochs: 4, schedule };
    const result = await fitMlp(spoiled);
    const losses = result.history.map(({ loss }) => loss);
    expect(result.bestEpoch).toBe(losses.indexOf(Math.min(...losses)) + 1);
    expect(result.bestEpoch).toBeLessThan(4);
    expect(result.values['loss']).toBe(losses[result.bestEpoch - 1]);
    const encoder = data.fit(split.trainIndices);
    const wanted = { model: mlp(), weights: result.weights, dataset: data, encoder, split: data.train };
    const again = await evaluate({ ...wanted, indices: split.validationIndices });
    expect({ loss: again.loss, ...again.metrics }).toEqual(result.values);
    expect(again.confusion).toEqual(result.confusion);
    // In batches of 7 the sums are rounded otherwise: float32, rtol 1e-5.
    const inSevens = await evaluate({ ...wanted, indices: split.validationIndices, batchSize: 7 });
    expect(inSevens.loss / again.loss).toBeCloseTo(1, 5);

    const last = await fitMlp({ ...spoiled, restoreBest: false });
    expect(last.bestEpoch).toBe(4);
    expect(last.values['loss']).toBe(losses[3]);
  });

  test('early stopping ends the run and names the reason', async () => {
    const result = await fitMlp({ epochs: 200, earlyStopping: { patience: 2 } });
    expect(result.stopReason).toBe('earlyStopping');
    expect(result.history.length).toBe(result.bestEpoch + 2);
    const byAccuracy = await fitMlp({ epochs: 200, earlyStopping: { patience: 2, monitor: 'accuracy' } });
    const accuracies = byAccuracy.history.map(({ metrics }) => metrics['accuracy'] ?? NaN);
    expect(byAccuracy.bestEpoch).toBe(accuracies.indexOf(Math.max(...accuracies)) + 1);
  });

  test('the batch-size rule sets the size of the next epoch', async () => {
    const { history } = await fitMlp({ epochs: 8, batchSize: batchSizeRule({ monitor: 'accuracy' }) });
    let [size, best] = [32, -Infinity];
    for (const { epoch, batchSize, metrics } of history) {
      expect(batchSize).toBe(size);
      const accuracy = metrics['accuracy'] ?? NaN;
      if (epoch > 1) size = accuracy > best ? Math.max(16, size / 2) : Math.min(64, size * 2);
      best = Math.max(best, accuracy);
    }
    expect(new Set(history.map(({ batchSize }) => batchSize)).size).toBeGreaterThan(1);
  });

  test('without validation rows the last weights are given back and nothing is claimed', async () => {
    const result = await fitMlp({}, { validationIndices: new Int32Array() });
    expect(result).toMatchObject({ bestEpoch: 3, values: {}, confusion: null, stopReason: 'epochs' });
    expect(result.history[0]?.loss).toBeNaN();
  });

  test('the training loss of an epoch weighs a smaller last batch by its rows', async () => {
    const idle = { optimizer: sgd({ learningRate: 1e-30 }), epochs: 1, batchSize: 150 }; // 150 + 50 rows
    const { history } = await fitMlp(idle, { validationIndices: split.trainIndices });
    expect((history[0]?.trainLoss ?? 0) / (history[0]?.loss ?? 1)).toBeCloseTo(1, 5);
  });
});

test('the learning rate is that of the optimizer times the schedule', async () => {
  const rates = async (changes: Partial<TrainConfig>) => (await fitMlp(changes)).history.map((e) => e.learningRate);
  const byEpoch = await rates({ epochs: 4, schedule: multistep({ at: [1, 3], factor: 0.1 }) });
  byEpoch.forEach((rate, i) => expect(rate / ([1e-2, 1e-3, 1e-3, 1e-4][i] ?? 0)).toBeCloseTo(1, 10));
  // 200 rows in batches of 32 are 7 steps an epoch: the last steps are t = 6 and 13.
  const byStep = await rates({ epochs: 2, schedule: exponential({ factor: 0.5, unit: 'step' }) });
  expect(byStep).toEqual([0.01 * 0.5 ** 6, 0.01 * 0.5 ** 13]);
});

describe('ending', () => {
  test('a loss that is no number ends the run at once and says where', async () => {
    const error: unknown = await fitMlp({ optimizer: sgd({ learningRate: 1e30 }) }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'diverged', facts: { epoch: 1, learningRate: 1e30 } });
    expect(String(error)).toMatch(
      /Training diverged: the training loss is (NaN|Infinity) in epoch 1, step \d+\. Try a learning rate below 1e\+30/,
    );
  });

  test('a number in the data that is none is named by sample and column, also in validation and in targets', async () => {
    // A data set of the user's own: what `fromArrays` makes, but for a few numbers that its encoder lets through.
    const spoiled = (row: number, value: number, column = 1): Dataset => ({
      ...data,
      fit(indices) {
        const encoder = data.fit(indices);
        return {
          ...encoder,
          read(from, rows, into) {
            encoder.read(from, rows, into);
            rows.forEach((r, k) => {
              if (r === row) into[k * 4 + column] = value;
            });
          },
        };
      },
    });
    const trained = split.trainIndices[7] ?? 0;
    await expect(fitMlp({}, { dataset: spoiled(trained, NaN) })).rejects.toThrow(
      `Training stopped: column 1 of sample ${trained} of the training split of ${data.name} is NaN. Correct it or leave the sample out.`,
    );
    const validated = split.validationIndices[3] ?? 0;
    await expect(fitMlp({}, { dataset: spoiled(validated, -Infinity, 0) })).rejects.toThrow(
      `column 0 of sample ${validated} of the training split of ${data.name} is -Infinity`,
    );
  });

  test('an option that there is not is refused with the nearest one', async () => {
    const config = { earlyStoping: { patience: 2 } } as Partial<TrainConfig>;
    await expect(fitMlp(config)).rejects.toThrow(
      'fit: there is no option "earlyStoping": did you mean "earlyStopping"?',
    );
  });

  test('a loss that is no number before anything was learned points at the data', async () => {
    const huge = dense(3, { initializer: constant(3e38), biasInitializer: constant(3e38) });
    const started = fitMlp({}, { model: sequential([huge, dense(3, { initializer: constant(3e38) })]) });
    await expect(started).rejects.toThrow(/in epoch 1, step 1\. Nothing has been learned yet, so look at the data/);
  });

  test('the caller stops it after an epoch, or aborts it at any step', async () => {
    const stopped = await fitMlp({}, { onEpoch: ({ epoch }) => Promise.resolve(epoch === 2 ? 'stop' : 'continue') });
    expect(stopped).toMatchObject({ stopReason: 'pruned', history: [{ epoch: 1 }, { epoch: 2 }] });

    const controller = new AbortController();
    let calls = 0;
    const aborted = await fitMlp(
      {},
      {
        signal: controller.signal,
        now: () => 1000 * calls++,
        onProgress: ({ epoch, step }) => {
          if (epoch === 2 && step === 3) controller.abort();
        },
      },
    );
    expect(aborted).toMatchObject({ stopReason: 'aborted', bestEpoch: 1, history: [{ epoch: 1 }] });

    const early = await fitMlp({}, { signal: AbortSignal.abort() });
    expect(early).toMatchObject({ stopReason: 'aborted', bestEpoch: 0, history: [], values: {} });
  });
});

test('progress is told five times a second of the clock it is given', async () => {
  let time = 0;
  const seen: Progress[] = [];
  const now = () => (time += 25);
  await fitMlp({ epochs: 1, batchSize: 2 }, { now, onProgress: (progress) => seen.push(progress) });
  // 100 steps of 25 ms each: every eighth step.
  expect(seen.map(({ step }) => step)).toEqual([8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96]);
  expect(seen[0]).toMatchObject({ epoch: 1, epochs: 1, steps: 100, samplesPerSecond: 80 });
});

describe('what does not fit is refused before training', () => {
  test.each<[string, Partial<FitOptions>, Partial<TrainConfig>, string]>([
    [
      'twelve outputs',
      { model: mlp(12) },
      {},
      'ends with 12 outputs [B, 12] but clusters has 3 classes: make the last layer dense(3)',
    ],
    ['one output for three classes', { model: mlp(1) }, {}, 'ends with 1 output [B, 1] but clusters has 3 classes'],
    ['a loss for other targets', {}, { loss: binaryCrossEntropy() }, 'binaryCrossEntropy wants targets [B, 3]'],
    [
      'a batch larger than the data',
      {},
      { batchSize: 201 },
      'The batch size 201 is larger than the 200 training rows of clusters',
    ],
    [
      'a rule that outgrows the data',
      {},
      { batchSize: batchSizeRule({ max: 512 }) },
      'may reach 512, which is larger than the 200',
    ],
    ['half a row', {}, { batchSize: 0.5 }, 'batchSize must be a whole number >= 1; got 0.5'],
    ['no epoch', {}, { epochs: 0 }, 'epochs must be a whole number >= 1; got 0'],
    ['no rows', { trainIndices: new Int32Array() }, {}, 'clusters has no training rows'],
    [
      'an unknown monitor',
      {},
      { earlyStopping: { patience: 1, monitor: 'acc' } },
      'watches "acc", which is no metric here: use one of loss, accuracy',
    ],
    [
      'patience without validation',
      { validationIndices: new Int32Array() },
      { earlyStopping: { patience: 1 } },
      'there are no validation rows',
    ],
    ['negative patience', {}, { earlyStopping: { patience: -1 } }, 'patience must be'],
  ])('%s', async (_, options, changes, message) => {
    await expect(fitMlp(changes, options)).rejects.toThrow(message);
    expect(() => checkFit({ ...split, model: mlp(), config: { ...config, ...changes }, ...options })).toThrow(message);
  });

  test('an image model that was not flattened', () => {
    const images = fromArrays({
      name: 'dots',
      inputShape: [1, 6, 6],
      x: new Uint8Array(72),
      y: [0, 1],
      labels: ['a', 'b'],
    });
    const rows = range(0, 2);
    const options = {
      dataset: images,
      trainIndices: rows,
      validationIndices: rows,
      config: { ...config, batchSize: 2 },
    };
    expect(() => checkFit({ ...options, model: conv2d(2, 3) })).toThrow(
      'ends with the shape [B, 2, 4, 4] but dots has 2 classes: it must end with [B, 2]; finish it with flatten(), dense(2)',
    );
  });

  test('a regression with the outputs of a classifier', () => {
    const line = fromArrays({ name: 'line', inputShape: [1], x: new Float32Array(2), y: [0, 1], target: 'price' });
    const rows = range(0, 2);
    const options = { dataset: line, trainIndices: rows, validationIndices: rows, config: { ...config, batchSize: 2 } };
    expect(() => checkFit({ ...options, model: mlp(3) })).toThrow(
      '"price" of line is one number: make the last layer dense(1)',
    );
    const loss = softmaxCrossEntropy();
    expect(() => checkFit({ ...options, model: mlp(1), config: { ...options.config, loss } })).toThrow(
      'softmaxCrossEntropy',
    );
  });

  test('weights of another model', async () => {
    const encoder = data.fit(split.trainIndices);
    const options = { model: mlp(), weights: new Map(), dataset: data, encoder, split: data.train };
    await expect(evaluate(options)).rejects.toThrow('there are no weights for "dense1.weight"');
  });
});
