/** From 64 input channels on the input gradient is a convolution by the turned weight; the table of ops.test.ts has the other form. */
import { expect, test } from 'vitest';
import { checkGradient } from '#testing';
import { conv2d, type Conv2dOptions } from './conv2d.ts';

const cases: readonly (readonly [string, Conv2dOptions, readonly number[], readonly number[]])[] = [
  ['same size', { padding: 1 }, [64, 3, 4], [2, 64, 3, 3]],
  ['no padding', {}, [64, 3, 3], [3, 64, 2, 3]],
  ['dilation, padding differs by side', { padding: [0, 1, 2, 1], dilation: [2, 1] }, [64, 5, 4], [2, 64, 2, 3]],
  ['1×1', {}, [64, 2, 3], [3, 64, 1, 1]],
  ['padding wider than the window, which the turned form cannot take', { padding: 2 }, [64, 2, 2], [2, 64, 2, 2]],
];

test.each(cases)('gradients with 64 channels: %s', async (_name, options, input, weight) => {
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
