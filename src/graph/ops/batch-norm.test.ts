import { expect, it } from 'vitest';
import { compile, Variables } from '#engine';
import { batchNorm, conv2d, input, parameter } from '../index.ts';

it('returns the mean, the biased variance and the number of elements of each channel', async () => {
  const x = input('x', ['B', 2, 1, 2]);
  const variables = new Variables();
  variables.declare('scale', [2], Float32Array.of(1, 3));
  variables.declare('bias', [2], Float32Array.of(0, -1));
  const { y, mean, variance, count } = batchNorm(x, parameter('scale', [2]), parameter('bias', [2]), { epsilon: 0 });
  const program = await compile({ outputs: { y, mean, variance, count } }, { variables });
  // Channel 0: 1 2 3 6, mean 3, variance (4 + 1 + 0 + 9)/4 = 3.5. Channel 1: 0 4 0 4, mean 2, variance 4.
  const result = await program.run({ x: Float32Array.of(1, 2, 0, 4, 3, 6, 0, 4) });
  await program.release();
  expect(result['mean']).toEqual(Float32Array.of(3, 2));
  expect(result['variance']).toEqual(Float32Array.of(3.5, 4));
  expect(result['count']).toBe(4);
  const deviation = Math.sqrt(3.5);
  const wanted = [-2 / deviation, -1 / deviation, -4, 2, 0, 3 / deviation, -4, 2];
  const got = result['y'];
  wanted.forEach((value, i) => expect(typeof got === 'object' ? got[i] : NaN).toBeCloseTo(value, 6));
});

it('vectors of another length than the channels are refused', () => {
  const x = input('x', ['B', 2, 3, 3]);
  expect(() => batchNorm(x, parameter('g', [3]), parameter('b', [2]))).toThrow(/needs vectors \[2\]; got \[3\]/);
});

it('a convolution whose channels do not fit is refused with both shapes', () => {
  const x = input('x', ['B', 3, 8, 8]);
  expect(() => conv2d(x, parameter('w', [4, 2, 3, 3]))).toThrow(
    /\[B, 3, 8, 8\] in 1 group\(s\) does not fit the weight \[4, 2, 3, 3\]/,
  );
  expect(() => conv2d(input('v', ['B', 3]), parameter('w', [4, 3, 3, 3]))).toThrow(
    /takes \[batch, channels, height, width\]/,
  );
});
