import { expect, test } from 'vitest';
import { asha } from './asha.ts';
import { bracketOf, hyperband } from './hyperband.ts';
import { complete, decide, promote, paused, running } from './records.fixture.ts';

test('brackets get the shares of the paper', () => {
  // R/r = 81, η = 3: n = 81, 34, 15, 8, 5 trials (Li et al. 2018, table 1).
  const counts = [0, 0, 0, 0, 0];
  for (let number = 0; number < 14300; number++) counts[bracketOf(number, 5, 3)]!++;
  for (const [s, share] of [81, 34, 15, 8, 5].entries()) {
    // A binomial count stays within 5 standard deviations but for 6e-7 of the time; the hash is fixed, so this passes always or never.
    const p = share / 143;
    expect(Math.abs(counts[s]! - 14300 * p)).toBeLessThan(5 * Math.sqrt(14300 * p * (1 - p)));
  }
});

test('a trial is compared with its own bracket alone', () => {
  const options = { minResource: 1, reductionFactor: 3, maxSteps: 9 }; // brackets with rungs 1 3, 3, none
  const bracket = (number: number) => bracketOf(number, 3, 3);
  const numbers = Array.from({ length: 40 }, (_, number) => number);
  const mine = numbers.find((n) => n > 20 && bracket(n) === 0)!;
  // All other trials of its bracket are worse, all of the others better.
  const trials = numbers.slice(0, mine).map((n) => complete(n, [bracket(n) === 0 ? 9 : 0, 0, 0]));
  expect(decide(asha(options), [...trials, running(mine, [5])]).decision).toBe('stop');
  expect(decide(hyperband(options), [...trials, running(mine, [5])]).decision).toBe('continue');
});

test('trials of the last bracket are never halted', () => {
  const options = { minResource: 1, reductionFactor: 3, maxSteps: 9 };
  const free = Array.from({ length: 60 }, (_, n) => n).find((n) => n > 20 && bracketOf(n, 3, 3) === 2)!;
  const trials = Array.from({ length: free }, (_, n) => complete(n, [0, 0, 0, 0]));
  for (const curve of [[9], [9, 9], [9, 9, 9], [9, 9, 9, 9]])
    expect(decide(hyperband(options), [...trials, running(free, curve)]).decision).toBe('continue');
});

test('promotes from the highest rung of any bracket', () => {
  const options = { minResource: 1, reductionFactor: 3, maxSteps: 9 };
  const trials = Array.from({ length: 30 }, (_, n) => paused(n, bracketOf(n, 3, 3) === 1 ? [1, 1, n / 100] : [0]));
  expect(bracketOf(promote(hyperband(options), trials)!, 3, 3)).toBe(1);
});
