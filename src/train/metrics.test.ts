import { describe, expect, test } from 'vitest';
import {
  argmaxRows,
  classificationMetrics,
  classificationScores,
  confusionMatrix,
  isMaximized,
  metricNames,
  regressionMetrics,
} from './metrics.ts';
import golden from './metrics.golden.json' with { type: 'json' };

const classes = (count: number) => ({ kind: 'classification', classes: count, labels: [] }) as const;

// Printed by scripts/golden/metrics.py with scikit-learn 1.2.1. Sums of at most 60 float64 terms: rtol 1e-12 is generous.
const near = (value: number | undefined, wanted: number) =>
  expect(Math.abs((value ?? NaN) - wanted)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(wanted)));

describe('classification equals scikit-learn', () => {
  test.each(golden.classification)('$name', (wanted) => {
    const confusion = confusionMatrix(wanted.labels, wanted.predictions, wanted.classes);
    expect(confusion).toEqual(wanted.confusion);
    const got = classificationScores(confusion);
    near(got.accuracy, wanted.accuracy);
    got.perClass.forEach((scores, k) => {
      for (const name of ['precision', 'recall', 'f1', 'support'] as const) {
        near(scores[name], wanted.perClass[name][k] ?? NaN);
      }
    });
    for (const name of ['precision', 'recall', 'f1'] as const) {
      near(got.macro[name], wanted.macro[name]);
      near(got.micro[name], wanted.micro[name]);
      near(got.weighted[name], wanted.weighted[name]);
      if (wanted.binary) near(got.binary?.[name], wanted.binary[name]);
      else expect(got.binary).toBeNull();
    }
  });
});

test.each(golden.regression)('regression equals scikit-learn: $name', ({ targets, outputs, mse, mae, r2 }) => {
  const got = regressionMetrics(targets, outputs);
  near(got.mse, mse);
  near(got.mae, mae);
  near(got.r2, r2);
});

test('metrics carry names: plain is macro, suffixes are the other averages, Binary only with two classes', () => {
  const five = golden.classification[0];
  if (!five) throw new Error('the golden file is empty');
  const named = classificationMetrics(five.confusion);
  near(named.f1, five.macro.f1);
  near(named.precisionMicro, five.micro.precision);
  near(named.f1Weighted, five.weighted.f1);
  expect(Object.keys(named)).not.toContain('f1Binary');
  expect(['loss', ...Object.keys(named)]).toEqual(metricNames(classes(5)));
  expect(metricNames(classes(2))).toContain('recallBinary');
  expect(metricNames({ kind: 'regression', target: 'y' })).toEqual(['loss', 'mse', 'mae', 'r2']);
  expect(metricNames(classes(3)).filter((name) => !isMaximized(name))).toEqual(['loss']);
});

test('a NaN output becomes a NaN error, and never wins as a class', () => {
  expect(regressionMetrics([1, 2], [1, NaN]).mse).toBeNaN();
  expect([...argmaxRows(Float32Array.of(NaN, 1, 0, NaN, NaN, NaN, 2, 2, 1), 3)]).toEqual([1, 0, 0]);
});

test('a label outside the classes names the sample', () => {
  expect(() => confusionMatrix([0, 3], [0, 1], 3)).toThrow(
    'Sample 1 has label 3 and prediction 1: both must be 0 to 2.',
  );
  expect(() => confusionMatrix([0], [0, 1], 3)).toThrow('1 labels but 2 predictions');
});
