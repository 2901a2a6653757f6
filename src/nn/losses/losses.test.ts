import { expect, test } from 'vitest';
import { compile, Variables } from '#engine';
import { gradients, input, parameter, sum } from '#graph';
import { evaluate as evaluateNaively } from '#testing';
import {
  binaryCrossEntropy,
  binaryFocal,
  dice,
  focal,
  huber,
  iou,
  klDivergence,
  type Loss,
  meanAbsoluteError,
  meanSquaredError,
  softmaxCrossEntropy,
  weightedLosses,
} from './index.ts';
import golden from './losses.golden.json' with { type: 'json' };

/** Loss of each sample and the gradient of their sum as a graph. */
function graphOf(loss: Loss, output: Numbers, target: Numbers) {
  const z = parameter('output', output.shape);
  const perSample = loss.perSample(z, input('target', target.shape, loss.targetDtype));
  const [dz = z] = gradients(sum(perSample), [z]);
  return { perSample, dz };
}

/** Their values in float32 through the engine. */
async function evaluate(loss: Loss, output: Numbers, target: Numbers) {
  const variables = new Variables();
  variables.declare('output', output.shape, Float32Array.from(output.values));
  const program = await compile({ outputs: graphOf(loss, output, target) }, { variables });
  const fed = loss.targetDtype === 'int64' ? Int32Array.from(target.values) : Float32Array.from(target.values);
  const result = await program.run({ target: fed });
  await program.release();
  return result;
}

interface Numbers {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

function expectClose(
  got: Float32Array | Float64Array | number | undefined,
  wants: readonly number[],
  rtol: number,
  atol: number,
): void {
  expect(got).toHaveLength(wants.length);
  const values = typeof got === 'object' ? got : [];
  wants.forEach((want, i) =>
    expect(Math.abs((values[i] ?? NaN) - want)).toBeLessThanOrEqual(atol + rtol * Math.abs(want)),
  );
}

interface Case {
  readonly output: Numbers;
  readonly target: Numbers;
  readonly perSample: readonly number[];
  readonly gradient: readonly number[];
}

// Printed by scripts/golden/losses.py (PyTorch 1.13.0, float64).
const againstTorch: readonly (readonly [Exclude<keyof typeof golden, 'torch'>, Loss])[] = [
  ['softmaxCrossEntropy', softmaxCrossEntropy()],
  ['softmaxCrossEntropy smoothed', softmaxCrossEntropy({ labelSmoothing: 0.1 })],
  ['softmaxCrossEntropy of sequences', softmaxCrossEntropy()],
  ['binaryCrossEntropy from logits', binaryCrossEntropy({ fromLogits: true })],
  ['binaryCrossEntropy of several labels', binaryCrossEntropy({ fromLogits: true })],
  ['binaryCrossEntropy', binaryCrossEntropy()],
  ['meanSquaredError', meanSquaredError()],
  ['softmaxCrossEntropy weighted', softmaxCrossEntropy({ classWeights: [0.5, 2, 1, 0] })],
  [
    'softmaxCrossEntropy weighted and smoothed',
    softmaxCrossEntropy({ classWeights: [0.5, 2, 1, 0.25], labelSmoothing: 0.2 }),
  ],
  ['softmaxCrossEntropy ignoring', softmaxCrossEntropy({ ignoreIndex: -100 })],
  ['softmaxCrossEntropy of padded sequences', softmaxCrossEntropy({ ignoreIndex: 0, labelSmoothing: 0.1 })],
  ['binaryCrossEntropy weighted, from logits', binaryCrossEntropy({ fromLogits: true, posWeight: 3 })],
  ['binaryCrossEntropy weighted', binaryCrossEntropy({ posWeight: 3 })],
  ['focal', focal()],
  ['focal weighted', focal({ gamma: 1.5, classWeights: [0.5, 2, 1, 0.25] })],
  ['binaryFocal', binaryFocal()],
  ['binaryFocal, gamma 0', binaryFocal({ gamma: 0, alpha: 0.5 })],
  ['meanAbsoluteError', meanAbsoluteError()],
  ['huber', huber()],
  ['huber, delta', huber({ delta: 0.4 })],
  ['dice', dice()],
  ['iou', iou({ smooth: 0.5 })],
  ['klDivergence', klDivergence()],
];

test.each(againstTorch)('%s and its gradient are those of PyTorch', async (name, loss) => {
  const { output, target, perSample, gradient }: Case = golden[name];
  const { perSample: y, dz } = graphOf(loss, output, target);
  const value = ({ shape, values }: Numbers) => ({ shape, data: Float64Array.from(values) });
  const exact = evaluateNaively([y, dz], { output: value(output), target: value(target) });
  expectClose(exact[0]?.data, perSample, 1e-12, 1e-12);
  expectClose(exact[1]?.data, gradient, 1e-12, 1e-12);
  const got = await evaluate(loss, output, target);
  // float32: 24 bits are 6e-8, and softplus(z) − yz takes the difference of numbers up to 80.
  expectClose(got['perSample'], perSample, 1e-6, 2e-6);
  expectClose(got['dz'], gradient, 1e-5, 1e-6);
});

test('binary cross-entropy is −[y log p + (1 − y) log(1 − p)]', async () => {
  const { perSample } = await evaluate(
    binaryCrossEntropy(),
    { shape: [2], values: [0.25, 0.75] },
    { shape: [2], values: [1, 0] },
  );
  expectClose(perSample, [Math.log(4), Math.log(4)], 1e-6, 0);
});

test('a probability of exactly 0 or 1 costs at most −log 1e-7 and keeps the gradient finite', async () => {
  const { perSample, dz } = await evaluate(
    binaryCrossEntropy(),
    { shape: [4], values: [0, 1, 0, 1] },
    { shape: [4], values: [0, 1, 1, 0] },
  );
  // In float32 1 − 1e-7 is 1 − 1.19e-7, so the last is −log 1.19e-7 = 15.94 where the third is −log 1e-7 = 16.12.
  expectClose(perSample, [1e-7, 1.2e-7, -Math.log(1e-7), -Math.log(2 ** -23)], 1e-5, 1e-7);
  expectClose(dz, [0, 0, 0, 0], 0, 0);
});

test('from logits a saturated wrong answer still has its gradient', async () => {
  const { perSample, dz } = await evaluate(
    binaryCrossEntropy({ fromLogits: true }),
    { shape: [2], values: [1000, -1000] },
    { shape: [2], values: [0, 1] },
  );
  expectClose(perSample, [1000, 1000], 0, 0);
  expectClose(dz, [1, -1], 0, 0);
});

test('one output per sample goes with plain targets', async () => {
  const loss = binaryCrossEntropy({ fromLogits: true });
  expect(loss.targetShape(['B', 1])).toEqual(['B']);
  expect(meanSquaredError().targetShape(['B', 3])).toEqual(['B', 3]);
  expect(softmaxCrossEntropy().targetShape(['B', 10])).toEqual(['B']);
  const { perSample } = await evaluate(loss, { shape: [2, 1], values: [0, 0] }, { shape: [2], values: [0, 1] });
  expectClose(perSample, [Math.LN2, Math.LN2], 1e-6, 0);
});

test('outputs and targets that do not fit are refused with both shapes', () => {
  expect(() => softmaxCrossEntropy().targetShape(['B', 1])).toThrow(
    'softmaxCrossEntropy wants an output [B, classes] with at least two classes; got [B, 1].',
  );
  expect(() => softmaxCrossEntropy().perSample(input('z', ['B', 10]), input('y', ['B', 10], 'int64'))).toThrow(
    'softmaxCrossEntropy wants targets [B] for the output [B, 10]; got [B, 10].',
  );
  expect(() => meanSquaredError().perSample(input('z', ['B', 2]), input('y', ['B']))).toThrow(
    'meanSquaredError wants targets [B, 2] for the output [B, 2]; got [B].',
  );
  expect(() => softmaxCrossEntropy({ labelSmoothing: 1 })).toThrow(
    'softmaxCrossEntropy: labelSmoothing must be a number in [0, 1); got 1.',
  );
});

test('every case that PyTorch printed is tested', () => {
  const { torch: _, ...cases } = golden;
  expect(againstTorch.map(([name]) => name).sort()).toEqual(Object.keys(cases).sort());
});

test('a sequence that is all padding costs nothing and moves nothing', async () => {
  const { perSample, dz } = await evaluate(
    softmaxCrossEntropy({ ignoreIndex: 0 }),
    { shape: [1, 2, 3], values: [1, 2, 3, 4, 5, 6] },
    { shape: [1, 2], values: [0, 0] },
  );
  expectClose(perSample, [0], 0, 0);
  expectClose(dz, [0, 0, 0, 0, 0, 0], 0, 0);
});

test('an empty mask that is predicted empty costs nothing', async () => {
  const empty = { shape: [1, 1, 2, 2], values: [0, 0, 0, 0] };
  const predicted = { shape: [1, 1, 2, 2], values: [-60, -60, -60, -60] };
  expectClose((await evaluate(dice(), predicted, empty))['perSample'], [0], 0, 1e-6);
  expectClose((await evaluate(iou(), predicted, empty))['perSample'], [0], 0, 1e-6);
});

test('impossible options are refused', () => {
  expect(() => focal({ gamma: 0.5 })).toThrow('focal: gamma must be 0 or a number >= 1; got 0.5.');
  expect(() => huber({ delta: 0 })).toThrow('huber: delta must be a number > 0; got 0.');
  expect(() => softmaxCrossEntropy({ classWeights: [1, -1] })).toThrow(
    'softmaxCrossEntropy: classWeights must be a list of numbers >= 0; got [1, -1].',
  );
  expect(() =>
    softmaxCrossEntropy({ classWeights: [1, 1] }).perSample(input('z', ['B', 3]), input('y', ['B'], 'int64')),
  ).toThrow('softmaxCrossEntropy has 2 class weights for an output [B, 3]: give one for each of its 3 classes.');
  expect(() => dice().targetShape(['B', 4])).toThrow(
    'dice wants an output [B, channels, height, width] of logits; got [B, 4].',
  );
});

test('weighted losses are the weighted sum of each, gradients too', async () => {
  const output = { shape: [1, 1, 2, 2], values: [0.5, -1, 2, 0.1] };
  const target = { shape: [1, 1, 2, 2], values: [1, 0, 1, 0] };
  const parts = [binaryCrossEntropy({ fromLogits: true }), dice()] as const;
  const [a, b] = [await evaluate(parts[0], output, target), await evaluate(parts[1], output, target)];
  const both = await evaluate(
    weightedLosses([
      [0.5, parts[0]],
      [2, parts[1]],
    ]),
    output,
    target,
  );
  for (const key of ['perSample', 'dz'] as const) {
    const [x, y] = [a[key], b[key]].map((v) => (v instanceof Float32Array ? v : new Float32Array()));
    expectClose(
      both[key],
      Array.from(x ?? [], (v, i) => 0.5 * v + 2 * (y?.[i] ?? NaN)),
      1e-6,
      1e-7,
    );
  }
});

test('weighted losses must agree about their targets', () => {
  expect(() => weightedLosses([])).toThrow('weightedLosses wants at least one loss; got none.');
  expect(() =>
    weightedLosses([
      [1, dice()],
      [1, softmaxCrossEntropy()],
    ]),
  ).toThrow('weightedLosses: dice and softmaxCrossEntropy want other targets.');
  expect(() =>
    weightedLosses([
      [1, dice()],
      [1, binaryCrossEntropy({ fromLogits: false })],
    ]),
  ).toThrow('must both take logits, or both probabilities');
});
