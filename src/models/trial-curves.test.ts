import type { Objective, TrialRecord } from '#core';
import { expect, test } from 'vitest';
import { forecastLosses, LATEST, readCurves } from './trial-curves.ts';

const ACCURACY: readonly Objective[] = [{ name: 'accuracy', direction: 'maximize' }];

const trial = (
  number: number,
  values: readonly Readonly<Record<string, number>>[],
  ended: 'complete' | 'paused' | 'failed',
): TrialRecord => {
  const base = {
    number,
    params: {},
    createdAt: 0,
    measurements: values.map((v, i) => ({ step: i + 1, values: v, at: 0 })),
    attempt: 1,
    attributes: {},
    suggestedBy: null,
    note: null,
    startedAt: 0,
  };
  if (ended === 'complete') return { ...base, state: 'complete', values: values.at(-1)!, endedAt: 0 };
  if (ended === 'failed') return { ...base, state: 'failed', error: { message: 'test' }, endedAt: 0 };
  return { ...base, state: 'paused', atStep: values.length, reason: 'test' };
};
const accuracies = (...values: number[]) => values.map((accuracy) => ({ accuracy }));
const rising = (end: number, steps: number): number[] => Array.from({ length: steps }, (_, i) => end - 0.5 / (i + 1));

test('a paused trial is expected to end higher than it stands, as complete ones did, on the scale of the objective as a loss', () => {
  const trials = [
    ...[0.7, 0.8, 0.9, 0.75, 0.85].map((end, i) => trial(i, accuracies(...rising(end, 20)), 'complete')),
    trial(5, accuracies(...rising(0.82, 4)), 'paused'),
  ];
  const losses = forecastLosses(trials, ACCURACY, {});
  expect([...losses.keys()]).toEqual([5]);
  const [end] = losses.get(5)!;
  expect(-end!).toBeGreaterThan(0.74); // it stands at 0.695; curves end 0.1 above their fourth step
  expect(-end!).toBeLessThan(0.85);
});

test('a complete trial ends with what was told, not with its last measurement', () => {
  const told = { ...trial(0, accuracies(0.5, 0.9, 0.8), 'complete'), values: { accuracy: 0.9 } };
  expect(readCurves([told], ACCURACY)[0]!.final).toEqual([-0.9]);
});

test('failed and diverged trials have no curve; single bad or foreign measurements are skipped', () => {
  const trials = [
    trial(0, accuracies(0.1, 0.2), 'failed'),
    trial(1, accuracies(0.1, NaN), 'paused'),
    trial(2, accuracies(0.1, Infinity, 0.3), 'paused'),
    trial(3, [{ accuracy: 0.1 }, { seconds: 3 }], 'paused'),
    trial(4, [{ seconds: 3 }], 'paused'),
  ];
  const curves = readCurves(trials, ACCURACY);
  expect(curves.map(({ number, steps }) => [number, steps])).toEqual([
    [2, [1, 3]],
    [3, [1]],
  ]);
});

test('measurements are append-only: a curve grows with its array', () => {
  const first = trial(0, accuracies(0.1), 'paused');
  expect(readCurves([first], ACCURACY)[0]!.steps).toEqual([1]);
  (first.measurements as { step: number; values: { accuracy: number }; at: number }[]).push({
    step: 4,
    values: { accuracy: 0.2 },
    at: 0,
  });
  expect(readCurves([{ ...first }], ACCURACY)[0]!.steps).toEqual([1, 4]);
});

test('of many trials only the latest that reported are read, and the best complete one before them', () => {
  const old = Array.from({ length: 100 }, (_, i) => trial(i, accuracies(0.5), i % 2 === 0 ? 'complete' : 'paused'));
  old[40] = trial(40, accuracies(0.9), 'complete');
  const late = Array.from({ length: 2 * LATEST }, (_, i) =>
    trial(100 + i, i % 2 === 0 ? [] : accuracies(0.5), 'paused'),
  );
  const curves = readCurves([...old, ...late], ACCURACY);
  expect(curves.length).toBe(LATEST + 1);
  expect(curves[0]!.number).toBe(40);
  expect(curves[1]!.number).toBe(101);
});

test('each of several objectives is forecast', () => {
  const objectives: readonly Objective[] = [...ACCURACY, { name: 'seconds', direction: 'minimize' }];
  const both = (values: readonly number[], seconds: number) => values.map((accuracy) => ({ accuracy, seconds }));
  const trials = [
    trial(0, both(rising(0.8, 10), 5), 'complete'),
    trial(1, both(rising(0.9, 10), 9), 'complete'),
    trial(2, both(rising(0.85, 3), 7), 'paused'),
  ];
  const [accuracy, seconds] = forecastLosses(trials, objectives, {}).get(2)!;
  expect(-accuracy!).toBeGreaterThan(0.685); // where it stands
  expect(seconds).toBeCloseTo(7, 0);
});
