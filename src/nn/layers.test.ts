/**
 * Every layer against PyTorch: output, input gradient, parameter gradients, running statistics. A new layer is a line in the
 * table and a case in scripts/golden/layers.py. In float64 by the naive evaluator and in float32 by the engine.
 */
import { expect, test } from 'vitest';
import { compile, Variables } from '#engine';
import { gradients, input, mul, sum, type Tensor } from '#graph';
import { createRng } from '#math';
import { evaluate } from '#testing';
import golden from './layers.golden.json' with { type: 'json' };
import {
  activation,
  adaptiveAveragePool2d,
  adaptiveMaxPool2d,
  averagePool2d,
  batchNorm,
  concatenate,
  conv1d,
  conv2d,
  convTranspose2d,
  dense,
  dropout,
  embedding,
  flatten,
  ftTransformer,
  functional,
  globalAveragePool1d,
  globalAveragePool2d,
  globalMaxPool1d,
  globalMaxPool2d,
  groupNorm,
  gru,
  initialValues,
  layerNorm,
  type Layer,
  learnedPositions,
  lstm,
  maxPool2d,
  multiHeadAttention,
  residual,
  rmsNorm,
  sequential,
  simpleRnn,
  sinusoidalPositions,
  spatialDropout,
  squeezeExcite,
  stochasticDepth,
  tabularResnet,
  trace,
  type Trace,
  transformerDecoderBlock,
  transformerEncoderBlock,
  upsample2d,
} from './index.ts';

interface Numbers {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}
interface Case {
  readonly x: Numbers;
  readonly parameters: Readonly<Record<string, Numbers>>;
  readonly y: Numbers;
  readonly cotangent: Numbers;
  readonly dx: Numbers;
  readonly gradients: Readonly<Record<string, Numbers>>;
  readonly buffers?: Readonly<Record<string, Numbers>>;
  readonly buffersAfter?: Readonly<Record<string, Numbers>>;
}
/** JSON types each case by the parameters it has; here they are all alike. */
const cases: Readonly<Record<string, Case>> = golden.cases;

/** Sums of at most 200 products of numbers around 1: float32 rounds them by 1e-5 at most, every wrong formula by 1e-2. */
const FLOAT32 = 2e-5;
/** The reference numbers are rounded to ten digits after the point. */
const FLOAT64 = 1e-9;

function expectClose(got: unknown, { values }: Numbers, tolerance = FLOAT32): void {
  const numbers = got instanceof Float32Array || got instanceof Float64Array ? got : Float32Array.of();
  expect(numbers).toHaveLength(values.length);
  // Relative to the largest of an array: a small number may be the difference of two large ones.
  const scale = Math.max(1, ...values.map(Math.abs));
  values.forEach((want, i) => expect(Math.abs((numbers[i] ?? NaN) - want)).toBeLessThanOrEqual(tolerance * scale));
}

const net = sequential([
  conv2d(4, 3, { stride: 2, activation: 'tanh' }),
  residual(sequential([conv2d(4, 3, { padding: 'same', activation: 'tanh' })])),
  averagePool2d(2),
  flatten(),
  dense(3),
]);

const words = () => embedding(7, 6, { paddingId: 0 });

// Printed by scripts/golden/layers.py (PyTorch 1.13.0, float64).
const againstTorch: readonly (readonly [string, Layer])[] = [
  ['conv2d', conv2d(3, 3)],
  ['conv2d stride and symmetric padding', conv2d(3, [3, 2], { stride: [2, 1], padding: 1 })],
  ['conv2d same, stride 2', conv2d(3, 3, { stride: 2, padding: 'same' })],
  ['conv2d same, even kernel', conv2d(3, [4, 2], { padding: 'same' })],
  ['conv2d dilation', conv2d(2, 3, { dilation: 2 })],
  ['conv2d groups', conv2d(6, 3, { groups: 2, padding: 1 })],
  ['conv2d depthwise', conv2d(2, 3, { groups: 2, stride: 2 })],
  ['dense', dense(4)],
  ['dense on sequences', dense(4)],
  ['maxPool2d', maxPool2d()],
  ['maxPool2d overlapping, padded', maxPool2d(3, { stride: 2, padding: 1 })],
  ['averagePool2d', averagePool2d()],
  ['averagePool2d overlapping, padded', averagePool2d(3, { stride: 2, padding: 1 })],
  ['averagePool2d same', averagePool2d(3, { stride: 2, padding: 'same' })],
  ['globalAveragePool2d', globalAveragePool2d()],
  ['batchNorm training', batchNorm()],
  ['batchNorm inference', batchNorm()],
  ['batchNorm of vectors', batchNorm()],
  ['net', net],
  ['layerNorm', layerNorm()],
  ['layerNorm of sequences', layerNorm({ epsilon: 1e-3 })],
  ['rmsNorm', rmsNorm()],
  ['groupNorm', groupNorm(3)],
  ['adaptiveAveragePool2d', adaptiveAveragePool2d(4)],
  ['adaptiveMaxPool2d', adaptiveMaxPool2d([3, 4])],
  ['globalMaxPool2d', globalMaxPool2d()],
  ['conv1d', conv1d(4, 3)],
  ['conv1d causal, dilation', conv1d(2, 3, { padding: 'causal', dilation: 2 })],
  ['conv1d same, stride 2', conv1d(2, 4, { padding: 'same', stride: 2 })],
  ['convTranspose2d', convTranspose2d(3, 3)],
  ['convTranspose2d stride and padding', convTranspose2d(4, 3, { stride: 2, padding: 1, groups: 2 })],
  ['convTranspose2d same', convTranspose2d(3, 3, { stride: 2, padding: 'same' })],
  ['convTranspose2d same, window smaller than the stride', convTranspose2d(2, 2, { stride: 3, padding: 'same' })],
  ['squeezeExcite', squeezeExcite({ ratio: 3 })],
  ['upsample2d', upsample2d()],
  ['upsample2d bilinear', upsample2d(3, { mode: 'bilinear' })],
  ['concatenate', concatenate([conv2d(2, 3, { padding: 1 }), conv2d(3, 1)])],
  ['embedding', embedding(7, 3)],
  ['embedding with padding', embedding(7, 3, { paddingId: 0 })],
  ['sinusoidalPositions', sinusoidalPositions()],
  ['learnedPositions', learnedPositions()],
  ['multiHeadAttention', multiHeadAttention(2)],
  ['multiHeadAttention causal', multiHeadAttention(2, { causal: true })],
  ['multiHeadAttention rotary', multiHeadAttention(1, { rotary: true })],
  ['multiHeadAttention with padding', sequential([words(), multiHeadAttention(2)])],
  ['transformerEncoderBlock with padding', sequential([words(), transformerEncoderBlock(2, { hidden: 8 })])],
  [
    'transformerEncoderBlock causal, norm after',
    transformerEncoderBlock(2, { hidden: 8, causal: true, norm: 'after' }),
  ],
  [
    'transformerDecoderBlock',
    functional((x, apply) => apply(transformerDecoderBlock(2, apply(conv1d(6, 2), x), { hidden: 8 }), x)),
  ],
  ['globalAveragePool1d', globalAveragePool1d()],
  ['globalAveragePool1d with padding', sequential([words(), globalAveragePool1d()])],
  ['globalMaxPool1d', globalMaxPool1d()],
  ['globalMaxPool1d with padding', sequential([words(), globalMaxPool1d()])],
  ...Object.entries({ simpleRnn, gru, lstm }).flatMap(([kind, layer]): [string, Layer][] => [
    [kind, layer(4)],
    [`${kind} of every step`, layer(2, { returnSequences: true })],
    [`${kind} bidirectional`, layer(2, { bidirectional: true })],
    [`${kind} with padding`, sequential([embedding(7, 3, { paddingId: 0 }), layer(2)])],
    [
      `${kind} of every step, bidirectional with padding`,
      sequential([embedding(7, 3, { paddingId: 0 }), layer(2, { bidirectional: true, returnSequences: true })]),
    ],
  ]),
  [
    'ftTransformer',
    ftTransformer(2, {
      columns: [1, 2, 3],
      features: 4,
      heads: 2,
      blocks: 2,
      hidden: 5,
      attentionDropout: 0,
      dropout: 0,
    }),
  ],
  ['tabularResnet', tabularResnet(2, { features: 4, hidden: 5, dropout: 0 })],
  ['stacked', sequential([lstm(2, { returnSequences: true }), gru(3)])],
];

test('every case that PyTorch printed is tested', () => {
  expect(againstTorch.map(([name]) => name).sort()).toEqual(Object.keys(cases).sort());
});

test.each(againstTorch)('%s is that of PyTorch, forward and backward', async (name, layer) => {
  const expected = cases[name];
  if (expected === undefined) throw new Error(`no case ${name}`);
  const training = name !== 'batchNorm inference';
  const traced = trace(layer, expected.x.shape.slice(1), { training });
  expect(traced.output.shape).toEqual(['B', ...expected.y.shape.slice(1)]);
  expect(traced.parameters.map((p) => p.name)).toEqual(Object.keys(expected.parameters));

  // The cotangent makes a scalar of the output, and so gives gradients their direction.
  const cotangent = input('cotangent', traced.output.shape);
  const scalar = sum(mul(traced.output, cotangent));
  const wrt = [traced.input, ...traced.parameters.map((p) => p.tensor)];
  const dwrt = gradients(scalar, wrt);
  const outputs: Record<string, Tensor> = { y: traced.output };
  const wants: Record<string, Numbers> = {
    y: expected.y,
    'd input': expected.dx,
    ...Object.fromEntries(Object.entries(expected.gradients).map(([name, gradient]) => [`d ${name}`, gradient])),
    ...expected.buffersAfter,
  };
  const want = (name: string): Numbers => {
    const numbers = wants[name];
    if (numbers === undefined) throw new Error(`PyTorch printed no ${name}`);
    return numbers;
  };
  ['input', ...traced.parameters.map((p) => p.name)].forEach((of, i) => (outputs[`d ${of}`] = dwrt[i] ?? scalar));
  const variables = new Variables();
  const given = { ...expected.parameters, ...expected.buffers };
  for (const { name, shape } of [...traced.parameters, ...traced.buffers]) {
    expect(shape).toEqual(given[name]?.shape);
    variables.declare(name, shape, Float32Array.from(given[name]?.values ?? []));
  }
  const updates = traced.buffers.flatMap(({ name, next }) => (next === undefined ? [] : [{ name, next }]));
  const tensors = { ...outputs, ...Object.fromEntries(updates.map(({ name, next }) => [name, next])) };
  const feeds = Object.entries({ input: expected.x, cotangent: expected.cotangent, ...given });
  const exact = evaluate(
    Object.values(tensors),
    Object.fromEntries(feeds.map(([name, { shape, values }]) => [name, { shape, data: Float64Array.from(values) }])),
  );
  Object.keys(tensors).forEach((name, i) => expectClose(exact[i]?.data, want(name), FLOAT64));

  const program = await compile({ outputs, updates }, { variables });
  const got = await program.run({
    input: Float32Array.from(expected.x.values),
    cotangent: Float32Array.from(expected.cotangent.values),
  });
  await program.release();

  for (const name of Object.keys(outputs)) expectClose(got[name], want(name));
  for (const { name } of updates) expectClose(variables.get(name), want(name));
});

/** Output of a model in inference or training on values, with fresh weights. */
async function apply(traced: Trace, feeds: Record<string, Float32Array>): Promise<Float32Array> {
  const variables = new Variables();
  const values = initialValues(traced, createRng(1));
  for (const { name, shape } of [...traced.parameters, ...traced.buffers]) {
    variables.declare(name, shape, values.get(name) ?? new Float32Array());
  }
  const program = await compile({ outputs: { y: traced.output } }, { variables });
  const { y } = await program.run(feeds);
  await program.release();
  return y instanceof Float32Array ? y : Float32Array.of();
}

test('dropout keeps what the mask keeps, divided by 1 − rate, and does nothing in inference', async () => {
  const x = Float32Array.of(1, 2, 3, 4, 5, 6);
  const training = trace(dropout(0.75), [3], { training: true });
  const y = await apply(training, { input: x, mask: Float32Array.of(1, 0, 1, 0, 0, 1) });
  expect([...y]).toEqual([4, 0, 12, 0, 0, 24]);
  const inference = trace(dropout(0.75), [3]);
  expect(inference.output).toBe(inference.input);
});

test('spatialDropout drops whole channels, stochasticDepth whole samples', async () => {
  const x = Float32Array.from({ length: 16 }, (_, i) => i + 1); // [2, 2, 2, 2]
  const channels = await apply(trace(spatialDropout(0.5), [2, 2, 2], { training: true }), {
    input: x,
    mask: Float32Array.of(1, 0, 0, 1),
  });
  expect([...channels]).toEqual([2, 4, 6, 8, 0, 0, 0, 0, 0, 0, 0, 0, 26, 28, 30, 32]);
  const samples = await apply(trace(stochasticDepth(0.75), [2, 2, 2], { training: true }), {
    input: x,
    mask: Float32Array.of(0, 1),
  });
  expect([...samples]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 36, 40, 44, 48, 52, 56, 60, 64]);
  const features = trace(spatialDropout(0.5), [5, 3], { training: true });
  expect(features.masks[0]?.shape).toEqual(['B', 1, 3]);
  const inference = trace(stochasticDepth(0.75), [2, 2, 2]);
  expect(inference.output).toBe(inference.input);
});

test('a sequence that is all padding gives finite numbers, and nothing when pooled', async () => {
  const block = sequential([words(), transformerEncoderBlock(2)]);
  const y = await apply(trace(block, [4]), { input: Float32Array.of(0, 0, 0, 0, 1, 2, 0, 0) });
  expect([...y].every(Number.isFinite)).toBe(true);
  for (const pool of [globalAveragePool1d(), globalMaxPool1d()]) {
    const pooled = await apply(trace(sequential([words(), pool]), [4]), { input: Float32Array.of(0, 0, 0, 0) });
    expect([...pooled].map(Math.abs)).toEqual([0, 0, 0, 0, 0, 0]);
  }
});

test('what stands at padding, and how much of it, changes nothing of the pooled result', async () => {
  const model = sequential([words(), sinusoidalPositions(), transformerEncoderBlock(2), globalAveragePool1d()]);
  const short = await apply(trace(model, [3]), { input: Float32Array.of(4, 2, 5) });
  const long = await apply(trace(model, [6]), { input: Float32Array.of(4, 2, 5, 0, 0, 0) });
  // The same products in another order.
  expectClose(long, { shape: [1, 6], values: [...short] }, 1e-5);
});

test('a recurrent graph does not grow with the steps', async () => {
  const bytes = async (steps: number): Promise<number> => {
    const traced = trace(lstm(8), [steps, 4], { training: true });
    const [dx = traced.input] = gradients(sum(traced.output), [traced.input]);
    const variables = new Variables();
    for (const { name, shape } of traced.parameters) variables.declare(name, shape, new Float32Array(sizeOf(shape)));
    const program = await compile({ outputs: { dx } }, { variables });
    await program.release();
    return program.onnx.length;
  };
  // Only the numbers in shapes are longer.
  expect(Math.abs((await bytes(200)) - (await bytes(2)))).toBeLessThan(200);
});

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, dim) => size * dim, 1);

test('flatten is row-major over channels, rows, columns', async () => {
  const x = Float32Array.from({ length: 24 }, (_, i) => i);
  const traced = trace(sequential([flatten(), activation('linear'), activation('relu')]), [2, 3, 2]);
  expect(traced.output.shape).toEqual(['B', 12]);
  expect(await apply(traced, { input: x })).toEqual(x);
});

// By hand: torch.nn.functional of the same name at −2 and 1; softmax over the pair.
test.each([
  ['linear', [-2, 1]],
  ['relu', [0, 1]],
  ['leakyRelu', [-0.02, 1]],
  ['elu', [Math.expm1(-2), 1]],
  ['silu', [-2 / (1 + Math.exp(2)), 1 / (1 + Math.exp(-1))]],
  ['sigmoid', [1 / (1 + Math.exp(2)), 1 / (1 + Math.exp(-1))]],
  ['tanh', [Math.tanh(-2), Math.tanh(1)]],
  ['softplus', [Math.log1p(Math.exp(-2)), Math.log1p(Math.exp(1))]],
  ['softmax', [1 / (1 + Math.exp(3)), 1 / (1 + Math.exp(-3))]],
  ['gelu', [-0.04550026389635842, 0.8413447460685429]], // x Φ(x); Φ(−2), Φ(1) as SciPy's norm.cdf prints them
] as const)('activation %s', async (name, expected) => {
  const y = await apply(trace(activation(name), [2]), { input: Float32Array.of(-2, 1) });
  expectClose(y, { shape: [1, 2], values: expected });
});

test('an option activates the output of its layer', async () => {
  const both = async (layer: Layer) => apply(trace(layer, [5]), { input: Float32Array.of(1, -2, 3, -4, 5) });
  const [plain, activated] = [await both(dense(8)), await both(dense(8, { activation: 'relu' }))];
  expect(Math.min(...plain)).toBeLessThan(0);
  expect(activated).toEqual(plain.map((value) => Math.max(value, 0)));
});

test('batchNorm survives a batch of one value per channel', async () => {
  const traced = trace(batchNorm({ momentum: 1 }), [2], { training: true });
  const variables = new Variables();
  for (const { name, shape } of [...traced.parameters, ...traced.buffers]) {
    variables.declare(name, shape, Float32Array.of(1, 1));
  }
  const updates = traced.buffers.flatMap(({ name, next }) => (next === undefined ? [] : [{ name, next }]));
  const program = await compile({ outputs: { y: traced.output }, updates }, { variables });
  const { y } = await program.run({ input: Float32Array.of(3, -4) });
  await program.release();
  expect(y).toEqual(Float32Array.of(1, 1)); // only the shift is left
  expect(variables.get('mean')).toEqual(Float32Array.of(3, -4));
  expect(variables.get('variance')).toEqual(Float32Array.of(0, 0));
});

test('odd image sizes are cut as the windows fit', () => {
  const { parameters } = trace(
    sequential([conv2d(2, 3, { stride: 2 }), maxPool2d(2), flatten(), dense(2)]),
    [1, 11, 7],
  );
  // 11×7 → 5×3 → 2×1
  expect(parameters.map((p) => p.shape)).toEqual([[2, 1, 3, 3], [2], [4, 2], [2]]);
});
