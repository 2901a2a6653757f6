import { expect, test } from 'vitest';
import { median } from './median.ts';
import { percentile } from './percentile.ts';
import { complete, decide, pruned, running } from './records.fixture.ts';

const atStep2 = (...values: number[]) => values.map((value, number) => complete(number, [9, value, 0]));

test('the median rule stops a trial whose best value is above the median at the step, not one that equals it', () => {
  const others = atStep2(1, 2, 3, 4, 5);
  expect(decide(median(), [...others, running(5, [9, 3.01])]).decision).toBe('stop');
  expect(decide(median(), [...others, running(5, [9, 3])]).decision).toBe('continue');
  // Its best so far counts: 2.5 at step 1.
  expect(decide(median(), [...others, running(5, [2.5, 4])]).decision).toBe('continue');
});

test('a percentile of 25 keeps the best quarter, between neighbours as NumPy interpolates', () => {
  // numpy.percentile([1, 2, 3, 4, 6], 25) = 2.0; of [1, 2, 4, 8] it is 1.75
  const options = { percentile: 25, startupTrials: 4 };
  expect(decide(percentile(options), [...atStep2(1, 2, 3, 4, 6), running(5, [9, 2.1])]).decision).toBe('stop');
  expect(decide(percentile(options), [...atStep2(1, 2, 4, 8), running(4, [9, 1.76])]).decision).toBe('stop');
  expect(decide(percentile(options), [...atStep2(1, 2, 4, 8), running(4, [9, 1.75])]).decision).toBe('continue');
});

test('only complete trials are compared, and at least startupTrials of them', () => {
  const four = atStep2(1, 2, 3, 4);
  expect(decide(median(), [...four, pruned(4, [9, 1]), running(5, [9, 9])]).decision).toBe('continue');
  expect(decide(median({ startupTrials: 4 }), [...four, running(4, [9, 9])]).decision).toBe('stop');
});

test('looks only every interval steps after the warm-up, also when a trial skips steps', () => {
  const others = Array.from({ length: 5 }, (_, number) => complete(number, new Array<number>(12).fill(0)));
  const looked = (steps: number[]) =>
    decide(median({ warmupSteps: 3, interval: 4 }), [
      ...others,
      running(
        5,
        steps.map(() => 1),
        steps,
      ),
    ]).decision === 'stop';
  expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].filter((n) => looked(Array.from({ length: n }, (_, i) => i + 1)))).toEqual(
    [3, 7, 11],
  );
  expect(looked([2, 4])).toBe(true);
  expect(looked([2, 4, 6])).toBe(false);
  expect(looked([2, 4, 6, 8])).toBe(true);
});

test('complete trials that skipped the step count with their last value before it, and with their end if they ended earlier', () => {
  const others = [1, 2, 3].map((loss, number) => complete(number, [9, loss, 0], [1, 4, 10]));
  const early = [complete(3, [4]), complete(4, [5])];
  const at = (value: number) => decide(median(), [...others, ...early, running(5, [9, value], [1, 6])]);
  expect(at(3.1).decision).toBe('stop'); // median of 1 2 3 4 5
  expect(at(3).decision).toBe('continue');
});

test('NaN stops a trial once others are complete; NaN of others counts as worst', () => {
  expect(decide(median(), [...atStep2(1, 2, 3, 4, 5), running(5, [0, NaN])]).decision).toBe('stop');
  expect(decide(median(), [...atStep2(1, 2, NaN, NaN, NaN), running(5, [9, 1e9])]).decision).toBe('continue');
});

test('with two objectives a trial stops when more than half of the others dominate it', () => {
  const objectives = [
    { name: 'loss', direction: 'minimize' },
    { name: 'size', direction: 'minimize' },
  ] as const;
  const with2 = (number: number, loss: number, size: number) => {
    const trial = complete(number, [loss]);
    return { ...trial, measurements: [{ step: 1, values: { loss, size }, at: 0 }] };
  };
  const others = [with2(0, 1, 9), with2(1, 2, 5), with2(2, 3, 4), with2(3, 4, 3), with2(4, 9, 1)];
  const at = (loss: number, size: number) => {
    const trial = { ...running(5, [loss]), measurements: [{ step: 1, values: { loss, size }, at: 0 }] };
    return decide(median(), [...others, trial], { objectives }).decision;
  };
  expect(at(5, 6)).toBe('stop'); // dominated by three of five
  expect(at(3.5, 4.5)).toBe('continue'); // by one
});

test('refuses options that make no sense', () => {
  expect(() => percentile({ percentile: 101 })).toThrow('percentile: percentile must be from 0 to 100; got 101.');
  expect(() => median({ interval: 0 })).toThrow('median: interval must be a whole number ≥ 1; got 0.');
});
