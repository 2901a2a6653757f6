import { expect, test } from 'vitest';
import type { TrialRecord } from '#core';
import { plainScreen } from './fixtures/plain-screen.ts';
import { learningCurves } from './learning-curves.ts';

const trial = (number: number, points: readonly (readonly [number, number])[]): TrialRecord => ({
  ...{ number, params: {}, createdAt: 0, attempt: 1, attributes: {}, suggestedBy: 'random', startedAt: 0, endedAt: 1 },
  measurements: points.map(([step, loss]) => ({ step, values: { loss }, at: 0 })),
  state: 'complete',
  values: { loss: points.at(-1)?.[1] ?? NaN },
});
const loss = { name: 'loss', direction: 'minimize' } as const;

test('the best trials are drawn by step, the best on top; one that ended early ends early', () => {
  const trials = [trial(0, [[10, 1], [11, 0.5], [12, 0]]), trial(1, [[10, 1], [11, 0.5]]), trial(2, [[10, 9]])]; // prettier-ignore
  const lines = learningCurves(trials, loss, plainScreen()).split('\n');
  expect(lines[0]).toBe('0.0000 ┤      xxx');
  expect(lines[5]).toBe('       │   xxx');
  expect(lines[9]).toBe('1.0000 ┤xxx');
  expect(lines.slice(10)).toEqual(['        10     12', '        o trial 1  x trial 0']);
});

test('a chart is as wide as its terminal lets it be, and 60 columns in a pipe', () => {
  const long = [
    trial(
      0,
      Array.from({ length: 500 }, (_, i) => [i + 1, 1 / (i + 1)] as const),
    ),
  ];
  const widest = (width?: number): number =>
    Math.max(
      ...learningCurves(long, loss, plainScreen(width === undefined ? {} : { width }))
        .split('\n')
        .map((line) => line.length),
    );
  expect(widest(40)).toBeLessThan(40);
  expect(widest(100)).toBe(99);
  expect(widest()).toBe(60 + '1.0000 ┤'.length);
});

test('trials that reported once or never leave an empty text', () => {
  expect(learningCurves([trial(0, [[1, 1]]), trial(1, [])], loss, plainScreen())).toBe('');
});
