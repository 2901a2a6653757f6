import type { TrialRecord } from '#core';
import { expect, test } from 'vitest';
import { bestSoFar } from './best-so-far.ts';
import { compareSamplers } from './compare-samplers.ts';

const base = { params: {}, createdAt: 0, measurements: [], attempt: 1, attributes: {}, suggestedBy: null };
const ended = { ...base, startedAt: 0, endedAt: 1 };
const complete = (number: number, accuracy: number): TrialRecord => ({
  ...ended,
  number,
  state: 'complete',
  values: { accuracy },
});

test('failed and pruned trials cost a place, running ones do not count yet', () => {
  const trials: TrialRecord[] = [
    { ...ended, number: 0, state: 'failed', error: { message: 'x' } },
    complete(1, 0.5),
    { ...ended, number: 2, state: 'pruned', values: { accuracy: 0.9 }, atStep: 1, reason: 'weak' },
    complete(3, 0.7),
    { ...base, number: 4, state: 'running', worker: 'w', startedAt: 0, stopReason: null },
    complete(5, 0.6),
  ];
  expect(bestSoFar(trials, { name: 'accuracy', direction: 'maximize' })).toEqual([NaN, 0.5, 0.5, 0.7, 0.7]);
  expect(bestSoFar(trials, { name: 'accuracy', direction: 'minimize' })).toEqual([NaN, 0.5, 0.5, 0.5, 0.5]);
});

const runs = [
  { sampler: 'grid', seed: 0, curve: [5, 4] }, // exhausted after two
  { sampler: 'grid', seed: 1, curve: [7, 6] },
  { sampler: 'tpe', seed: 0, curve: [6, 3, 3, 1] },
  { sampler: 'tpe', seed: 1, curve: [NaN, 5, 3, 3] },
  { sampler: 'gp', seed: 0, curve: [9, 9, 9, 9] },
  { sampler: 'gp', seed: 1, curve: [NaN, NaN, NaN, NaN] },
];

test('means, deviations and tests, worked by hand', () => {
  const { samplers, tests } = compareSamplers(runs, { trials: 4, direction: 'minimize' });
  expect(samplers.map(({ sampler }) => sampler)).toEqual(['grid', 'tpe', 'gp']);
  expect(samplers[0]?.checkpoints).toEqual([
    { trials: 1, mean: 6, sd: Math.SQRT2, seeds: 2 },
    { trials: 2, mean: 5, sd: Math.SQRT2, seeds: 2 },
    { trials: 4, mean: 5, sd: Math.SQRT2, seeds: 2 },
  ]);
  expect(samplers[1]?.checkpoints[0]).toEqual({ trials: 1, mean: 6, sd: NaN, seeds: 1 });
  expect(samplers[1]?.curve).toEqual([6, 4, 3, 2]);
  // Two against two: all four pairs won is one order of six. Holm: 1/6 · 3, then 1 (2 · 1 > 1).
  expect(tests).toEqual([
    {
      better: 'tpe',
      than: 'grid',
      winShare: 1,
      p: expect.closeTo(1 / 6, 15) as number,
      pHolm: expect.closeTo(0.5, 15) as number,
    },
    { better: 'gp', than: 'grid', winShare: 0, p: expect.closeTo(1, 14) as number, pHolm: 1 },
    { better: 'gp', than: 'tpe', winShare: 0, p: expect.closeTo(1, 14) as number, pHolm: 1 },
  ]);
});

test('of a maximised objective, higher is better', () => {
  const { tests } = compareSamplers(runs.slice(0, 4), { trials: 4, direction: 'maximize' });
  expect(tests).toEqual([
    {
      better: 'tpe',
      than: 'grid',
      winShare: 0,
      p: expect.closeTo(1, 14) as number,
      pHolm: expect.closeTo(1, 14) as number,
    },
  ]);
});
