import { expect, test } from 'vitest';
import { fromArrays } from '#data';
import { createRng } from '#math';
import { dense } from '#nn';
import { adam } from '#optim';
import { fitFolds, foldsOf } from './folds.ts';
import { findLearningRate } from './learning-rate-finder.ts';

const rng = createRng('two clusters');
const y = Int32Array.from({ length: 103 }, (_, i) => (i % 5 === 0 ? 1 : 0));
const x = Float32Array.from({ length: 206 }, (_, i) => (y[i >> 1] ?? 0) * 2 + rng.normal());
const dataset = fromArrays({ name: 'two', inputShape: [2], x, y, labels: ['a', 'b'] });
const config = { optimizer: adam({ learningRate: 0.05 }), batchSize: 16, epochs: 3 };

test('every row is in one fold, and the classes are in all of them alike', () => {
  const rows = Int32Array.from({ length: 103 }, (_, i) => i);
  const folds = foldsOf(dataset, rows, 4, createRng(1));
  expect(folds.flatMap((fold) => [...fold]).sort((a, b) => a - b)).toEqual([...rows]);
  for (const fold of folds) {
    expect(Math.abs(fold.length - 103 / 4)).toBeLessThan(1);
    expect(Math.abs(fold.filter((row) => y[row] === 1).length - 21 / 4)).toBeLessThanOrEqual(1);
  }
  expect(() => foldsOf(dataset, rows, 1, createRng(1))).toThrow(
    'folds must be a whole number from 2 to the 103 rows of two; got 1.',
  );
});

test('the values of the folds are summed up by mean and deviation', async () => {
  const { folds, values } = await fitFolds({ model: dense(2), dataset, config, seed: 1, folds: 3 });
  expect(folds).toHaveLength(3);
  const each = folds.map(({ values }) => values['accuracy'] ?? NaN);
  expect(values['accuracy']?.mean).toBeCloseTo(each.reduce((a, b) => a + b) / 3, 12);
  const mean = each.reduce((a, b) => a + b) / 3;
  expect(values['accuracy']?.deviation).toBeCloseTo(Math.sqrt(each.reduce((a, b) => a + (b - mean) ** 2, 0) / 2), 12);
  const seen = folds.map(({ confusion }) => confusion?.flat().reduce((a, b) => a + b, 0) ?? 0);
  expect(seen.reduce((a, b) => a + b)).toBe(103);
});

test('the range test finds rates that learn between those that do nothing and those that break', async () => {
  const trainIndices = Int32Array.from({ length: 103 }, (_, i) => i);
  const { curve, suggestion } = await findLearningRate({
    model: dense(2),
    dataset,
    trainIndices,
    config,
    seed: 1,
    low: 1e-5,
    high: 100,
  });
  expect(curve[0]?.learningRate).toBeCloseTo(1e-5, 12);
  expect((curve[11]?.learningRate ?? 0) / (curve[10]?.learningRate ?? 1)).toBeCloseTo(1e7 ** (1 / 99), 9);
  // Logistic regression on two clusters two apart: Adam's rate is the size of a step of a weight of size 1.
  expect(suggestion).toBeGreaterThan(1e-3);
  expect(suggestion).toBeLessThan(10);
  await expect(
    findLearningRate({ model: dense(2), dataset, trainIndices, config, seed: 1, low: 1, high: 0.1 }),
  ).rejects.toThrow('findLearningRate: low and high must be 0 < low < high; got 1 and 0.1.');
});
