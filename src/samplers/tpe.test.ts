import type { Objective, SuggestContext, TrialRecord } from '#core';
import { createRng } from '#math';
import { branch, float, int, space, type Space } from '#space';
import { samplerLaws } from '#testing';
import { expect, test } from 'vitest';
import { random } from './random.ts';
import { tpe } from './tpe.ts';

for (const law of samplerLaws(() => tpe(), { objectives: 3 })) test(law.name, law.check);

const minimise: readonly Objective[] = [{ name: 'loss', direction: 'minimize' }];
const base = { createdAt: 0, measurements: [], attempt: 1, attributes: {}, suggestedBy: 'tpe', startedAt: 0 };
const complete = (number: number, params: TrialRecord['params'], loss: number): TrialRecord => {
  return { ...base, number, params, state: 'complete', endedAt: 0, values: { loss } };
};
const context = (s: Space, trials: readonly TrialRecord[], seed: number): SuggestContext => {
  const studyRng = createRng(seed);
  const number = trials.length;
  return { space: s, objectives: minimise, trials, number, rng: studyRng.fork('trial', number), studyRng, hints: {} };
};
function paramsOf(sampler: ReturnType<typeof tpe>, c: SuggestContext) {
  const suggestion = sampler.suggest(c);
  if ('exhausted' in suggestion) throw new Error(suggestion.exhausted);
  return suggestion.params;
}

const s = space({
  rate: float(1e-4, 1, { log: true }),
  layers: int(1, 30),
  optimizer: branch({ sgd: { momentum: float(0, 1) }, adam: { beta: float(0.5, 1) } }),
});
/** Minimum 0 at rate 1e-2, 8 layers, adam with beta 0.9. */
function objective(params: TrialRecord['params']): number {
  const p = s.parse(params);
  const shared = (Math.log10(p.rate) + 2) ** 2 + ((p.layers - 8) / 10) ** 2;
  return shared + (p.optimizer.kind === 'sgd' ? 0.5 + p.optimizer.momentum : 4 * (p.optimizer.beta - 0.9) ** 2);
}
function run(make: typeof random, seed: number, count: number): TrialRecord[] {
  const sampler = make();
  const trials: TrialRecord[] = [];
  for (let i = 0; i < count; i++) {
    const params = paramsOf(sampler, context(s, trials, seed));
    trials.push(complete(i, params, objective(params)));
  }
  return trials;
}
const best = (trials: readonly TrialRecord[]) =>
  Math.min(...trials.map((t) => (t.state === 'complete' ? t.values.loss! : Infinity)));

test('beats random search on a conditional space after 80 trials: 20 of 24 paired seeds or more, by chance in fewer than 1 of 1,000 runs', () => {
  // Binomial(24, 1/2): P(>= 20) = 7.7e-4
  const wins = Array.from({ length: 24 }, (_, seed) => best(run(tpe, seed, 80)) < best(run(random, seed, 80)));
  expect(wins.filter(Boolean).length).toBeGreaterThanOrEqual(20);
});

test('after 60 trials most suggestions take the better branch', () => {
  const trials = run(tpe, 1, 60);
  const kinds = Array.from(
    { length: 40 },
    (_, seed) => s.parse(paramsOf(tpe(), context(s, trials, 100 + seed))).optimizer.kind,
  );
  expect(kinds.filter((k) => k === 'adam').length).toBeGreaterThan(30);
});

test('pending trials push suggestions away from themselves', () => {
  const line = space({ x: float(0, 1) });
  const trials = Array.from({ length: 40 }, (_, i) => complete(i, { x: i / 40 }, Math.abs(i / 40 - 0.5)));
  const near = (list: readonly TrialRecord[]) => {
    const xs = Array.from({ length: 60 }, (_, seed) => line.parse(paramsOf(tpe(), context(line, list, seed))).x);
    return xs.filter((x) => Math.abs(x - 0.5) < 0.02).length;
  };
  const pending = Array.from({ length: 15 }, (_, i): TrialRecord => {
    return {
      ...base,
      number: 40 + i,
      params: { x: 0.5 + (i - 7) * 1e-4 },
      state: 'running',
      worker: 'w',
      stopReason: null,
    };
  });
  expect(near([...trials, ...pending])).toBeLessThan(near(trials));
});

test('three good trials among a thousand failed ones are still found again', () => {
  const line = space({ x: float(0, 1) });
  const failed = (number: number): TrialRecord => {
    return {
      ...base,
      number,
      params: { x: 0.3 + (number % 1000) / 1500 },
      state: 'failed',
      endedAt: 0,
      error: { message: '' },
    };
  };
  const trials = Array.from({ length: 1000 }, (_, i) => (i < 3 ? complete(i, { x: 0.05 + i / 100 }, i) : failed(i)));
  for (let seed = 0; seed < 10; seed++) {
    expect(line.parse(paramsOf(tpe(), context(line, trials, seed))).x).toBeLessThan(0.35);
  }
});
