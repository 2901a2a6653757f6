import { expect, test } from 'vitest';
import { batchSizeRule, nextBatchSize, startOfRule } from './batch-size-rule.ts';

/** Batch sizes of the epochs, the first being the start. */
function sizes(rule: ReturnType<typeof batchSizeRule>, values: readonly number[], maximize = false): number[] {
  let state = startOfRule(rule);
  const seen = [state.batchSize];
  for (const value of values) {
    state = nextBatchSize(rule, state, value, maximize);
    seen.push(state.batchSize);
  }
  return seen;
}

test('starts at 32, goes to 64 without improvement and to 16 with', () => {
  expect(sizes(batchSizeRule(), [1, 2])).toEqual([32, 32, 64]);
  expect(sizes(batchSizeRule(), [1, 0.5])).toEqual([32, 32, 16]);
});

test('halves while validation improves and doubles while it does not, within the bounds', () => {
  const rule = batchSizeRule({ start: 32, min: 8, max: 256 });
  expect(sizes(rule, [5, 4, 3, 2, 2, 2, 3, 4, 5, 6, 6])).toEqual([32, 32, 16, 8, 8, 16, 32, 64, 128, 256, 256, 256]);
});

test('improvement is counted from the best epoch, not from the one before', () => {
  expect(sizes(batchSizeRule(), [1, 3, 2])).toEqual([32, 32, 64, 64]);
});

test('a maximized metric improves upwards, minDelta asks for more, NaN is no improvement', () => {
  expect(sizes(batchSizeRule(), [0.5, 0.6], true)).toEqual([32, 32, 16]);
  expect(sizes(batchSizeRule({ minDelta: 0.2 }), [0.5, 0.6], true)).toEqual([32, 32, 64]);
  expect(sizes(batchSizeRule(), [NaN, 1, NaN])).toEqual([32, 32, 32, 64]);
});

test('bounds that do not hold the start, and sizes that are no whole numbers, are refused', () => {
  expect(() => batchSizeRule({ start: 8 })).toThrow('start must lie between min and max; got start 8, min 16, max 64');
  expect(() => batchSizeRule({ start: 20.5 })).toThrow('start must be a whole number >= 1; got 20.5');
  expect(() => batchSizeRule({ factor: 1 })).toThrow('factor must be a whole number >= 2; got 1');
  expect(() => batchSizeRule({ minDelta: NaN })).toThrow('minDelta');
});
