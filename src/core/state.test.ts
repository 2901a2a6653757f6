import { expect, test } from 'vitest';
import type { StudyCreated, StudyEvent } from './events.ts';
import { replay, StudyState } from './state.ts';

const created: StudyCreated = {
  type: 'studyCreated',
  at: 0,
  definition: {
    name: 's',
    space: { x: { type: 'float', low: 0, high: 1 } },
    objectives: [{ name: 'y', direction: 'minimize' }],
    sampler: 'random',
    pruner: 'none',
    seed: 1,
    hints: {},
    createdAt: 0,
  },
};
const start = (number: number, at = 1): StudyEvent => ({
  type: 'trialCreated',
  at,
  number,
  params: { x: number },
  worker: 'w',
  suggestedBy: 'random',
});
const measured = (number: number, step: number, y = step): StudyEvent => ({
  type: 'measured',
  at: 10 + step,
  number,
  step,
  values: { y },
});
const done = (number: number, y = 0): StudyEvent => ({
  type: 'trialFinished',
  at: 99,
  number,
  result: { state: 'complete', values: { y } },
});
const fold = (...events: StudyEvent[]) => replay([created, ...events]);

test('a trial runs, is measured and completes', () => {
  const { trials, seq, counts } = fold(start(0), measured(0, 1), measured(0, 2), done(0, 0.5));
  expect(trials).toEqual([
    {
      number: 0,
      params: { x: 0 },
      createdAt: 1,
      startedAt: 1,
      endedAt: 99,
      attempt: 1,
      attributes: {},
      suggestedBy: 'random',
      note: null,
      measurements: [
        { step: 1, values: { y: 1 }, at: 11 },
        { step: 2, values: { y: 2 }, at: 12 },
      ],
      state: 'complete',
      values: { y: 0.5 },
    },
  ]);
  expect(seq).toBe(5);
  expect(counts).toEqual({ waiting: 0, running: 0, paused: 0, complete: 1, pruned: 0, failed: 0 });
});

test('a paused trial knows its step and goes on after it', () => {
  const state = fold(start(0), measured(0, 3), { type: 'trialPaused', at: 20, number: 0, reason: 'rung 0' });
  expect(state.trials[0]).toMatchObject({ state: 'paused', atStep: 3, reason: 'rung 0' });
  expect([...state.paused]).toEqual([0]);
  state.apply({ type: 'trialStarted', at: 30, number: 0, worker: 'v' });
  state.apply(measured(0, 4));
  expect(state.trials[0]).toMatchObject({ state: 'running', worker: 'v', startedAt: 1, attempt: 1 });
  expect(state.trials[0]?.measurements.map(({ step }) => step)).toEqual([3, 4]);
  expect([...state.running]).toEqual([0]);
});

test('a paused trial may be ended where it stands', () => {
  const state = fold(
    start(0),
    measured(0, 3),
    { type: 'trialPaused', at: 20, number: 0, reason: 'rung 0' },
    done(0, 1),
  );
  expect(state.trials[0]).toMatchObject({ state: 'complete', values: { y: 1 } });
});

test('a lost trial waits again, keeps what its checkpoint holds, and counts the attempt', () => {
  const lost = (keptStep: number | null): StudyEvent => ({
    type: 'trialLost',
    at: 50,
    number: 0,
    reason: 'gone',
    keptStep,
  });
  const kept = fold(start(0), measured(0, 1), measured(0, 2), measured(0, 3), lost(2));
  expect(kept.trials[0]).toMatchObject({ state: 'waiting', attempt: 2 });
  expect(kept.trials[0]?.measurements.map(({ step }) => step)).toEqual([1, 2]);
  const anew = fold(
    start(0),
    measured(0, 1),
    lost(null),
    { type: 'trialStarted', at: 60, number: 0, worker: 'v' },
    measured(0, 1, 7),
  );
  expect(anew.trials[0]?.measurements).toEqual([{ step: 1, values: { y: 7 }, at: 11 }]);
});

test('a requested stop is a fact of the running trial; the end comes when it is told', () => {
  const state = fold(start(0), measured(0, 1), {
    type: 'stopRequested',
    at: 20,
    number: 0,
    reason: 'worse than the median',
  });
  expect(state.trials[0]).toMatchObject({ state: 'running', stopReason: 'worse than the median' });
  state.apply({ type: 'trialFinished', at: 30, number: 0, result: { state: 'pruned', values: null, reason: 'r' } });
  expect(state.trials[0]).toMatchObject({ state: 'pruned', atStep: 1, reason: 'r', values: null });
});

test('records are replaced, never changed, in one array that stays the same', () => {
  const state = fold(start(0));
  const { trials } = state;
  const before = trials[0];
  state.apply(done(0));
  expect(state.trials).toBe(trials);
  expect(before?.state).toBe('running');
  expect(trials[0]).not.toBe(before);
});

test('attributes belong to a trial or to the study', () => {
  const state = fold(
    start(0),
    { type: 'attributeSet', at: 2, number: 0, key: '__proto__', value: [1] },
    { type: 'attributeSet', at: 3, number: null, key: 'k', value: 'v' },
  );
  expect(Object.entries(state.trials[0]?.attributes ?? {})).toEqual([['__proto__', [1]]]);
  expect(state.attributes).toEqual({ k: 'v' });
});

test('a finished study is open again as soon as a trial starts', () => {
  const state = fold(start(0), done(0), { type: 'studyFinished', at: 100, reason: 'enough' });
  expect(state.finished).toEqual({ reason: 'enough' });
  state.apply(start(1));
  expect(state.finished).toBeNull();
});

test.each<[string, StudyEvent[]]>([
  ['a number with a gap', [start(1)]],
  ['a number twice', [start(0), start(0)]],
  ['an end of a trial that does not exist', [done(0)]],
  ['a second end', [start(0), done(0), done(0)]],
  ['a measurement after the end', [start(0), done(0), measured(0, 1)]],
  ['a step back', [start(0), measured(0, 2), measured(0, 2)]],
  ['a start of a running trial', [start(0), { type: 'trialStarted', at: 2, number: 0, worker: 'v' }]],
  [
    'a loss of a paused trial',
    [
      start(0),
      { type: 'trialPaused', at: 2, number: 0, reason: '' },
      { type: 'trialLost', at: 3, number: 0, reason: '', keptStep: null },
    ],
  ],
  ['an attribute of nobody', [{ type: 'attributeSet', at: 2, number: 0, key: 'k', value: 1 }]],
  ['a second creation', [created]],
])('%s is a broken invariant and changes nothing', (_, events) => {
  const state = new StudyState(created);
  for (const event of events.slice(0, -1)) state.apply(event);
  const { seq } = state;
  const before = structuredClone(state.trials);
  expect(() => {
    state.apply(events.at(-1) ?? created);
  }).toThrow('internal:');
  expect(state.trials).toEqual(before);
  expect(state.seq).toBe(seq);
});

test('a log begins with its creation', () => {
  expect(() => replay([])).toThrow('internal: the log is empty');
  expect(() => replay([start(0)])).toThrow('internal: the log begins with trialCreated');
});
