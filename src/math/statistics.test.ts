import { expect, test } from 'vitest';
import { argsort, mean, median, quantile, ranks, standardDeviation, variance } from './statistics.ts';

test('moments of 1 … 4: mean 2.5, population variance 1.25', () => {
  expect(mean([1, 2, 3, 4])).toBe(2.5);
  expect(variance([1, 2, 3, 4])).toBe(1.25);
  expect(standardDeviation([1, 2, 3, 4])).toBe(Math.sqrt(1.25));
  expect(mean([])).toBeNaN();
});

test('quantiles are those of numpy.quantile (linear)', () => {
  // numpy 1.24.2: np.quantile([3, 1, 2, 10], [0, .1, .5, .9, 1]) → [1, 1.3, 2.5, 7.9, 10]
  const at = [0, 0.1, 0.5, 0.9, 1].map((q) => quantile([3, 1, 2, 10], q));
  [1, 1.3, 2.5, 7.9, 10].forEach((v, i) => expect(at[i]).toBeCloseTo(v, 12));
  expect(median([Infinity, Infinity])).toBe(Infinity);
  expect(median([])).toBeNaN();
});

test('equal numbers share the mean of their ranks and argsort keeps their order', () => {
  expect([...ranks([10, 20, 10, 5])]).toEqual([2.5, 4, 2.5, 1]);
  expect(argsort([10, 20, 10, 5])).toEqual([3, 0, 2, 1]);
});
