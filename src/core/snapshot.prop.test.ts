/** Random logs: a snapshot anywhere in them and the events behind it give the state that the whole log gives. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeEvent, encodeEvent } from './event-json.ts';
import type { StudyCreated, StudyEvent } from './events.ts';
import { decodeState, encodeState } from './snapshot.ts';
import { replay, type StudyState } from './state.ts';
import { lastStep } from './trial.ts';

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

const metric = fc.oneof(fc.double(), fc.constantFrom(NaN, Infinity, -Infinity, -0, 5e-324));
const metrics = fc.oneof(
  fc.record({ y: metric }),
  fc.record({ y: metric, loss: metric }),
  fc.record({ loss: metric, y: metric }),
  fc.dictionary(fc.string(), metric, { maxKeys: 3 }),
  fc.constant(JSON.parse('{"__proto__": 3, "1": 4}') as Record<string, number>),
);
/** What might happen next: which trial, what, with which numbers. */
const step = fc.record({
  what: fc.constantFrom(
    'add',
    'enqueue',
    'run',
    'measure',
    'measure',
    'measure',
    'end',
    'stop',
    'lose',
    'note',
    'edit',
    'finish',
  ),
  trial: fc.nat(7),
  // Times that a date can be, of which the ends are 100 million days from 1970.
  at: fc.oneof(fc.integer({ min: 0, max: 2 ** 40 }), fc.double({ noNaN: true, min: -8.64e15, max: 8.64e15 })),
  by: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constantFrom(0.5, 2 ** 33)),
  values: metrics,
  json: fc.jsonValue(),
});

/** The event that a step comes to in this state; null if none fits. */
function eventOf(
  state: StudyState,
  { what, trial, at, by, values, json }: typeof step extends fc.Arbitrary<infer T> ? T : never,
): StudyEvent | null {
  const number = state.trials.length;
  const record = state.trials[trial];
  const of = { at, number: trial };
  if (what === 'add')
    return { type: 'trialCreated', at, number, params: { x: by, j: json }, worker: 'w', suggestedBy: 's', note: 'n' };
  if (what === 'enqueue') return { type: 'trialEnqueued', at, number, params: { x: by } };
  if (what === 'note')
    return { type: 'attributeSet', at, number: record === undefined ? null : trial, key: 'k', value: json as never };
  if (what === 'finish') return { type: 'studyFinished', at, reason: 'r' };
  if (what === 'edit')
    return {
      type: 'spaceEdited',
      at,
      space: { x: { type: 'float', low: 0, high: 2 } },
      fixed: { x: 1 },
      fill: { z: by },
      changes: [],
    };
  if (record === undefined) return null;
  if (what === 'run' && (record.state === 'waiting' || record.state === 'paused'))
    return { type: 'trialStarted', ...of, worker: 'v' };
  if (record.state !== 'running') return null;
  switch (what) {
    case 'measure':
      return { type: 'measured', ...of, step: (lastStep(record) ?? 0) + by, values };
    case 'end':
      return {
        type: 'trialFinished',
        ...of,
        result:
          by > 2
            ? { state: 'failed', error: { message: 'm' } }
            : by > 1
              ? { state: 'pruned', values: null, reason: 'r' }
              : { state: 'complete', values: { y: by } },
      };
    case 'stop':
      return by > 1 ? { type: 'stopRequested', ...of, reason: 'r' } : { type: 'trialPaused', ...of, reason: 'r' };
    case 'lose':
      return { type: 'trialLost', ...of, reason: 'r', keptStep: by > 1 ? lastStep(record) : null };
    case 'run':
      return null;
  }
}

const facts = ({ definition, trials, seq, finished, attributes, counts, waiting, running, paused }: StudyState) => ({
  definition,
  trials,
  seq,
  finished,
  attributes,
  counts,
  waiting: [...waiting],
  running: [...running],
  paused: [...paused],
});
const again = (state: StudyState): StudyState => {
  const read = decodeState(encodeState(state));
  if (read === null) throw new Error('not of this version');
  return read;
};

test('a snapshot and the events behind it give the state of the whole log', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(60), (steps, cut) => {
      const live = replay([created]);
      const log: StudyEvent[] = [created];
      for (const one of steps) {
        const event = eventOf(live, one);
        if (event === null) continue;
        // Each sees the log as text gives it back.
        const text = encodeEvent(event);
        live.apply(decodeEvent(text, ''));
        log.push(decodeEvent(text, ''));
      }
      const early = replay(log.slice(0, 1 + cut));
      const state = again(early);
      for (const event of log.slice(1 + cut)) state.apply(event);
      expect(facts(state)).toEqual(facts(replay(log)));
      // A snapshot of what was read from a snapshot, some of it looked at and some not.
      expect(facts(again(state))).toEqual(facts(live));
    }),
    { numRuns: 150, seed: 20261130 },
  );
});

test('bytes of another version or machine are no state', () => {
  const bytes = encodeState(replay([created]));
  expect(decodeState(bytes)?.seq).toBe(1);
  expect(decodeState(bytes.slice(0, 5))).toBeNull();
  for (const i of [0, 1, 2, 3]) expect(decodeState(bytes.map((byte, at) => (at === i ? byte + 1 : byte)))).toBeNull();
});

test('measurements that are read later are made once, and are those of the trial alone', () => {
  const at = 1;
  const run = (number: number): StudyEvent[] => [
    { type: 'trialCreated', at, number, params: {}, worker: 'w', suggestedBy: 's' },
    { type: 'measured', at, number, step: 1, values: { y: number } },
  ];
  // Bytes that a database hands out begin anywhere in its buffer.
  const bytes = encodeState(replay([created, ...run(0), ...run(1)]));
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  const state = decodeState(shifted.subarray(3));
  const before = state?.trials[1];
  expect(before?.measurements).toBe(before?.measurements);
  state?.apply({ type: 'measured', at, number: 1, step: 2, values: { y: 7 } });
  expect(state?.trials[1]?.measurements.map(({ values }) => values)).toEqual([{ y: 1 }, { y: 7 }]);
  expect(state?.trials[0]?.measurements).toHaveLength(1);
  expect({ ...state?.trials[0] }).toEqual(replay([created, ...run(0)]).trials[0]);
});
