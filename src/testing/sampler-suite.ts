/** The laws of the Sampler contract (see #core), over a zoo of spaces and histories. */
import assert from 'node:assert/strict';
import {
  replay,
  type Objective,
  type Sampler,
  type StudyEvent,
  type SuggestContext,
  type TrialRecord,
  type TrialResult,
} from '#core';
import { createRng } from '#math';
import { branch, choice, fixed, float, int, sampleUniform, space, type Space } from '#space';
import type { Law } from './law.ts';
import { restrictionLaws } from './sampler-restriction-laws.ts';
import { spaceLaws } from './sampler-space-laws.ts';

export interface SamplerOptions {
  /** Spaces it takes: 'finite' for grid search. */
  readonly spaces?: 'all' | 'finite';
  /** How many objectives it takes at most. */
  readonly objectives?: number;
  /** Points come again on purpose, as where training goes on with the same parameters. */
  readonly repeats?: boolean;
  /** Trials in the longest history. */
  readonly longest?: number;
}

const finite: Readonly<Record<string, Space>> = {
  'one int': space({ n: int(1, 40) }),
  'ints and choices': space({
    a: int(0, 9),
    b: choice([128, 32, 64]),
    c: choice(['x', 'y', null, true]),
    d: int(1, 64, { log: true }),
    f: fixed(3),
  }),
  'steps and branches': space({
    x: float(0, 1, { step: 0.1 }),
    o: branch({
      sgd: { m: int(0, 4), s: branch({ none: {}, step: { every: int(1, 5) } }) },
      adam: { b: choice([1, 2, 3]) },
      rprop: {},
    }),
  }),
};
const infinite: Readonly<Record<string, Space>> = {
  'one float': space({ x: float(-5, 5) }),
  'one log float': space({ x: float(1e-12, 1e3, { log: true }) }),
  'all kinds': space({
    lr: float(1e-5, 1e-1, { log: true }),
    x: float(-1, 1),
    layers: int(1, 4),
    units: int(16, 512, { log: true }),
    act: choice(['relu', 'gelu', 'tanh']),
    size: choice([32, 64, 128]),
    epochs: fixed(10),
    o: branch({
      sgd: { momentum: float(0, 0.99), lr: float(1e-3, 1, { log: true }) },
      adam: { beta2: float(0.9, 0.9999) },
      none: {},
    }),
  }),
  'ten floats': space(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`x${i}`, float(0, 1)]))),
};

/** What became of trial `i`: the events after its creation. */
type Fate = (i: number, objectives: readonly Objective[]) => StudyEvent[];
const valuesOf = (objectives: readonly Objective[], value: number) =>
  Object.fromEntries(objectives.map(({ name }, k) => [name, value * (k + 1)]));
const ends = (number: number, result: TrialResult): StudyEvent[] => [{ type: 'trialFinished', at: 1, number, result }];
const completes =
  (value: (i: number) => number): Fate =>
  (i, o) =>
    ends(i, { state: 'complete', values: valuesOf(o, value(i)) });

const fates: Readonly<Record<string, Fate>> = {
  'all different': completes((i) => Math.sin(i * 12.9898) * 43.7),
  'all equal': completes(() => 0.5),
  'huge and tiny': completes((i) => [1e300, -1e300, 1e-300, 0, 5e-324][i % 5] ?? 0),
  'all failed': (i) => ends(i, { state: 'failed', error: { message: 'out of memory' } }),
  'all running': () => [],
  mixed: (i, o) => {
    const step = (s: number, value: number): StudyEvent => ({
      type: 'measured',
      at: 1,
      number: i,
      step: s,
      values: valuesOf(o, value),
    });
    switch (i % 6) {
      case 0:
        return [step(1, 1), step(2, NaN), ...ends(i, { state: 'failed', error: { message: 'diverged' } })];
      case 1:
        return [step(1, i), ...ends(i, { state: 'pruned', values: valuesOf(o, i), reason: 'bad' })];
      case 2:
        return [step(1, i), step(3, Infinity), ...ends(i, { state: 'pruned', values: null, reason: 'bad' })];
      case 3:
        return [step(1, i), { type: 'trialPaused', at: 1, number: i, reason: 'rung' }];
      case 4:
        return [step(1, i)];
      default:
        return ends(i, { state: 'complete', values: valuesOf(o, i) });
    }
  },
};

const history = (s: Space, objectives: readonly Objective[], fate: Fate, length: number): readonly TrialRecord[] =>
  replay(log(s, objectives, fate, length)).trials;

function log(s: Space, objectives: readonly Objective[], fate: Fate, length: number): StudyEvent[] {
  const rng = createRng('history');
  const definition = {
    name: 'law',
    space: s.toJSON(),
    objectives,
    sampler: 'x',
    pruner: 'none',
    seed: 1,
    hints: {},
    createdAt: 0,
  };
  const events: StudyEvent[] = [{ type: 'studyCreated', at: 0, definition }];
  for (let i = 0; i < length; i++) {
    const params = sampleUniform(s, rng.fork(i));
    // Every fourth one was a person's idea, and every eighth repeats the one before.
    if (i % 4 === 3) {
      events.push(
        { type: 'trialEnqueued', at: 1, number: i, params },
        { type: 'trialStarted', at: 1, number: i, worker: 'w' },
      );
    } else {
      const same = i % 8 === 1 ? sampleUniform(s, rng.fork(i - 1)) : params;
      events.push({ type: 'trialCreated', at: 1, number: i, params: same, worker: 'w', suggestedBy: 'x' });
    }
    events.push(...fate(i, objectives));
  }
  return events;
}

/** Frozen all the way down, so that a change throws. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  Object.values(value).forEach(deepFreeze);
  return value;
}

export function samplerLaws(
  make: () => Sampler,
  { spaces = 'all', objectives: most = 1, repeats = false, longest = 60 }: SamplerOptions = {},
): Law[] {
  const zoo = Object.entries(spaces === 'finite' ? finite : { ...finite, ...infinite });
  const objectiveSets = Array.from({ length: most }, (_, k) =>
    Array.from({ length: k + 1 }, (_, j): Objective => ({
      name: `o${j}`,
      direction: j % 2 === 0 ? 'minimize' : 'maximize',
    })),
  );
  const contextOf = (
    s: Space,
    objectives: readonly Objective[],
    trials: readonly TrialRecord[],
    seed = 7,
  ): SuggestContext => ({
    space: s,
    objectives,
    trials,
    number: trials.length,
    rng: createRng(seed).fork('trial', trials.length),
    studyRng: createRng(seed),
    hints: {},
  });
  const lengths = [0, 1, 2, 5, 12, longest];
  const cases = zoo.flatMap(([spaceName, s]) =>
    objectiveSets.flatMap((objectives) =>
      Object.entries(fates).flatMap(([fateName, fate]) =>
        lengths.map((length) => ({ what: `${spaceName}, ${fateName}, ${length}`, s, objectives, fate, length })),
      ),
    ),
  );
  /** Comparable, and a sentence when it is not as it should be. */
  const answer = (sampler: Sampler, context: SuggestContext): string => JSON.stringify(sampler.suggest(context));

  return [
    {
      name: 'a suggestion fits the space whatever the history holds, or says in a sentence that nothing is left',
      check: () => {
        for (const { what, s, objectives, fate, length } of cases) {
          const suggestion = make().suggest(contextOf(s, objectives, history(s, objectives, fate, length)));
          if ('exhausted' in suggestion) assert.match(suggestion.exhausted, /\w+ .*\.$/, what);
          else assert.deepEqual(s.parse(suggestion.params), suggestion.params, what);
        }
      },
    },
    {
      name: 'the same context gets the same suggestion: again, from a new instance, and from a copy of the history',
      check: () => {
        const sampler = make();
        for (const { what, s, objectives, fate, length } of cases) {
          const trials = history(s, objectives, fate, length);
          const first = answer(sampler, contextOf(s, objectives, trials));
          assert.equal(answer(sampler, contextOf(s, objectives, trials)), first, `${what}: again`);
          assert.equal(answer(make(), contextOf(s, objectives, trials)), first, `${what}: new instance`);
          assert.equal(answer(sampler, contextOf(s, objectives, structuredClone(trials))), first, `${what}: copy`);
        }
      },
    },
    {
      name: 'a suggestion depends on the history before it, not on what the instance was asked before',
      check: () => {
        const [objectives] = objectiveSets;
        for (const [what, s] of objectives === undefined ? [] : zoo) {
          const walked = make();
          // One instance walks with a growing study and its one array, as it does in life; the other is asked once, about a copy.
          const [created, ...events] = log(s, objectives ?? [], fates['mixed'] ?? (() => []), longest);
          const state = replay(created === undefined ? [] : [created]);
          for (const event of events) {
            state.apply(event);
            const { trials } = state;
            const last = trials.at(-1);
            if (last === undefined || (trials.length % 7 > 1 && trials.length < longest)) continue;
            const context = contextOf(s, objectives ?? [], trials);
            const copy = contextOf(s, objectives ?? [], structuredClone(trials));
            assert.equal(
              answer(walked, context),
              answer(make(), copy),
              `${what}, ${trials.length} trials, the last ${last.state}`,
            );
          }
        }
      },
    },
    {
      name: 'the context is not changed',
      check: () => {
        for (const { s, objectives, fate, length } of cases.filter(({ length }) => length <= 12)) {
          const trials = deepFreeze(history(s, objectives, fate, length));
          make().suggest(
            deepFreeze({ ...contextOf(s, objectives, []), rng: createRng(1), trials, number: trials.length, space: s }),
          );
        }
      },
    },
    {
      name: 'trials of one study differ from each other in a space of floats',
      check: () => {
        const s = infinite['all kinds'];
        const [objectives] = objectiveSets;
        if (spaces === 'finite' || s === undefined || objectives === undefined) return;
        const seen = new Set<string>();
        for (let length = 0; length < 20; length++)
          seen.add(
            answer(
              make(),
              contextOf(s, objectives, history(s, objectives, fates['all running'] ?? (() => []), length)),
            ),
          );
        assert.equal(seen.size, 20);
      },
    },
    ...spaceLaws(make, spaces, repeats),
    ...restrictionLaws(make, spaces, repeats),
  ];
}
