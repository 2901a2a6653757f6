/** Each image architecture learns real handwriting: digits at half their size, a few dozen steps of a narrow version. */
import { beforeAll, expect, test } from 'vitest';
import { type Dataset, fromArrays, loadDataset } from '#data';
import { compile, Variables } from '#engine';
import { cast, greater, input, mean } from '#graph';
import { createRng } from '#math';
import { dice, initialValues, type Layer, mobilenet, resnet, resnet9, trace, unet, vgg, vit } from '#nn';
import { adam, buildTrainStep } from '#optim';
import { fit } from './fit.ts';

const ROWS = 1000;
const MINUTES_MS = 180_000; // seconds where the machine is free

/** The first digits at 14 × 14, each pixel the mean of four, in the middle of a picture of `size`. */
async function smallDigits(size: number): Promise<Dataset> {
  const { train, fit: encoderOf, task } = await loadDataset('digits');
  const rows = Int32Array.from({ length: ROWS }, (_, i) => i);
  const full = new Float32Array(ROWS * 784);
  encoderOf(rows).read(train, rows, full);
  const x = new Float32Array(ROWS * size * size);
  const margin = (size - 14) / 2;
  for (let row = 0; row < ROWS; row++) {
    for (let y = 0; y < 28; y++) {
      for (let c = 0; c < 28; c++) {
        const at = (row * size + margin + (y >> 1)) * size + margin + (c >> 1);
        x[at] = (x[at] ?? 0) + (full[row * 784 + y * 28 + c] ?? 0) / 4;
      }
    }
  }
  const labels = task.kind === 'classification' ? task.labels : [];
  return fromArrays({
    name: 'small digits',
    inputShape: [1, size, size],
    x,
    y: train.targets.subarray(0, ROWS),
    labels,
  });
}

let digits: Dataset;
beforeAll(async () => {
  digits = await smallDigits(14);
});

const models: Readonly<Record<string, () => Layer>> = {
  resnet9: () => resnet9(10, { width: 4 }),
  'resnet of depth 8': () => resnet(10, { depth: 8 }),
  'vgg, on 32 × 32': () => vgg(10, { depth: 11, width: 1 / 16, dropout: 0 }), // it halves pictures five times
  mobilenet: () => mobilenet(10, { width: 0.25, dropout: 0 }),
  vit: () => vit(10, { patch: 2, features: 32, layers: 2, heads: 2 }),
};

test.each(Object.entries(models))(
  '%s reads a third of held-out digits or more after 75 steps',
  async (name, model) => {
    const dataset = name.includes('32') ? await smallDigits(32) : digits;
    const order = createRng('rows').shuffle(Int32Array.from({ length: ROWS }, (_, i) => i));
    const result = await fit({
      model: model(),
      dataset,
      trainIndices: order.slice(0, 800),
      validationIndices: order.slice(800),
      seed: 1,
      config: { optimizer: adam({ learningRate: 3e-3 }), batchSize: 32, epochs: 3 },
    });
    // Ten classes: chance is 0.1 with a standard error of 0.02 on 200 digits, so 0.33 is ten of them above it.
    expect(result.values['accuracy']).toBeGreaterThan(0.33);
  },
  MINUTES_MS,
);

test(
  'unet learns where the ink of digits is, from pictures with noise',
  async () => {
    const [size, batch] = [14, 16];
    const traced = trace(unet(1, { width: 4, depth: 1 }), [1, size, size], { training: true });
    const clean = input('clean', ['B', 1, size, size]);
    const mask = cast(greater(clean, 0.5), 'float32');
    const loss = mean(dice().perSample(traced.output, mask));
    const optimizer = adam({ learningRate: 0.01 });
    const step = buildTrainStep({ loss, parameters: traced.parameters, optimizer });
    const variables = new Variables();
    const initial = initialValues(traced, createRng(1));
    for (const { name, shape } of [...traced.parameters, ...traced.buffers]) {
      variables.declare(name, shape, initial.get(name) ?? new Float32Array());
    }
    for (const { name, shape } of step.slots) {
      variables.declare(name, shape, new Float32Array(shape.reduce((a, b) => a * b, 1)));
    }
    const statistics = traced.buffers.flatMap(({ name, next }) => (next ? [{ name, next }] : []));
    const program = await compile({ outputs: { loss }, updates: [...step.updates, ...statistics] }, { variables });
    const rng = createRng('noise');
    const encoder = digits.fit(Int32Array.of(0));
    const losses: number[] = [];
    for (let t = 1; t <= 60; t++) {
      const rows = Int32Array.from({ length: batch }, (_, i) => batch * t + i);
      const values = new Float32Array(batch * size * size);
      encoder.read(digits.train, rows, values);
      const noisy = values.map((v) => v + 0.3 * rng.normal());
      const out = await program.run({ input: noisy, clean: values, ...step.scalarFeeds(t, step.scalars) });
      losses.push(Number(out['loss']));
    }
    await program.release();
    const last = losses.slice(-5).reduce((a, b) => a + b / 5, 0);
    // Dice loss is 1 − overlap: what was missing of it at first is halved.
    expect(last).toBeLessThan((losses[0] ?? NaN) / 2);
  },
  MINUTES_MS,
);
