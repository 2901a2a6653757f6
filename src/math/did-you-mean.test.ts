import { expect, test } from 'vitest';
import { didYouMean } from './did-you-mean.ts';

test('a mistyped name is answered by the near ones, nearest first, and the whole list', () => {
  expect(didYouMean('randm', ['grid', 'random', 'sobol'])).toBe(
    'did you mean "random"? Known: "grid", "random", "sobol".',
  );
  expect(didYouMean('GIRD', ['grid', 'random'])).toBe('did you mean "grid"? Known: "grid", "random".');
  expect(didYouMean('tpe', ['tpe2', 'tp'])).toBe('did you mean "tpe2" or "tp"? Known: "tpe2", "tp".');
});

test('a name far from all gets the list alone', () => {
  expect(didYouMean('bayes', ['grid', 'random'])).toBe('known: "grid", "random".');
});
