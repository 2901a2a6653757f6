import { expect, test } from 'vitest';
import { bestOfN, edf } from './best-of-n.ts';

test('best of 2 among 4, all six pairs by hand', () => {
  // pairs of 1 2 3 4 have minima 1 1 1 2 2 3: mean 10/6
  const [row] = bestOfN([4, 2, 1, 3], [2]);
  expect(row?.mean).toBeCloseTo(10 / 6, 14);
  expect(row?.low).toBe(1);
  expect(row?.high).toBe(3); // P(<= 2) = 5/6 < 0.9
});

test('best of 1 is the mean, best of all is the best', () => {
  expect(bestOfN([5, 1, 3], [1, 3]).map((r) => r.mean)).toEqual([expect.closeTo(3, 14), 1]);
});

test('steps of the distribution function join equal losses', () => {
  expect(edf([2, 1, 2, 4])).toEqual([
    { loss: 1, share: 0.25 },
    { loss: 2, share: 0.75 },
    { loss: 4, share: 1 },
  ]);
});
