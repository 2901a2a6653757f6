import { expect, test } from 'vitest';
import type { CompleteTrial, TrialRecord } from '#core';
import { repeatsOf } from './repeats.ts';

const base = {
  createdAt: 0,
  measurements: [],
  attempt: 1,
  attributes: {},
  suggestedBy: 'random',
  startedAt: 0,
  endedAt: 1,
};
const complete = (number: number, x: number, loss: number): CompleteTrial => ({
  ...base, number, params: { x }, state: 'complete', values: { loss },
}); // prettier-ignore

test('the first trial, which was picked for its value, does not count among its repeats', () => {
  const failed: TrialRecord = { ...base, number: 5, params: { x: 1 }, state: 'failed', error: { message: 'no' } };
  const trials = [
    complete(0, 2, 9),
    complete(1, 1, 0.1),
    complete(2, 1, 1),
    complete(3, 1, 2),
    complete(4, 1, 3),
    failed,
  ];
  // 1, 2, 3: mean 2, s = 1, t(0.95, 2) = 4.302652729911275 (scipy.stats.t.ppf(0.975, 2), 1.10.1), half width t / √3
  const repeats = repeatsOf(trials[3] as CompleteTrial, trials, 'loss'); // made above
  expect(repeats).toMatchObject({
    numbers: [2, 3, 4],
    unfinished: 1,
    first: { number: 1, value: 0.1 },
    mean: 2,
    deviation: expect.closeTo(1, 12) as number,
  });
  expect(repeats?.halfWidth).toBeCloseTo(4.302652729911275 / Math.sqrt(3), 8);
});

test('one repeat has a mean and no interval; none is null; nearly equal parameters are others', () => {
  expect(repeatsOf(complete(0, 1, 1), [complete(0, 1, 1), complete(1, 1, 2)], 'loss')).toMatchObject({
    mean: 2,
    halfWidth: NaN,
  });
  expect(repeatsOf(complete(0, 1, 1), [complete(0, 1, 1), complete(1, 1 + 1e-15, 2)], 'loss')).toBeNull();
});
