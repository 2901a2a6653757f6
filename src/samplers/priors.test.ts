/** What priors do to a search: good ones speed it up, wrong ones are overruled by results. Paired seeds, fixed; the false-alarm rate is of a fair coin. */
import type { Objective, Sampler, SuggestContext, TrialRecord } from '#core';
import { createRng } from '#math';
import { branch, choice, float, linear, space, type Space } from '#space';
import { describe, expect, test } from 'vitest';
import { gp } from './gp.ts';
import { random } from './random.ts';
import { tpe } from './tpe.ts';

const minimise: readonly Objective[] = [{ name: 'loss', direction: 'minimize' }];
const SEEDS = 20;
/** Binomial(20, 1/2): P(>= 17) = 1.3e-3. */
const MOST = 17;

const fields = {
  rate: float(1e-5, 1, { log: true }),
  x: float(0, 1),
  y: float(0, 1),
  act: choice(['relu', 'tanh', 'gelu']),
};
const plain = space(fields);
const believing = (rate: number, x: number, y: number, act: 'relu' | 'tanh' | 'gelu', confidence: number) =>
  space({
    rate: float(1e-5, 1, { log: true, prior: { mean: rate, confidence } }),
    x: float(0, 1, { prior: { mean: x, confidence } }),
    y: float(0, 1, { prior: [y] }),
    act: choice(['relu', 'tanh', 'gelu'], { prior: { mean: act, confidence } }),
  });
/** Near the optimum, not on it. */
const good = believing(3e-4, 0.75, 0.3, 'gelu', 0.8);
const wrong = believing(0.3, 0.1, 0.95, 'tanh', 0.8);

/** Minimum 0 at rate 1e-4, x 0.85, y 0.2, gelu. */
function loss(params: TrialRecord['params']): number {
  const p = plain.parse(params);
  return (
    ((Math.log10(p.rate) + 4) / 5) ** 2 +
    (p.x - 0.85) ** 2 +
    (p.y - 0.2) ** 2 +
    (p.act === 'gelu' ? 0 : p.act === 'relu' ? 0.1 : 0.2)
  );
}

function best(sampler: Sampler, s: Space, seed: number, count: number): number {
  const trials: TrialRecord[] = [];
  const studyRng = createRng(seed);
  let lowest = Infinity;
  for (let number = 0; number < count; number++) {
    const rng = studyRng.fork('trial', number);
    const context: SuggestContext = {
      space: s,
      objectives: minimise,
      trials,
      number,
      rng,
      studyRng,
      hints: { trials: count },
    };
    const suggestion = sampler.suggest(context);
    if ('exhausted' in suggestion) throw new Error(suggestion.exhausted);
    const value = loss(suggestion.params);
    lowest = Math.min(lowest, value);
    const facts = {
      createdAt: 0,
      measurements: [],
      attempt: 1,
      attributes: {},
      suggestedBy: 'x',
      startedAt: 0,
      endedAt: 0,
    };
    trials.push({ ...facts, number, params: suggestion.params, state: 'complete', values: { loss: value } });
  }
  return lowest;
}
const wins = (a: (seed: number) => number, b: (seed: number) => number): number =>
  Array.from({ length: SEEDS }, (_, seed) => a(seed) < b(seed)).filter(Boolean).length;

describe.each<[string, () => Sampler, number, number]>([
  ['random', random, 15, 0],
  ['tpe', tpe, 15, 80],
  ['gp', gp, 10, 40],
])('%s', (name, make, early, late) => {
  test(`a good prior is ahead of none after ${early} trials, for ${MOST} of ${SEEDS} seeds or more`, () => {
    expect(
      wins(
        (seed) => best(make(), good, seed, early),
        (seed) => best(make(), plain, seed, early),
      ),
    ).toBeGreaterThanOrEqual(MOST);
  });

  if (name !== 'random')
    test(`a wrong one is overcome: after ${late} trials it is ahead of random search without, for ${MOST} of ${SEEDS} seeds or more`, () => {
      expect(
        wins(
          (seed) => best(make(), wrong, seed, late),
          (seed) => best(random(), plain, seed, late),
        ),
      ).toBeGreaterThanOrEqual(MOST);
    });
});

test('constraints hold for what is drawn from priors, branches have priors of their own', () => {
  const s = space(
    {
      a: float(0, 1, { prior: { mean: 0.9, confidence: 1 } }),
      o: branch({ sgd: { m: float(0, 1, { prior: [0.9] }) }, adam: {} }, { prior: { mean: 'sgd', confidence: 0.9 } }),
    },
    { constraints: [linear({ coefficients: { a: 1, 'o.sgd.m': 1 }, atMost: 1.2 })] },
  );
  const studyRng = createRng(1);
  for (const sampler of [random(), tpe(), gp()]) {
    let sgd = 0;
    for (let number = 1; number < 4; number++)
      for (let seed = 0; seed < 20; seed++) {
        const rng = studyRng.fork(number, seed);
        const suggestion = sampler.suggest({
          space: s,
          objectives: minimise,
          trials: [],
          number,
          rng,
          studyRng,
          hints: {},
        });
        if ('exhausted' in suggestion) throw new Error(suggestion.exhausted);
        if (s.parse(suggestion.params).o.kind === 'sgd') sgd++;
      }
    expect(sgd).toBeGreaterThan(15); // beyond constraints 0.9 · 0.95 + 0.05 of 60; half of them is where uniform draws would be
  }
});
