import { expect, test } from 'vitest';
import { median } from './median.ts';
import { patience } from './patience.ts';
import { complete, decide, running } from './records.fixture.ts';

const stops = (curve: number[], options = {}) =>
  decide(patience({ patience: 2, ...options }), [running(0, curve)]).decision === 'stop';

test('stops after so many reports without improvement in a row', () => {
  expect(stops([3, 2, 2.5])).toBe(false);
  expect(stops([3, 2, 2.5, 2.1])).toBe(true);
  expect(stops([3, 2, 2.5, 1.9, 2])).toBe(false);
});

test('an improvement is more than minDelta; equal or not finite is none', () => {
  expect(stops([3, 2.6, 2.6], { minDelta: 0.5 })).toBe(true);
  expect(stops([3, 2.4, 2.3], { minDelta: 0.5 })).toBe(false);
  expect(stops([3, 3, 3])).toBe(true);
  expect(stops([3, -Infinity, NaN])).toBe(true);
});

test('with a pruner, only that one stops, and only trials without improvement', () => {
  const others = Array.from({ length: 5 }, (_, number) => complete(number, [1, 1, 1, 1]));
  const pruner = patience({ patience: 2, pruner: median() });
  expect(decide(pruner, [...others, running(5, [9, 8, 7])]).decision).toBe('continue'); // bad, but improving
  expect(decide(pruner, [...others, running(5, [9, 9, 9])]).decision).toBe('stop');
  expect(decide(pruner, [...others, running(5, [0.5, 0.5, 0.5])]).decision).toBe('continue'); // idle, but good
});

test('with two objectives a report improves unless an earlier one is as good in both', () => {
  const objectives = [
    { name: 'loss', direction: 'minimize' },
    { name: 'size', direction: 'minimize' },
  ] as const;
  const at = (...rows: [number, number][]) => {
    const measurements = rows.map(([loss, size], i) => ({ step: i + 1, values: { loss, size }, at: 0 }));
    return decide(patience({ patience: 2 }), [{ ...running(0, []), measurements }], { objectives }).decision;
  };
  expect(at([3, 3], [2, 4], [4, 2])).toBe('continue');
  expect(at([3, 3], [2, 4], [3, 4], [2, 5])).toBe('stop');
});
