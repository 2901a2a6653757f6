/** The forms that the small shapes in the table of ops.test.ts do not reach. */
import { expect, test } from 'vitest';
import { checkGradient, evaluate } from '#testing';
import { gradients } from '../gradients.ts';
import { walk } from '../onnx.ts';
import { input } from '../tensor.ts';
import { conv2d, type Conv2dOptions } from './conv2d.ts';
import { mul } from './mul.ts';
import { sum } from './sum.ts';

/** From 64 input channels on the input gradient is a convolution by the turned weight. */
const turned: readonly (readonly [string, Conv2dOptions, readonly number[], readonly number[]])[] = [
  ['same size', { padding: 1 }, [64, 3, 4], [2, 64, 3, 3]],
  ['no padding', {}, [64, 3, 3], [3, 64, 2, 3]],
  ['dilation, padding differs by side', { padding: [0, 1, 2, 1], dilation: [2, 1] }, [64, 5, 4], [2, 64, 2, 3]],
  ['1×1', {}, [64, 2, 3], [3, 64, 1, 1]],
  ['padding wider than the window, which the turned form cannot take', { padding: 2 }, [64, 2, 2], [2, 64, 2, 2]],
];

/** From 128 positions on the weight gradient goes image by image; below, from 128 filters on, its product has another order. */
const unrolled: typeof turned = [
  ['132 positions', {}, [2, 13, 14], [3, 2, 3, 3]],
  [
    'strides, dilation, padding differs by side',
    { stride: [2, 1], padding: [1, 2, 0, 1], dilation: [1, 2] },
    [2, 22, 13],
    [2, 2, 3, 2],
  ],
  ['many positions, 1×1', {}, [3, 12, 12], [2, 3, 1, 1]],
  ['many filters', { padding: 1 }, [2, 3, 4], [128, 2, 2, 3]],
];

test.each([...turned, ...unrolled])('gradients of conv2d: %s', async (_name, options, input, weight) => {
  const build = (...[x, w]: Parameters<typeof conv2d>[0][]) => {
    if (!x || !w) throw new Error('two arguments');
    return conv2d(x, w, null, options);
  };
  const { differences, runtime } = await checkGradient({
    arguments: [{ shape: ['B', ...input] }, { shape: weight }],
    build,
  });
  // The bounds of ops.test.ts: difference quotients in float64, and ONNX Runtime's float32 against float64.
  expect(differences).toBeLessThan(1e-6);
  expect(runtime).toBeLessThan(1e-5);
});

test('without loops over samples the weight gradient is the same', () => {
  const draw = (...shape: number[]) => ({
    shape,
    data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => ((i * 7) % 11) - 5),
  });
  const [x, w, r] = [input('x', ['B', 2, 13, 14]), input('w', [3, 2, 3, 3]), input('r', ['B', 3, 11, 12])];
  const loss = sum(mul(conv2d(x, w), r));
  const feeds = { x: draw(3, 2, 13, 14), w: draw(3, 2, 3, 3), r: draw(3, 3, 11, 12) };
  const [looped, whole] = [true, false].map((sampleLoops) => evaluate(gradients(loss, [w], { sampleLoops }), feeds));
  expect(walk(gradients(loss, [w], { sampleLoops: false })).nodes.some(({ op }) => op === 'Scan')).toBe(false);
  expect(whole).toEqual(looped); // whole numbers: exact in any order
});
