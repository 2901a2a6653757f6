/** More units than inputs, from 128 inputs on: the product behind the weight gradient is taken the other way round. */
import { expect, test } from 'vitest';
import { checkGradient } from '#testing';
import { dense } from './dense.ts';

test('gradients of many units over many inputs', async () => {
  const { differences, runtime } = await checkGradient({
    arguments: [{ shape: ['B', 128] }, { shape: [128, 130] }, { shape: [130] }],
    build: (...[x, w, b]) => {
      if (!x || !w || !b) throw new Error('three arguments');
      return dense(x, w, b);
    },
  });
  // The bounds of ops.test.ts.
  expect(differences).toBeLessThan(1e-6);
  expect(runtime).toBeLessThan(1e-5);
});
