/** Laws of the Sampler contract about what may not be suggested: points that constraints refuse, other values than fixed ones, and what an edit took away. */
import assert from 'node:assert/strict';
import { replay, type Objective, type Sampler, type StudyEvent, type SuggestContext, type TrialRecord } from '#core';
import { createRng } from '#math';
import {
  branch,
  choice,
  flatten,
  float,
  int,
  linear,
  predicate,
  sampleUniform,
  space,
  type Flat,
  type Space,
} from '#space';
import type { Law } from './law.ts';

const LONGEST = 24;
const SEEDS = 3;

const minimise: readonly Objective[] = [{ name: 'loss', direction: 'minimize' }];

/** Both constraints cut through every branch; about a quarter of the points is allowed. */
const mixed = space(
  {
    x: float(0, 1),
    y: float(1e-3, 1, { log: true }),
    layers: int(1, 6),
    units: choice([16, 32, 64, 128]),
    o: branch({ sgd: { momentum: float(0, 1), inner: branch({ a: { n: int(1, 4) }, b: {} }) }, adam: {} }),
  },
  {
    constraints: [
      linear({ coefficients: { x: 1, 'o.sgd.momentum': 1 }, atMost: 0.8 }),
      predicate('small', (p) => p.layers * p.units <= 128 && (p.o.kind === 'sgd' || p.x > 0.3)),
    ],
  },
);
const finite = space(
  {
    a: int(0, 5),
    b: float(0, 1, { step: 0.25 }),
    o: branch({ sgd: { n: int(1, 3) }, adam: { c: choice(['u', 'v']) } }),
  },
  {
    constraints: [
      linear({ coefficients: { a: 1, 'o.sgd.n': 2 }, atMost: 6, atLeast: 3 }),
      predicate('not both', (p) => !(p.a > 3 && p.b > 0.5)),
    ],
  },
);
/** Counted by hand: sgd: (a, n) with 3 <= a + 2 n <= 6, of which those with a > 3 have 3 of the 5 values of b; adam: 6 values of a, 2 of c. */
const FINITE_POINTS = (() => {
  let count = 0;
  for (let a = 0; a <= 5; a++) {
    const b = a > 3 ? 3 : 5;
    for (let n = 1; n <= 3; n++) if (a + 2 * n >= 3 && a + 2 * n <= 6) count += b;
    count += 2 * b;
  }
  return count;
})();

const fixings: readonly Flat[] = [
  { layers: 2 },
  { 'o.sgd.momentum': 0.25, x: 0.5 },
  { o: 'adam', units: 16 },
  { o: 'sgd', 'o.sgd.inner': 'a', 'o.sgd.inner.a.n': 3, y: 0.01 },
];

export function restrictionLaws(make: () => Sampler, spaces: 'all' | 'finite', repeats: boolean): Law[] {
  return [
    {
      name: 'only points that the constraints allow are suggested, in the middle of allowed, failed and unfinished trials',
      check: () => {
        for (const s of spaces === 'finite' ? [finite] : [mixed, finite])
          for (let seed = 0; seed < SEEDS; seed++)
            for (const params of walk(make(), s, seed, LONGEST)) assert.deepEqual(s.parse(params), params);
      },
    },
    ...(repeats
      ? []
      : [
          {
            name: 'in a finite space with constraints every allowed point is suggested once, and then a sentence says so',
            check: () => {
              const seen = walk(make(), finite, 1, 10 * FINITE_POINTS).map((params) => JSON.stringify(params));
              assert.equal(new Set(seen).size, seen.length);
              assert.equal(seen.length, FINITE_POINTS);
            },
          },
        ]),
    {
      name: 'a suggestion has the values that are fixed wherever they are active, with a history that has others',
      check: () => {
        if (spaces === 'finite') {
          for (const params of walk(make(), finite, 2, 12, { a: 3 })) assert.equal(flatten(params)['a'], 3);
          return;
        }
        for (const fixed of fixings)
          for (let seed = 0; seed < SEEDS; seed++) {
            const before = Array.from({ length: 12 }, (_, i) =>
              sampleUniform(mixed, createRng(seed).fork('before', i)),
            );
            for (const params of walk(make(), mixed, seed, 12, fixed, before)) {
              assert.deepEqual(mixed.parse(params), params);
              const flat = flatten(params);
              for (const [path, value] of Object.entries(fixed))
                if (flat[path] !== undefined || !path.includes('.')) assert.equal(flat[path], value, path);
            }
          }
      },
    },
    {
      name: 'a history whose parameters do not fit the space any more leaves suggestions inside it',
      check: () => {
        const now = space({
          a: int(2, 4),
          b: float(0, 0.5, { step: 0.25 }),
          o: branch({ sgd: { n: int(1, 3) }, adam: { c: choice(['v', 'w']) } }),
        });
        const before = Array.from({ length: 20 }, (_, i) => sampleUniform(finite, createRng('edit').fork(i)));
        for (let seed = 0; seed < SEEDS; seed++)
          for (const params of walk(make(), now, seed, 12, {}, before)) assert.deepEqual(now.parse(params), params);
      },
    },
  ];
}

/** What a study of `length` trials is suggested, after trials with parameters of a person's own; shorter when nothing is left. */
function walk(
  sampler: Sampler,
  s: Space,
  seed: number,
  length: number,
  fixed: Flat = {},
  before: readonly TrialRecord['params'][] = [],
): TrialRecord['params'][] {
  const facts = { sampler: 'x', pruner: 'none', seed: 1, hints: {}, createdAt: 0 };
  const definition = { name: 'law', space: s.toJSON(), objectives: minimise, ...facts };
  const study = replay([{ type: 'studyCreated', at: 0, definition }]);
  const end = (number: number): void => {
    const ended: StudyEvent =
      number % 5 === 4
        ? { type: 'trialFinished', at: 1, number, result: { state: 'failed', error: { message: 'x' } } }
        : {
            type: 'trialFinished',
            at: 1,
            number,
            result: { state: 'complete', values: { loss: Math.sin(number * 9.7) } },
          };
    if (number % 7 !== 6) study.apply(ended);
  };
  before.forEach((params, number) => {
    study.apply({ type: 'trialEnqueued', at: 1, number, params });
    end(number);
  });
  const suggested: TrialRecord['params'][] = [];
  const studyRng = createRng(seed);
  while (suggested.length < length) {
    const number = study.trials.length;
    const rng = studyRng.fork('trial', number);
    const context: SuggestContext = {
      space: s,
      objectives: minimise,
      trials: study.trials,
      number,
      rng,
      studyRng,
      hints: {},
      fixed,
    };
    const suggestion = sampler.suggest(context);
    if ('exhausted' in suggestion) {
      assert.match(suggestion.exhausted, /\w+ .*\.$/);
      break;
    }
    suggested.push(suggestion.params);
    study.apply({ type: 'trialCreated', at: 1, number, params: suggestion.params, worker: 'w', suggestedBy: 'x' });
    end(number);
  }
  return suggested;
}
