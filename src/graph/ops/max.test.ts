/** The maximum of a ReLU is the ReLU of the maximum; the table of ops.test.ts has the plain one. */
import { expect, test } from 'vitest';
import { checkGradient, evaluate } from '#testing';
import { gradients } from '../gradients.ts';
import { constant } from '../tensor.ts';
import { max } from './max.ts';
import { mul } from './mul.ts';
import { relu } from './relu.ts';
import { sum } from './sum.ts';

test('gradients of the maximum of a ReLU', async () => {
  const { differences, runtime } = await checkGradient({
    arguments: [{ shape: ['B', 5, 3], draw: (rng) => (0.2 + rng.float()) * (rng.float() < 0.5 ? -1 : 1) }],
    build: (...[x]) => {
      if (!x) throw new Error('an argument');
      return max(relu(x), 1);
    },
  });
  expect(differences).toBeLessThan(1e-6);
  expect(runtime).toBeLessThan(1e-5);
});

test('the first of equal maxima gets it all; nothing passes where no number is positive', () => {
  // Rows: a tie at 2, all negative, zeros.
  const x = constant([2, 1, 2, -1, -2, -1, 0, 0, 0], [3, 3]);
  const [dx] = gradients(sum(mul(max(relu(x)), constant([5, 6, 7]))), [x]);
  if (dx === undefined) throw new Error('internal: no gradient');
  expect(Array.from(evaluate([dx], {})[0]?.data ?? [])).toEqual([5, 0, 0, 0, 0, 0, 0, 0, 0]);
});
