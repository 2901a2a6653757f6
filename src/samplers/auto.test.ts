import type { SuggestContext, TrialRecord } from '#core';
import { createRng } from '#math';
import { choice, float, int, space, type Space } from '#space';
import { samplerLaws } from '#testing';
import { expect, test } from 'vitest';
import { auto } from './auto.ts';
import { gp } from './gp.ts';
import { tpe } from './tpe.ts';

for (const law of samplerLaws(() => auto({ gpResults: 8 }), { objectives: 2, longest: 20 }))
  test(law.name, law.check, 60_000);

const base = {
  createdAt: 0,
  measurements: [],
  attempt: 1,
  attributes: {},
  suggestedBy: 'auto',
  startedAt: 0,
  endedAt: 0,
};
const context = (s: Space, trials: readonly TrialRecord[], planned: number): SuggestContext => {
  const studyRng = createRng(1);
  const number = trials.length;
  return {
    space: s,
    objectives: [{ name: 'loss', direction: 'minimize' }],
    trials,
    number,
    rng: studyRng.fork('trial', number),
    studyRng,
    hints: { trials: planned },
  };
};
function run(s: Space, count: number, planned: number, sampler = auto({ gpResults: 6 })) {
  const trials: TrialRecord[] = [];
  for (let number = 0; number < count; number++) {
    const suggestion = sampler.suggest(context(s, trials, planned));
    if ('exhausted' in suggestion) throw new Error(suggestion.exhausted);
    trials.push({ ...base, ...suggestion, number, state: 'complete', values: { loss: Math.sin(number) } });
  }
  return trials;
}

test('says once which sampler it took and why, and again when it switches', () => {
  const notes = run(space({ x: float(0, 1) }), 9, 100).map((t) => t.note ?? '');
  expect(notes[0]).toMatch(/^auto: gp, since .*\.$/);
  expect(notes[6]).toMatch(/^auto: tpe, since .*\.$/);
  expect(notes.filter((n) => n !== '')).toHaveLength(2);
});

test('suggests what the sampler it took would suggest', () => {
  const s = space({ x: float(0, 1) });
  const trials = run(s, 9, 100);
  const params = (suggestion: ReturnType<ReturnType<typeof auto>['suggest']>) =>
    'params' in suggestion && suggestion.params;
  const at = (n: number) => context(s, trials.slice(0, n), 100);
  expect(params(auto({ gpResults: 6 }).suggest(at(5)))).toEqual(params(gp().suggest(at(5))));
  expect(params(auto({ gpResults: 6 }).suggest(at(8)))).toEqual(params(tpe().suggest(at(8))));
});

test('takes every point of a space that the planned trials cover, without a model', () => {
  const s = space({ n: int(1, 6), c: choice(['a', 'b']) });
  const trials = run(s, 12, 12);
  expect(new Set(trials.map((t) => JSON.stringify(t.params))).size).toBe(12);
  expect(trials[0]?.note).toContain('all 12 points');
  expect(auto().suggest(context(s, trials, 12))).toHaveProperty('exhausted');
});
