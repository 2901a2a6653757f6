import type { Objective, TrialRecord } from '#core';
import { choice, float, space } from '#space';
import { expect, test } from 'vitest';
import { readHistory } from './history.ts';

const s = space({ x: float(0, 1), c: choice(['a', 'b']) });
const maximise: readonly Objective[] = [{ name: 'acc', direction: 'maximize' }];
const base = (number: number) => ({
  number,
  params: { x: number / 10, c: 'a' },
  createdAt: 0,
  attempt: 1,
  attributes: {},
  suggestedBy: null,
  startedAt: 0,
  endedAt: 0,
  reason: '',
  atStep: 1,
});
const measured = (...accs: number[]) => accs.map((acc, i) => ({ step: i + 1, values: { acc }, at: 0 }));
const complete = (number: number, acc: number): TrialRecord => ({
  ...base(number),
  measurements: [],
  state: 'complete',
  values: { acc },
});

test('losses are negated where more is better, failed and infinite trials have none, waiting ones are pending', () => {
  const trials: TrialRecord[] = [
    complete(0, 0.7),
    { ...base(1), measurements: [], state: 'failed', error: { message: '' } },
    complete(2, Infinity),
    { ...base(3), measurements: [], state: 'waiting' },
  ];
  const { observations, failed, pending, isKnown } = readHistory(s, maximise, trials);
  expect(observations.map((o) => [o.number, ...o.losses])).toEqual([[0, -0.7]]);
  expect(failed.map((f) => f.number)).toEqual([1, 2]);
  expect(pending.map((p) => [...p])).toEqual([[0.3, 0]]);
  expect(isKnown(Float64Array.of(0.3, 0))).toBe(true);
  expect(isKnown(Float64Array.of(0.3, 1))).toBe(false);
});

test('a trial set aside without a forecast counts with its last finite value, never as better than the median of the complete ones', () => {
  const trials: TrialRecord[] = [
    complete(0, 0.7),
    { ...base(1), measurements: measured(0.1, 0.95, NaN), state: 'pruned', values: null },
    complete(2, 0.9),
    { ...base(3), measurements: measured(0.2, NaN), state: 'paused' },
    { ...base(4), measurements: measured(NaN), state: 'pruned', values: null },
  ];
  const { observations } = readHistory(s, maximise, trials);
  expect(observations.map((o) => [o.number, ...o.losses])).toEqual([
    [0, -0.7],
    [1, -0.8], // median of 0.7 and 0.9
    [2, -0.9],
    [3, -0.2],
  ]);
});

test('trials paused, pruned or running count with the end their curves are forecast to have; one that waits for a worker is pending', () => {
  const rising = (end: number, steps: number) =>
    measured(...Array.from({ length: steps }, (_, i) => end - 0.5 / (i + 1)));
  const full = [0.7, 0.8, 0.9, 0.75, 0.85].map((end, i): TrialRecord => {
    const measurements = rising(end, 20);
    return { ...base(i), measurements, state: 'complete', values: measurements.at(-1)!.values };
  });
  const trials: TrialRecord[] = [
    ...full,
    { ...base(5), measurements: rising(0.82, 4), state: 'paused' },
    { ...base(6), measurements: rising(0.95, 6), state: 'running', worker: 'w', stopReason: null },
    { ...base(7), measurements: rising(0.6, 4), state: 'pruned', values: null },
    { ...base(8), measurements: rising(0.6, 4), state: 'waiting' },
  ];
  const { observations, pending } = readHistory(s, maximise, trials);
  expect(observations.map((o) => [o.number, o.isForecast]).slice(4)).toEqual([
    [4, false],
    [5, true],
    [6, true],
    [7, true],
  ]);
  expect(pending.length).toBe(1);
  const [paused, running, pruned] = observations.slice(5).map((o) => -o.losses[0]!);
  expect(paused).toBeGreaterThan(0.74); // it stands at 0.695; complete curves end 0.1 above their fourth step
  expect(running).toBeGreaterThan(0.88); // better than all complete ones, and shown as such: it stands at 0.867
  expect(pruned).toBeLessThan(0.6);
});
