import { expect, test } from 'vitest';
import { buckets } from './histogram.ts';

test('thirty buckets of equal width hold every number, the highest in the last', () => {
  const numbers = Array.from({ length: 61 }, (_, i) => i / 60);
  const found = buckets(numbers);
  expect(found).toHaveLength(30);
  expect(found.map(([, , count]) => count)).toEqual([...Array.from({ length: 29 }, () => 2), 3]);
  expect(found[0]![0]).toBe(0);
  expect(found[29]![1]).toBe(1);
  for (let i = 1; i < 30; i++) expect(found[i]![0]).toBe(found[i - 1]![1]);
});

test('equal numbers fill one bucket of width 1 around them, no numbers none, and what is not finite is left out', () => {
  expect(buckets([2, 2, NaN, Infinity])).toEqual([[1.5, 2.5, 2]]);
  expect(buckets([])).toEqual([]);
  expect(buckets([NaN])).toEqual([]);
});
