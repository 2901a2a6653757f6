import { expect, test } from 'vitest';
import { decide, running } from './records.fixture.ts';
import { threshold } from './threshold.ts';

test('stops below the lower and above the upper bound, not on them', () => {
  const pruner = threshold({ lower: 1, upper: 2 });
  expect([0.99, 1, 2, 2.01].map((value) => decide(pruner, [running(0, [value])]).decision)).toEqual([
    'stop',
    'continue',
    'continue',
    'stop',
  ]);
});

test('says what it saw', () => {
  expect(decide(threshold({ upper: 2 }), [running(0, [1, 3.14159])])).toEqual({
    decision: 'stop',
    reason: 'loss at step 2 is 3.142, above 2',
  });
});

test('without bounds it stops values that are not finite only', () => {
  expect(decide(threshold(), [running(0, [1e300])]).decision).toBe('continue');
  for (const value of [NaN, Infinity, -Infinity])
    expect(decide(threshold(), [running(0, [value])]).decision).toBe('stop');
});

test('bounds may be for any metric that is reported; with several objectives it must be named', () => {
  const trial = { ...running(0, [1]), measurements: [{ step: 1, values: { loss: 1, seconds: 70 }, at: 0 }] };
  expect(decide(threshold({ metric: 'seconds', upper: 60 }), [trial]).decision).toBe('stop');
  expect(decide(threshold({ metric: 'memory', upper: 60 }), [trial]).decision).toBe('continue');
  const objectives = [
    { name: 'loss', direction: 'minimize' },
    { name: 'seconds', direction: 'minimize' },
  ] as const;
  expect(() => decide(threshold({ upper: 60 }), [trial], { objectives })).toThrow('say which metric');
});

test('refuses bounds in the wrong order', () => {
  expect(() => threshold({ lower: 2, upper: 1 })).toThrow('threshold: lower must be a number ≤ upper = 1; got 2.');
});
