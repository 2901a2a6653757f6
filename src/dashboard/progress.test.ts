/** Progress of a search, with times that were chosen by hand. */
import { expect, test } from 'vitest';
import { replay, type StudyEvent } from '#core';
import { progressOf, savedSteps, spentOf } from './progress.ts';

const studyOf = (ended: readonly number[], trials = 10): Parameters<typeof progressOf>[0] => {
  const definition = {
    name: 'demo',
    space: {},
    objectives: [{ name: 'loss', direction: 'minimize' }],
    sampler: 'random',
    pruner: 'none',
    seed: 1,
    hints: { trials },
    createdAt: 0,
  } as const;
  const made = (number: number): StudyEvent => ({
    type: 'trialCreated',
    at: 0,
    number,
    params: {},
    worker: 'w',
    suggestedBy: 'random',
  });
  const result = { state: 'complete', values: { loss: 1 } } as const;
  return replay([
    { type: 'studyCreated', at: 0, definition },
    ...ended.flatMap((at, number): StudyEvent[] => [made(number), { type: 'trialFinished', at, number, result }]),
    made(ended.length),
  ]);
};

test('the time left is that of the trials left, at the pace of the last', () => {
  // Three ended within 20 s, two gaps of 10 s; seven are left: 70 s.
  expect(progressOf(studyOf([10_000, 20_000, 30_000]), 30_000)).toMatchObject({
    finished: 3,
    planned: 10,
    secondsLeft: 70,
  });
});

test('a search in which nothing ends any more seems longer and longer', () => {
  // 100 s since the first end: two gaps of 50 s.
  expect(progressOf(studyOf([10_000, 20_000, 30_000]), 110_000).secondsLeft).toBe(350);
});

test('where nothing has ended for as long as twenty trials took, that is said in place of a time left', () => {
  expect(progressOf(studyOf([10_000, 20_000, 30_000]), 231_000)).toMatchObject({
    secondsLeft: null,
    silentSeconds: 201,
  });
});

test('nothing is said from two trials, or once the plan is fulfilled', () => {
  expect(progressOf(studyOf([10_000, 20_000]), 20_000).secondsLeft).toBeNull();
  expect(progressOf(studyOf([1, 2, 3], 3), 20_000).secondsLeft).toBeNull();
});

test('what was spent are the last steps and the time of trials that ended; what pruning saved are the steps they had left', () => {
  const { definition } = studyOf([]);
  const at = 0;
  const trial = (number: number, steps: number, ending: StudyEvent[]): StudyEvent[] => [
    { type: 'trialCreated', at, number, params: {}, worker: 'w', suggestedBy: 'random' },
    { type: 'measured', at, number, step: steps, values: { loss: 1 } },
    ...ending,
  ];
  const pruned = { state: 'pruned', values: null, reason: 'slow' } as const;
  const { trials } = replay([
    { type: 'studyCreated', at, definition },
    ...trial(0, 9, [
      { type: 'trialFinished', at: 5000, number: 0, result: { state: 'complete', values: { loss: 1 } } },
    ]),
    ...trial(1, 3, [{ type: 'trialFinished', at: 2000, number: 1, result: pruned }]),
    ...trial(2, 4, []),
  ]);
  expect(spentOf(trials)).toEqual({ steps: 16, seconds: 7 });
  expect(savedSteps({ trials, definition: { ...definition, hints: { maxSteps: 9 } } })).toBe(6);
  expect(savedSteps({ trials, definition })).toBeNull();
});
