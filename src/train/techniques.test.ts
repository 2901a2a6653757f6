/** What comes on top of the plain loop: averaging, accumulation, augmentation, callbacks, sampling; and that all of it resumes exactly. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  cutMix,
  type Dataset,
  flip,
  fromArrays,
  loadDataset,
  mixup,
  noise,
  paddedCrop,
  randomMask,
  tokenDropout,
} from '#data';
import { createRng } from '#math';
import { batchNorm, conv2d, dense, dropout, flatten, type Layer, sequential, textCnn } from '#nn';
import { adam, adamw, cosine, linear, muon, oneCycle, reduceOnPlateau, sgd } from '#optim';
import { averageWeights } from './averaging.ts';
import type { Callback } from './callbacks.ts';
import type { TrainConfig } from './config.ts';
import { evaluate } from './evaluate.ts';
import { fit, type FitOptions, type FitResult } from './fit.ts';
import { rowsOfEpoch } from './sampling.ts';
import type { FitState } from './state.ts';

const range = (low: number, high: number): Int32Array => Int32Array.from({ length: high - low }, (_, i) => low + i);

/** Pictures of 1 × 6 × 6 with a bright spot whose half of the picture is the class; class 0 is three times as frequent. */
function spots(rows: number): Dataset {
  const rng = createRng('spots');
  const y = Int32Array.from({ length: rows }, (_, i) => (i % 4 === 3 ? 1 : 0));
  const x = new Uint8Array(rows * 36);
  y.forEach((label, i) => {
    for (let j = 0; j < 36; j++) x[i * 36 + j] = rng.int(0, 60);
    const at = rng.int(0, 5) + 6 * (3 * label + rng.int(0, 2));
    x[i * 36 + at] = 255;
  });
  return fromArrays({
    name: 'spots',
    inputShape: [1, 6, 6],
    x,
    y,
    labels: ['upper', 'lower'],
    normalize: 'standardize',
  });
}

const data = spots(260);
const split = { dataset: data, trainIndices: range(0, 200), validationIndices: range(200, 260) };
const cnn = (): Layer =>
  sequential([conv2d(4, 3, { padding: 1, activation: 'relu' }), batchNorm(), dropout(0.2), flatten(), dense(2)]);
const plain = (): Layer => sequential([flatten(), dense(8, { activation: 'tanh' }), dense(2)]);
const config: TrainConfig = { optimizer: adam({ learningRate: 0.01 }), batchSize: 32, epochs: 3 };
const run = (changes: Partial<TrainConfig> = {}, options: Partial<FitOptions> = {}): Promise<FitResult> =>
  fit({ ...split, model: cnn(), seed: 5, config: { ...config, ...changes }, ...options });

const numbers = ({ history, weights, kept, evaluations }: FitResult) => ({
  history: history.map(({ seconds: _, samplesPerSecond: __, ...report }) => report),
  weights: [...weights].map(([name, values]) => [name, [...values]]),
  kept: kept.map(({ epoch, value, weights }) => [epoch, value, [...weights].map(([name, v]) => [name, [...v]])]),
  evaluations,
});

/** Counts steps, and halves the learning rate after the fifth. */
function halving(): Callback {
  let seen = 0;
  return {
    name: 'halving',
    beforeStep({ set, scalars }) {
      if (++seen === 5) set('learningRate', (scalars['learningRate'] ?? 0) / 2);
    },
    state: () => seen,
    restore: (state) => void (seen = Number(state)),
  };
}

// A batch of 32 of 200 rows: 7 steps an epoch, the last of 8 rows.
const everything: Readonly<Record<string, () => Partial<TrainConfig>>> = {
  'flip, crop, noise, mixup and cutMix, one cycle, clipping': () => ({
    augment: [flip(), paddedCrop(1), noise(0.05), mixup(), cutMix()],
    schedule: oneCycle({ over: 21 }),
    clipNorm: 1,
    logGradientNorm: true,
  }),
  'gradient accumulation, weight average, groups, max-norm': () => ({
    microBatchSize: 10,
    averageDecay: 0.9,
    groups: [{ prefix: 'dense1', learningRate: 0.5 }],
    maxNorm: 1,
    optimizer: adamw({ learningRate: 0.02, weightDecay: 0.1 }),
  }),
  'averaged epochs, plateau, kept checkpoints, evaluation within epochs': () => ({
    averageFrom: 2,
    plateau: reduceOnPlateau({ factor: 0.5, patience: 0, threshold: 0.5 }),
    keepBest: 2,
    evaluateEvery: 3,
    optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }),
  }),
  'balanced sampling, a callback that changes the learning rate, muon': () => ({
    sampling: 'balanced',
    callbacks: [halving()],
    optimizer: muon({ learningRate: 0.01 }),
    schedule: cosine({ over: 3 }),
    l1: 1e-4,
  }),
};

describe('exact resume', () => {
  test.each(Object.entries(everything))('after any step, bit for bit: %s', async (_name, make) => {
    const states: FitState[] = [];
    const whole = await run(make(), {
      onStep({ step }, capture) {
        if ([1, 6, 10, 16].includes(step)) states.push(structuredClone(capture()));
        return 'continue';
      },
      onEpoch({ epoch }, capture) {
        if (epoch === 2) states.push(structuredClone(capture()));
        return 'continue';
      },
    });
    expect(states).toHaveLength(5);
    const expected = numbers(whole);
    for (const state of states) expect(numbers(await run(make(), { resumeFrom: state }))).toEqual(expected);
  });

  test('augmented texts are the same ones, and others in every epoch', async () => {
    const lines = Array.from(
      { length: 80 },
      (_, i) => `${i % 2}\t${i % 2 ? 'good' : 'bad'} film number ${i % 7} of ${i % 5}`,
    );
    const folder = await mkdtemp(join(tmpdir(), 'attune-texts-'));
    await writeFile(join(folder, 'films.tsv'), ['label\ttext', ...lines].join('\n'));
    const texts = await loadDataset({ text: join(folder, 'films.tsv'), target: 'label', test: 0 });
    await rm(folder, { recursive: true });
    const { vocabulary = 0 } = texts;
    const words = { dataset: texts, trainIndices: range(0, 64), validationIndices: range(64, 80) };
    const model = textCnn(2, { vocabulary, features: 4, windows: [2], filters: 4 });
    const go = (augment: TrainConfig['augment'], options: Partial<FitOptions> = {}) =>
      run({ batchSize: 16, ...(augment && { augment }) }, { ...words, model, ...options });
    const states: FitState[] = [];
    const changes = [tokenDropout(0.3), randomMask(0.2)];
    const whole = await go(changes, {
      onStep({ step }, capture) {
        if (step === 5) states.push(structuredClone(capture()));
        return 'continue';
      },
    });
    expect(numbers(await go(changes, { resumeFrom: states[0] as FitState }))).toEqual(numbers(whole));
    expect(numbers(await go(undefined)).history).not.toEqual(numbers(whole).history);
    await expect(go([flip()])).rejects.toThrow('flip changes numbers, but this data set has the numbers of words');
    await expect(go([mixup()])).rejects.toThrow('mixes of rows need numbers');
    await expect(run({ augment: changes })).rejects.toThrow('tokenDropout changes texts, but');
  });

  test('a run stopped within an epoch goes on where it was', async () => {
    const saved: FitState[] = [];
    const stopped = await run(
      {},
      {
        onStep({ step }, capture) {
          if (step === 9) saved.push(capture());
          return step === 9 ? 'stop' : 'continue';
        },
      },
    );
    expect([stopped.stopReason, stopped.history.length]).toEqual(['pruned', 1]);
    expect(saved[0]?.techniques?.part?.batches).toBe(2);
    const resumed = await run({}, { resumeFrom: saved[0] as FitState });
    expect(numbers(resumed)).toEqual(numbers(await run()));
  });
});

test('a batch computed in parts gives the weights of the whole batch', async () => {
  const [whole, parts] = [await run({}, { model: plain() }), await run({ microBatchSize: 10 }, { model: plain() })];
  for (const [name, values] of whole.weights) {
    // The same sums in another order, 21 steps of Adam: rounding of float32 grows to a few 1e-5 of weights of size 1.
    values.forEach((value, i) => expect(Math.abs(value - (parts.weights.get(name)?.[i] ?? NaN))).toBeLessThan(1e-4));
  }
  parts.history.forEach(({ trainLoss }, i) => expect(trainLoss).toBeCloseTo(whole.history[i]?.trainLoss ?? NaN, 4));
});

test('what is validated and given back are the averaged weights', async () => {
  for (const changes of [{ averageDecay: 0.95 }, { averageFrom: 1 }]) {
    const { weights, values } = await run({ ...changes, restoreBest: false });
    const plainRun = await run({ restoreBest: false });
    expect([...(weights.get('dense1.weight') ?? [])]).not.toEqual([...(plainRun.weights.get('dense1.weight') ?? [])]);
    const encoder = data.fit(split.trainIndices);
    const again = await evaluate({
      model: cnn(),
      weights,
      dataset: data,
      encoder,
      split: data.train,
      indices: split.validationIndices,
    });
    expect(again.loss).toBeCloseTo(values['loss'] ?? NaN, 6);
  }
});

test('averageFrom gives the mean of the weights at the ends of epochs', async () => {
  const ends: ReadonlyMap<string, Float32Array>[] = [];
  const averaged = await run(
    { averageFrom: 2, restoreBest: false },
    {
      model: plain(),
      onEpoch({ epoch }, capture) {
        if (epoch >= 2) ends.push(capture().variables);
        return 'continue';
      },
    },
  );
  const expected = averageWeights(ends.map((v) => new Map([...v].filter(([name]) => !name.includes('@')))));
  expect(numbers({ ...averaged, weights: expected }).weights).toEqual(numbers(averaged).weights);
});

test('the best checkpoints are kept, best first', async () => {
  const { kept, history, weights } = await run({ keepBest: 2, epochs: 4 });
  const losses = history.map(({ loss }) => loss).sort((a, b) => a - b);
  expect(kept.map(({ value }) => value)).toEqual(losses.slice(0, 2));
  expect([...(kept[0]?.weights.get('dense1.weight') ?? [])]).toEqual([...(weights.get('dense1.weight') ?? [])]);
});

test('steps report loss, learning rate, gradient norm and validation when it is due', async () => {
  const reports: unknown[] = [];
  const rates: number[] = [];
  const callback: Callback = {
    name: 'log',
    onStep({ step, learningRate, gradientNorm, evaluation }) {
      rates.push(learningRate);
      expect(gradientNorm).toBeGreaterThan(0);
      if (evaluation) reports.push([step, Object.keys(evaluation.metrics).includes('accuracy')]);
    },
  };
  const { evaluations, history } = await run({
    callbacks: [callback],
    evaluateEvery: 10,
    logGradientNorm: true,
    schedule: linear({ over: 20, unit: 'step' }),
  });
  expect(reports).toEqual([
    [10, true],
    [20, true],
  ]);
  expect(evaluations.map(({ step }) => step)).toEqual([10, 20]);
  expect(rates).toHaveLength(21);
  expect(rates[10]).toBeCloseTo(0.005, 10); // 0.01 · (1 − 10/20)
  expect(history.every(({ gradientNorm = 0 }) => gradientNorm > 0)).toBe(true);
});

test('clipping bounds the step that sgd makes', async () => {
  const options = { model: plain(), config: { ...config, optimizer: sgd({ learningRate: 1 }), epochs: 1 } };
  const before: FitState[] = [];
  await run(
    {},
    {
      ...options,
      config: { ...options.config, clipNorm: 0.01 },
      onStep: (r, capture) => {
        if (r.step <= 2) before.push(capture());
        return 'continue';
      },
    },
  );
  let squares = 0;
  for (const [name, values] of before[1]?.variables ?? []) {
    values.forEach((value, i) => (squares += (value - (before[0]?.variables.get(name)?.[i] ?? NaN)) ** 2));
  }
  // Step 2 moved by 1 · g with ‖g‖ = 0.01, if it was above that: with a loss of about 0.6 it is.
  expect(Math.sqrt(squares)).toBeCloseTo(0.01, 5);
});

test('a callback ends the fit, and unknown numbers are named', async () => {
  const stopper: Callback = {
    name: 'stopper',
    onStep: ({ step }, { stop }) => {
      if (step === 10) stop();
    },
  };
  const { stopReason, history } = await run({ callbacks: [stopper] });
  expect([stopReason, history.length]).toEqual(['callback', 1]);
  const wrong: Callback = { name: 'wrong', beforeStep: ({ set }) => set('learnRate', 1) };
  await expect(run({ callbacks: [wrong] })).rejects.toThrow(/no number "learnRate" to set.*learningRate/);
  await expect(run({ callbacks: [wrong, wrong] })).rejects.toThrow('two callbacks are called "wrong"');
});

test('a reduced learning rate follows a plateau', async () => {
  // No epoch can halve the loss, so that every epoch after the first counts as a plateau.
  const { history } = await run({ epochs: 3, plateau: reduceOnPlateau({ factor: 0.5, patience: 0, threshold: 0.99 }) });
  expect(history.map(({ learningRate }) => learningRate)).toEqual([0.01, 0.01, 0.005]);
});

test('balanced sampling shows every class equally often, each row of a class in turn', () => {
  const rows = rowsOfEpoch('balanced', split.trainIndices, data.train.targets, createRng(1));
  const rare = rows.filter((row) => data.train.targets[row] === 1);
  expect([rows.length, rare.length]).toEqual([200, 100]); // of 50 rows with class 1
  const seen = new Map<number, number>();
  for (const row of rare) seen.set(row, (seen.get(row) ?? 0) + 1);
  expect([seen.size, Math.max(...seen.values())]).toEqual([50, 2]);
});

test('techniques that contradict the data are refused before anything is compiled', async () => {
  const vectors = fromArrays({
    name: 'v',
    inputShape: [2],
    x: new Float32Array(20),
    y: Array.from({ length: 10 }, (_, i) => i % 2),
    labels: ['a', 'b'],
  });
  const options = {
    dataset: vectors,
    trainIndices: range(0, 8),
    validationIndices: range(8, 10),
    model: sequential([dense(2)]),
  };
  const small = { ...config, batchSize: 4 };
  await expect(run({}, { ...options, config: { ...small, augment: [flip()] } })).rejects.toThrow('flip changes images');
  await expect(run({}, { ...options, config: { ...small, augment: [cutMix()] } })).rejects.toThrow(
    'cutMix changes images',
  );
  await expect(run({ averageFrom: 1, averageDecay: 0.9 })).rejects.toThrow('two ways to average weights');
  await expect(run({ microBatchSize: 0 })).rejects.toThrow('microBatchSize must be a whole number >= 1; got 0');
  await expect(run({ keepBest: 1 }, { validationIndices: new Int32Array(0) })).rejects.toThrow(
    'keepBest goes by validation',
  );
});
