/**
 * Every differentiable op and its edge shapes, a line each: the gradient against central differences of the naive float64 evaluator,
 * ONNX Runtime's outputs and gradients against that evaluator, and the evaluator against PyTorch's numbers.
 */
import { describe, expect, it } from 'vitest';
import type { Rng } from '#math';
import { checkGradient, evaluate } from '#testing';
import type { Argument, Value } from '#testing';
import * as ops from './index.ts';
import type { Shape, Tensor } from './index.ts';
// torch 1.13.0 in float64, printed by scripts/golden/ops.py
import golden from './ops.golden.json' with { type: 'json' };

interface OpCase {
  readonly arguments: readonly Argument[];
  readonly build: (...xs: Tensor[]) => Tensor;
  /** What 'B' stands for in the gradient check. */
  readonly batches?: readonly number[];
}

const positive = (rng: Rng): number => 0.3 + rng.float() * 2;
/** Away from zero, where a kink or a pole would make the difference quotient wrong. */
const apart = (rng: Rng): number => (0.2 + rng.float()) * (rng.float() < 0.5 ? -1 : 1);
const labels = ops.constant([2, 0, 1], [3], 'int64');

const of = (build: (...xs: Tensor[]) => Tensor, ...shapes: (Shape | Argument)[]): OpCase => ({
  build,
  arguments: shapes.map((shape) => ('shape' in shape ? shape : { shape })),
});
const drawn = (shape: Shape, draw: (rng: Rng) => number): Argument => ({ shape, draw });
/** Shapes of conv2d: input, weight and bias. */
const conv = (options: ops.Conv2dOptions, x: Shape, w: Shape): OpCase =>
  of((a, b, c) => ops.conv2d(a, b, c ?? null, options), x, w, w.slice(0, 1));
const maxPool = (options: ops.WindowOptions, x: Shape): OpCase => of((a) => ops.maxPool2d(a, options), x);
const averagePool = (options: ops.AveragePool2dOptions, x: Shape): OpCase =>
  of((a) => ops.averagePool2d(a, options), x);

const norm = (rows: Shape, vectors: Shape, build: (...xs: Tensor[]) => Tensor): OpCase =>
  of(build, rows, vectors, vectors);
/** Shapes of convTranspose2d: input, weight and bias. */
const convTranspose = (options: ops.ConvTranspose2dOptions, x: Shape, w: Shape): OpCase => {
  const filters = Number(w[1]) * (options.groups ?? 1);
  return of((a, b, c) => ops.convTranspose2d(a, b, c ?? null, options), x, w, [filters]);
};
/** Shapes of conv1d: input, weight and bias. */
const convOverTime = (options: ops.Conv1dOptions, x: Shape, w: Shape): OpCase =>
  of((a, b, c) => ops.conv1d(a, b, c, options), x, w, w.slice(-1));

/** Third of five steps is padding. */
const real = ops.greater(ops.constant([1, 1, 0, 1, 1], [5, 1, 1]), 0);

const cases: Readonly<Record<string, OpCase>> = {
  abs: of(ops.abs, drawn(['B', 4], apart)),
  adaptiveAveragePool2d: of((x) => ops.adaptiveAveragePool2d(x, [3, 2]), ['B', 2, 7, 5]),
  'adaptiveAveragePool2d, even': of((x) => ops.adaptiveAveragePool2d(x, [2, 3]), ['B', 2, 4, 6]),
  'adaptiveAveragePool2d, larger than the image': of((x) => ops.adaptiveAveragePool2d(x, [3, 4]), ['B', 1, 2, 3]),
  adaptiveMaxPool2d: of((x) => ops.adaptiveMaxPool2d(x, [3, 2]), ['B', 2, 7, 5]),
  'adaptiveMaxPool2d, even': of((x) => ops.adaptiveMaxPool2d(x, [2, 3]), ['B', 2, 4, 6]),
  add: of(ops.add, ['B', 4], ['B', 4]),
  'add, a row': of(ops.add, ['B', 2, 4], [4]),
  'add, both stretched': of(ops.add, ['B', 1, 4], [5, 1]),
  'add, a scalar': of(ops.add, ['B', 4], []),
  attention: of((q, k = q, v = q) => ops.attention(q, k, v), ['B', 2, 3, 4], ['B', 2, 5, 4], ['B', 2, 5, 4]),
  'attention, causal and masked': of(
    (q, k = q, v = q) => {
      const bias = ops.add(ops.causalBias(4), ops.maskBias(ops.constant([1, 1, 0, 1])));
      return ops.attention(q, k, v, { bias });
    },
    ['B', 2, 4, 3],
    ['B', 2, 4, 3],
    ['B', 2, 4, 3],
  ),
  averagePool2d: averagePool({ size: 2 }, ['B', 3, 4, 6]),
  'averagePool2d, overlapping with padding': averagePool({ size: 3, stride: 2, padding: 1 }, ['B', 2, 7, 6]),
  'averagePool2d, padding not counted': averagePool({ size: 3, stride: 2, padding: 1, countPadding: false }, [
    'B',
    2,
    7,
    6,
  ]),
  'averagePool2d, stride does not divide': averagePool({ size: [2, 3], stride: [2, 3] }, ['B', 1, 5, 8]),
  'batchNorm, images': of((x, g, b) => ops.batchNorm(x, g, b).y, ['B', 3, 4, 5], [3], [3]),
  'batchNorm, rows': {
    ...of((x, g, b) => ops.batchNorm(x, g, b, { epsilon: 1e-3 }).y, ['B', 3], [3], [3]),
    batches: [5, 2],
  },
  batchNormInference: of(
    (x, g, b) => ops.batchNormInference(x, g, b, ops.constant([0.5, -1]), ops.constant([2, 0.5])),
    ['B', 2, 3, 3],
    [2],
    [2],
  ),
  clip: of((x) => ops.clip(x, -0.5, 0.7), ['B', 9]),
  concat: of((a, b) => ops.concat([a, b], 1), ['B', 2, 3], ['B', 4, 3]),
  conv1d: convOverTime({}, ['B', 6, 3], [3, 3, 4]),
  'conv1d, padding': convOverTime({ padding: [1, 2] }, ['B', 5, 2], [4, 2, 3]),
  'conv1d, stride and dilation': convOverTime({ stride: 2, dilation: 2, padding: [1, 1] }, ['B', 9, 2], [3, 2, 3]),
  'conv1d, window as long as the sequence': convOverTime({}, ['B', 4, 2], [4, 2, 1]),
  'conv2d, 3×3': conv({}, ['B', 2, 6, 5], [4, 2, 3, 3]),
  'conv2d, 1×1': conv({}, ['B', 3, 4, 4], [2, 3, 1, 1]),
  'conv2d, window as large as the image': conv({}, ['B', 2, 3, 4], [3, 2, 3, 4]),
  'conv2d, stride 2 with padding': conv({ stride: 2, padding: 1 }, ['B', 2, 7, 7], [3, 2, 3, 3]),
  'conv2d, stride does not divide': conv({ stride: [2, 3] }, ['B', 2, 8, 9], [3, 2, 3, 2]),
  'conv2d, stride larger than the window': conv({ stride: 3 }, ['B', 2, 9, 8], [2, 2, 2, 1]),
  'conv2d, padding differs by side': conv({ padding: [0, 1, 2, 1] }, ['B', 1, 5, 4], [2, 1, 3, 3]),
  'conv2d, even window, padding as "same"': conv({ padding: [0, 0, 1, 1] }, ['B', 2, 4, 4], [2, 2, 2, 2]),
  'conv2d, dilation': conv({ dilation: [2, 1], padding: [2, 1] }, ['B', 2, 6, 6], [2, 2, 3, 3]),
  'conv2d, dilation with stride': conv({ dilation: 2, stride: 2 }, ['B', 2, 8, 9], [2, 2, 3, 2]),
  'conv2d, groups': conv({ groups: 2, padding: 1 }, ['B', 4, 5, 5], [6, 2, 3, 3]),
  'conv2d, depthwise': conv({ groups: 3, padding: 1, stride: 2 }, ['B', 3, 5, 6], [3, 1, 3, 3]),
  'conv2d, depthwise with a multiplier': conv({ groups: 3 }, ['B', 3, 5, 5], [6, 1, 3, 3]),
  'conv2d, no bias': of((x, w) => ops.conv2d(x, w), ['B', 2, 5, 5], [3, 2, 3, 3]),
  convTranspose2d: convTranspose({}, ['B', 2, 3, 4], [2, 3, 3, 3]),
  'convTranspose2d, stride': convTranspose({ stride: 2 }, ['B', 3, 4, 3], [3, 2, 2, 2]),
  'convTranspose2d, padding and extra': convTranspose(
    { stride: 2, padding: 1, extra: [1, 1] },
    ['B', 2, 3, 4],
    [2, 3, 3, 3],
  ),
  'convTranspose2d, dilation': convTranspose({ dilation: 2, padding: [1, 2] }, ['B', 1, 4, 4], [1, 2, 3, 3]),
  'convTranspose2d, groups': convTranspose({ groups: 2, stride: [1, 2] }, ['B', 4, 3, 3], [4, 2, 2, 3]),
  dense: of(ops.dense, ['B', 5], [5, 4], [4]),
  'dense, of sequences': of(ops.dense, ['B', 3, 5], [5, 2], [2]),
  'dense, no bias': of((x, w) => ops.dense(x, w), ['B', 5], [5, 1]),
  div: of(ops.div, ['B', 4], drawn(['B', 4], apart)),
  'div, by a row': of(ops.div, ['B', 2, 4], drawn([4], apart)),
  elu: of(ops.elu, drawn(['B', 6], apart)),
  erf: of(ops.erf, ['B', 5]),
  exp: of(ops.exp, ['B', 5]),
  expand: of((x) => ops.expand(x, [2, 3, 4]), [3, 1]),
  flatten: of(ops.flatten, ['B', 2, 3]),
  gatherRows: of((table) => ops.gatherRows(table, ops.constant([1, 0, 3, 1, 1, 3], [2, 3], 'int64')), [5, 2]),
  gelu: of(ops.gelu, ['B', 7]),
  gemm: of((a, b) => ops.gemm(a, b), ['B', 4], [4, 3]),
  'gemm, first transposed': of((a, b) => ops.gemm(a, b, { transA: true }), ['B', 4], ['B', 3]),
  'gemm, second transposed': of((a, b) => ops.gemm(a, b, { transB: true }), ['B', 4], [3, 4]),
  'gemm, both transposed': of((a, b) => ops.gemm(a, b, { transA: true, transB: true }), [4, 'B'], [3, 4]),
  globalAveragePool2d: of(ops.globalAveragePool2d, ['B', 3, 4, 5]),
  globalMaxPool2d: of(ops.globalMaxPool2d, ['B', 3, 4, 5]),
  groupNorm: norm(['B', 6, 3, 2], [6], (x, g = x, b = x) => ops.groupNorm(x, g, b, 3)),
  'groupNorm, one group': norm(['B', 4, 3, 3], [4], (x, g = x, b = x) => ops.groupNorm(x, g, b, 1, { epsilon: 1e-3 })),
  'groupNorm, a group for each channel': norm(['B', 3, 4, 3], [3], (x, g = x, b = x) => ops.groupNorm(x, g, b, 3)),
  gru: of((z, r = z, b = z) => ops.gru(z, r, b), [4, 'B', 6], [2, 6], [2]),
  'gru, reversed with padding': of(
    (z, r = z, b = z) => ops.gru(z, r, b, { real, reverse: true }),
    [5, 'B', 6],
    [2, 6],
    [2],
  ),
  layerNorm: norm(['B', 5], [5], (x, g = x, b = x) => ops.layerNorm(x, g, b)),
  'layerNorm, of sequences': norm(['B', 3, 4], [4], (x, g = x, b = x) => ops.layerNorm(x, g, b, { epsilon: 1e-3 })),
  leakyRelu: of((x) => ops.leakyRelu(x, 0.2), drawn(['B', 6], apart)),
  log: of(ops.log, drawn(['B', 5], positive)),
  logSoftmax: of((x) => ops.logSoftmax(x), ['B', 5]),
  'logSoftmax, inner axis': of((x) => ops.logSoftmax(x, 1), ['B', 4, 2]),
  lstm: of((z, r = z) => ops.lstm(z, r), [4, 'B', 8], [2, 8]),
  'lstm, reversed': of((z, r = z) => ops.lstm(z, r, { reverse: true }), [3, 'B', 4], [1, 4]),
  'lstm, one step': of((z, r = z) => ops.lstm(z, r), [1, 'B', 8], [2, 8]),
  'lstm, padding': of((z, r = z) => ops.lstm(z, r, { real }), [5, 'B', 8], [2, 8]),
  'lstm, reversed with padding': of((z, r = z) => ops.lstm(z, r, { real, reverse: true }), [5, 'B', 8], [2, 8]),
  matmul: of(ops.matmul, ['B', 3, 4], ['B', 4, 2]),
  'matmul, one matrix for all': of(ops.matmul, ['B', 3, 4], [4, 2]),
  'matmul, leading axes stretched': of(ops.matmul, ['B', 1, 3, 4], [2, 4, 2]),
  maxPool2d: maxPool({ size: 2 }, ['B', 3, 4, 6]),
  'maxPool2d, odd sizes': maxPool({ size: 2 }, ['B', 2, 7, 5]),
  'maxPool2d, 3×2 windows': maxPool({ size: [3, 2] }, ['B', 2, 7, 5]),
  'maxPool2d, 1×1 window': maxPool({ size: 1, stride: 2 }, ['B', 2, 5, 4]),
  'maxPool2d, apart': maxPool({ size: 2, stride: 3 }, ['B', 2, 8, 7]),
  'maxPool2d, overlapping': maxPool({ size: 3, stride: 2 }, ['B', 2, 7, 8]),
  'maxPool2d, overlapping with padding': maxPool({ size: 3, stride: 2, padding: 1 }, ['B', 2, 6, 7]),
  'maxPool2d, stride 1': maxPool({ size: 2, stride: 1 }, ['B', 2, 4, 5]),
  'maxPool2d, padding': maxPool({ size: 2, padding: 1 }, ['B', 2, 5, 4]),
  'maxPool2d, padding differs by side': maxPool({ size: 3, stride: 2, padding: [0, 0, 1, 1] }, ['B', 1, 6, 6]),
  'maxPool2d, dilation': maxPool({ size: 2, stride: 2, dilation: 2 }, ['B', 1, 7, 7]),
  'maxPool2d, after relu': of((x) => ops.maxPool2d(ops.relu(x), { size: 2 }), ['B', 3, 4, 4]),
  max: of((x) => ops.max(x), ['B', 3, 5]),
  'max, inner axis': of((x) => ops.max(x, 1), ['B', 4, 2]),
  maximum: of(ops.maximum, ['B', 4], ['B', 4]),
  'maximum, with a number': of((x) => ops.maximum(x, 0.1), ['B', 6]),
  mean: of((x) => ops.mean(x), ['B', 4]),
  'mean, inner axis kept': of((x) => ops.mean(x, { axes: [1], keepDims: true }), ['B', 3, 2]),
  'mean, over batch and last': of((x) => ops.mean(x, { axes: [0, -1] }), ['B', 3, 2]),
  minimum: of(ops.minimum, ['B', 4], [4]),
  mul: of(ops.mul, ['B', 4], ['B', 4]),
  'mul, a column': of(ops.mul, ['B', 4], ['B', 1]),
  'mul, a scalar': of(ops.mul, [], ['B', 4]),
  neg: of(ops.neg, ['B', 4]),
  pad: of((x) => ops.pad(x, [{ axis: 1, before: 1, after: 2 }]), ['B', 3]),
  pick: { ...of((x) => ops.pick(x, labels), [3, 4]) },
  pow: of((x) => ops.pow(x, 2.5), drawn(['B', 5], positive)),
  reciprocal: of(ops.reciprocal, drawn(['B', 5], apart)),
  relu: of(ops.relu, drawn(['B', 6], apart)),
  reshape: of((x) => ops.reshape(x, ['B', 3, 2]), ['B', 6]),
  'reshape, batch joined': of((x) => ops.reshape(x, [-1, 2]), ['B', 3, 2]),
  rmsNorm: of((x, g) => ops.rmsNorm(x, g ?? x), ['B', 5], [5]),
  'rmsNorm, of sequences': of((x, g) => ops.rmsNorm(x, g ?? x, { epsilon: 1e-3 }), ['B', 3, 4], [4]),
  rotary: of((x) => ops.rotary(x), ['B', 2, 3, 6]),
  sigmoid: of(ops.sigmoid, ['B', 5]),
  silu: of(ops.silu, ['B', 7]),
  simpleRnn: of((z, r = z) => ops.simpleRnn(z, r), [4, 'B', 3], [3, 3]),
  'simpleRnn, reversed with padding': of(
    (z, r = z) => ops.simpleRnn(z, r, { real, reverse: true }),
    [5, 'B', 3],
    [3, 3],
  ),
  slice: of((x) => ops.slice(x, [{ axis: 1, start: 1, end: 3 }]), ['B', 4]),
  'slice, strided': of(
    (x) =>
      ops.slice(x, [
        { axis: 1, start: 1, end: 6, step: 2 },
        { axis: 2, start: 0, end: 5, step: 3 },
      ]),
    ['B', 7, 5],
  ),
  softmax: of((x) => ops.softmax(x), ['B', 5]),
  'softmax, inner axis': of((x) => ops.softmax(x, 1), ['B', 4, 2]),
  softplus: of(ops.softplus, ['B', 5]),
  split: of(
    (x) => {
      const [a, b, c] = ops.split(x, [2, 1, 3], 1);
      return ops.concat([c ?? x, ops.square(a ?? x), b ?? x], 1);
    },
    ['B', 6],
  ),
  'split, one part unused': of((x) => ops.split(x, [2, 1, 3], 1)[2] ?? x, ['B', 6]),
  sqrt: of(ops.sqrt, drawn(['B', 5], positive)),
  square: of(ops.square, ['B', 5]),
  sub: of(ops.sub, ['B', 4], [4]),
  sum: of((x) => ops.sum(x), ['B', 4]),
  'sum, inner axes': of((x) => ops.sum(x, { axes: [1, 3] }), ['B', 2, 3, 2]),
  tanh: of(ops.tanh, ['B', 5]),
  transpose: of((x) => ops.transpose(x, [2, 0, 1]), ['B', 3, 2]),
  'upsample2d, nearest': of((x) => ops.upsample2d(x, 2), ['B', 2, 3, 4]),
  'upsample2d, nearest by 3': of((x) => ops.upsample2d(x, 3), ['B', 1, 1, 2]),
  'upsample2d, bilinear': of((x) => ops.upsample2d(x, 2, 'bilinear'), ['B', 2, 3, 4]),
  'upsample2d, bilinear by 3': of((x) => ops.upsample2d(x, 3, 'bilinear'), ['B', 1, 4, 1]),
  where: of((a, b) => ops.where(ops.greater(a, b), a, ops.mul(b, 2)), ['B', 5], [5]),
};

/** Inputs with equal numbers, where there is no derivative to measure: the chosen gradient is PyTorch's. */
const ties: typeof cases = {
  'max, ties': of((x) => ops.max(x), ['B', 3, 8]),
  'maxPool2d, ties': maxPool({ size: 2 }, ['B', 2, 6, 6]),
  'maxPool2d, overlapping, ties': maxPool({ size: 3, stride: 2, padding: 1 }, ['B', 2, 6, 7]),
};

describe.each(Object.entries(cases))('%s', (_name, op) => {
  it('has the gradient that finite differences show, and ONNX Runtime agrees', async () => {
    const { differences, runtime } = await checkGradient(op);
    // Central differences in float64 with step 1e-5: truncation about 1e-10, rounding about 1e-11.
    expect(differences).toBeLessThan(1e-6);
    // float32 has 6e-8; sums of a few hundred products lose two digits, and division by small numbers one more.
    expect(runtime).toBeLessThan(1e-4);
  });
});

const toValue = ({ shape, data }: { shape: number[]; data: number[] }): Value => ({
  shape,
  data: Float64Array.from(data),
});

describe('the numbers of PyTorch', () => {
  it.each(Object.entries(golden))('%s', (name, { inputs, r, y, gradients }) => {
    const op = cases[name] ?? ties[name];
    if (op === undefined) throw new Error(`no op is called ${name}`);
    const xs = op.arguments.map(({ shape }, i) => ops.input(`x${i}`, shape));
    const built = op.build(...xs);
    const loss = ops.sum(ops.mul(built, ops.input('r', built.shape)));
    const feeds = { r: toValue(r), ...Object.fromEntries(inputs.map((value, i) => [`x${i}`, toValue(value)])) };
    const got = evaluate([built, ...ops.gradients(loss, xs)], feeds);
    for (const [i, wanted] of [y, ...gradients].entries()) {
      expect(got[i]?.shape).toEqual(wanted.shape);
      // The file holds 9 significant digits.
      wanted.data.forEach((x, k) =>
        expect(Math.abs((got[i]?.data[k] ?? NaN) - x)).toBeLessThan(1e-8 * (1 + Math.abs(x))),
      );
    }
  });

  it('are there for every op of the table', () => {
    expect(Object.keys(golden).sort()).toEqual([...Object.keys(cases), ...Object.keys(ties)].sort());
  });
});
