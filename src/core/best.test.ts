import { expect, test } from 'vitest';
import { bestTrial, dominates, paretoTrials } from './best.ts';
import type { Objective, TrialRecord, Values } from './trial.ts';

const base = {
  params: {},
  createdAt: 0,
  measurements: [],
  attempt: 1,
  attributes: {},
  suggestedBy: 'random',
  startedAt: 0,
  endedAt: 0,
};
const complete = (number: number, values: Values): TrialRecord => ({ ...base, number, state: 'complete', values });
const loss: Objective = { name: 'loss', direction: 'minimize' };
const accuracy: Objective = { name: 'accuracy', direction: 'maximize' };

test('the best trial is the lowest or highest complete one; the first of equals', () => {
  const trials: TrialRecord[] = [
    complete(0, { loss: 2, accuracy: 0.5 }),
    { ...base, number: 1, state: 'pruned', values: { loss: 0, accuracy: 1 }, atStep: 1, reason: '' },
    { ...base, number: 2, state: 'failed', error: { message: '' } },
    complete(3, { loss: 1, accuracy: 0.9 }),
    complete(4, { loss: 1, accuracy: 0.9 }),
  ];
  expect(bestTrial(trials, [loss])?.number).toBe(3);
  expect(bestTrial(trials, [accuracy])?.number).toBe(3);
  expect(bestTrial(trials.slice(1, 3), [loss])).toBeNull();
});

test('several objectives have no best trial', () => {
  expect(() => bestTrial([], [loss, accuracy])).toThrow('use pareto');
});

test('the Pareto front holds what nothing dominates, equal ones too', () => {
  const trials = [
    complete(0, { loss: 1, accuracy: 0.5 }),
    complete(1, { loss: 2, accuracy: 0.4 }),
    complete(2, { loss: 3, accuracy: 0.9 }),
    complete(3, { loss: 1, accuracy: 0.5 }),
    complete(4, { loss: 0.5, accuracy: 0.1 }),
  ];
  expect(paretoTrials(trials, [loss, accuracy]).map((t) => t.number)).toEqual([0, 2, 3, 4]);
  expect(dominates({ loss: 1, accuracy: 1 }, { loss: 1, accuracy: 0.5 }, [loss, accuracy])).toBe(true);
  expect(dominates({ loss: 1, accuracy: 1 }, { loss: 1, accuracy: 1 }, [loss, accuracy])).toBe(false);
});

test('a trial that breaks a limit is never the best and stands in no front; its metric missing counts as broken', () => {
  const limits = [{ metric: 'ms', atMost: 20 }];
  const trials = [
    complete(0, { loss: 0, accuracy: 1, ms: 20.5 }),
    complete(1, { loss: 2, accuracy: 0.5, ms: 20 }),
    complete(2, { loss: 1, accuracy: 0.4, ms: 5 }),
    complete(3, { loss: 0, accuracy: 1 }),
  ];
  expect(bestTrial(trials, [loss], limits)?.number).toBe(2);
  expect(bestTrial(trials.slice(0, 1), [loss], limits)).toBeNull();
  expect(paretoTrials(trials, [loss, accuracy], limits).map((t) => t.number)).toEqual([1, 2]);
});
