import { expect, test } from 'vitest';
import fc from 'fast-check';
import { createRng } from '#math';
import { splitIndices, trainValidation } from './split.ts';

const countOf = (targets: ArrayLike<number>, rows: Int32Array, label: number) =>
  rows.filter((i) => targets[i] === label).length;

test('a stratified split takes each class in proportion and the total exactly', () => {
  // 50 + 30 + 20 rows, a fifth: 10 + 6 + 4
  const targets = Int32Array.from({ length: 100 }, (_, i) => (i < 50 ? 0 : i < 80 ? 1 : 2));
  const { train, validation } = splitIndices(targets, { fraction: 0.2, rng: createRng(1) });
  expect([0, 1, 2].map((k) => countOf(targets, validation, k))).toEqual([10, 6, 4]);
  expect(train.length).toBe(80);
});

test('rounding follows the largest remainders: 7 + 5 + 3 rows at 0.3 give 2 + 2 + 1, not 2 + 1 + 1 or 2 + 2 + 0', () => {
  // quotas 2.1, 1.5, 0.9; round(0.3 · 15 = 4.5) = 5; floors 2 + 1 + 0, the two open rows go to remainders .9 and .5
  const targets = Int32Array.from({ length: 15 }, (_, i) => (i < 7 ? 0 : i < 12 ? 1 : 2));
  const { validation } = splitIndices(targets, { fraction: 0.3, rng: createRng(1) });
  expect([0, 1, 2].map((k) => countOf(targets, validation, k))).toEqual([2, 2, 1]);
});

test('a class of one row stays in training', () => {
  const targets = Int32Array.of(0, 0, 0, 0, 1);
  for (let seed = 0; seed < 20; seed++) {
    const { train } = splitIndices(targets, { fraction: 0.4, rng: createRng(seed) });
    expect(countOf(targets, train, 1)).toBe(1);
  }
});

test('the same seed gives the same rows, another seed others', () => {
  const targets = new Int32Array(200);
  const split = (seed: number) => splitIndices(targets, { fraction: 0.5, rng: createRng(seed) }).validation;
  expect(split(3)).toEqual(split(3));
  expect(split(3)).not.toEqual(split(4));
});

test('regression targets are split without regard to their values', () => {
  const targets = Float32Array.from({ length: 40 }, (_, i) => i / 7);
  const { train, validation } = splitIndices(targets, { fraction: 0.25, rng: createRng(1) });
  expect([train.length, validation.length]).toEqual([30, 10]);
});

test('every row is in exactly one part, ascending, for any classes and fraction', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 20, maxLength: 200 }),
      fc.double({ min: 0, max: 0.8, noNaN: true }),
      (labels, fraction) => {
        const { train, validation } = splitIndices(Int32Array.from(labels), { fraction, rng: createRng(7) });
        expect([...train, ...validation].sort((a, b) => a - b)).toEqual(labels.map((_, i) => i));
        expect(train).toEqual(train.slice().sort());
        expect(validation).toEqual(validation.slice().sort());
        expect(train.length).toBeGreaterThan(0);
      },
    ),
  );
});

test('a share outside [0, 1) is refused, NaN too', () => {
  for (const fraction of [-0.1, 1, 2, NaN]) {
    expect(() => splitIndices(new Int32Array(10), { fraction, rng: createRng(1) })).toThrow(/share in \[0, 1\)/);
  }
  expect(() => splitIndices(new Int32Array(1), { fraction: 0.5, rng: createRng(1) })).toThrow(
    /leaves no row to train on/,
  );
});

test('the validation part that a set brings along is used as it is', () => {
  const dataset = { train: { size: 6, targets: new Int32Array(6) }, validation: Int32Array.of(1, 4) };
  const { train, validation } = trainValidation(dataset, { fraction: 0.5, rng: createRng(1) });
  expect([...train]).toEqual([0, 2, 3, 5]);
  expect([...validation]).toEqual([1, 4]);
});
