import { expect, test } from 'vitest';
import { kneeTrial } from './knee.ts';
import type { CompleteTrial, Objective } from './trial.ts';

const objectives: readonly Objective[] = [
  { name: 'error', direction: 'minimize' },
  { name: 'speed', direction: 'maximize' },
];
const front = (...rows: readonly (readonly [number, number])[]): CompleteTrial[] =>
  rows.map(([error, speed], number) => ({
    number,
    params: {},
    createdAt: 0,
    measurements: [],
    attempt: 1,
    attributes: {},
    suggestedBy: null,
    state: 'complete',
    values: { error, speed },
    startedAt: 0,
    endedAt: 0,
  }));

test('is the point farthest from the line through both ends, in units of the ranges', () => {
  // Scaled losses: (0, 1), (0.1, 0.4), (0.3, 0.1), (1, 0): sums 1, 0.5, 0.4, 1.
  expect(kneeTrial(front([0, 0], [0.1, 600], [0.3, 900], [1, 1000]), objectives)?.number).toBe(2);
});

test('a hollow or straight front, two points, equal points and an empty front have none', () => {
  expect(kneeTrial(front([0, 0], [0.6, 200], [1, 1000]), objectives)).toBeNull();
  expect(kneeTrial(front([0, 0], [0.5, 500], [1, 1000]), objectives)).toBeNull();
  expect(kneeTrial(front([0, 0], [1, 1000]), objectives)).toBeNull();
  expect(kneeTrial(front([1, 1], [1, 1], [1, 1]), objectives)).toBeNull();
  expect(kneeTrial([], objectives)).toBeNull();
});

test('values near the largest double do not overflow', () => {
  const huge = Number.MAX_VALUE;
  expect(kneeTrial(front([-huge, -huge], [-huge / 2, huge / 1.5], [huge, huge]), objectives)?.number).toBe(1);
});

test('three objectives: the smallest sum of scaled losses', () => {
  const three = ['a', 'b', 'c'].map((name): Objective => ({ name, direction: 'minimize' }));
  const points = [
    [0, 1, 1],
    [1, 0, 1],
    [1, 1, 0],
    [0.6, 0.6, 0.6],
    [0.2, 0.5, 0.7],
  ];
  const trials = points.map((p, number) => ({
    ...front([0, 0])[0]!,
    number,
    values: { a: p[0]!, b: p[1]!, c: p[2]! },
  }));
  expect(kneeTrial(trials, three)?.number).toBe(4);
});
