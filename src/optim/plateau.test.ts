import { expect, test } from 'vitest';
import golden from './optim.golden.json' with { type: 'json' };
import { nextPlateau, type PlateauRule, reduceOnPlateau, startOfPlateau } from './plateau.ts';

const factors = (rule: PlateauRule, values: readonly number[], maximize = false): number[] => {
  let state = startOfPlateau;
  return values.map((value) => (state = nextPlateau(rule, state, value, maximize)).factor);
};

// scripts/golden/optim.py: torch.optim.lr_scheduler.ReduceLROnPlateau, PyTorch 1.13.0, on the same twenty validation losses.
test.each([
  ['plain', reduceOnPlateau({ factor: 0.5, patience: 2 })],
  ['cooldown', reduceOnPlateau({ factor: 0.1, patience: 1, cooldown: 2, least: 0.05, threshold: 0.01 })],
] as const)('the factors are those of PyTorch: %s', (name, rule) => {
  const got = factors(rule, golden.plateau.values);
  golden.plateau[name].forEach((factor, i) => expect(got[i]).toBeCloseTo(factor, 14));
  expect(new Set(got).size).toBeGreaterThan(2);
});

test('a metric that is to grow is watched the other way round', () => {
  const rule = reduceOnPlateau({ factor: 0.5, patience: 0 });
  expect(factors(rule, [0.5, 0.6, 0.7, 0.6, 0.8], true)).toEqual([1, 1, 1, 0.5, 0.5]);
});

test('NaN is no improvement', () => {
  const rule = reduceOnPlateau({ factor: 0.5, patience: 1 });
  expect(factors(rule, [NaN, NaN, 1, NaN, NaN])).toEqual([1, 0.5, 0.5, 0.5, 0.25]);
});

test('impossible settings are refused where they are written', () => {
  expect(() => reduceOnPlateau({ factor: 1 })).toThrow('reduceOnPlateau: factor must be a number in (0, 1); got 1.');
  expect(() => reduceOnPlateau({ patience: -1 })).toThrow('patience must be an integer >= 0; got -1.');
});
