import { expect, test } from 'vitest';
import { ticks } from './ticks.ts';

test('ticks are round numbers at even distances within the range', () => {
  expect(ticks(0, 1)).toEqual([0, 0.5, 1]);
  expect(ticks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(ticks(0.119, 0.261)).toEqual([0.15, 0.2, 0.25]);
  expect(ticks(1, 12)).toEqual([5, 10]);
  expect(ticks(-3e-7, 3e-7)).toEqual([-2e-7, 0, 2e-7]);
  expect(ticks(0.1, 0.3, 2)).toEqual([0.1, 0.2, 0.3]);
  expect(ticks(1e9, 1.000001e9, 2)).toEqual([1e9, 1.0000005e9, 1.000001e9]);
});

test('a range without extent has none', () => {
  expect(ticks(1, 1)).toEqual([]);
  expect(ticks(0, Infinity)).toEqual([]);
  expect(ticks(NaN, 1)).toEqual([]);
});
