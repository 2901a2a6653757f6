import type { Objective, TrialRecord } from '#core';
import { createRng } from '#math';
import { branch, choice, float, int, sampleUniform, space, type Space } from '#space';
import { expect, test } from 'vitest';
import { importance } from './importance.ts';

const minimise: readonly Objective[] = [{ name: 'loss', direction: 'minimize' }];
function trialsOf<P>(
  s: Space & { parse(value: unknown): P },
  count: number,
  loss: (params: P) => number,
): TrialRecord[] {
  const rng = createRng(1);
  return Array.from({ length: count }, (_, number) => {
    const params = sampleUniform(s, rng);
    const common = {
      createdAt: 0,
      measurements: [],
      attempt: 1,
      attributes: {},
      suggestedBy: null,
      startedAt: 0,
      endedAt: 0,
    };
    return {
      ...common,
      number,
      params: params as TrialRecord['params'],
      state: 'complete',
      values: { loss: loss(params) },
    };
  });
}

test('a number and a category that decide all share the importance; noise parameters have little', () => {
  const s = space({
    x: float(1e-4, 1, { log: true }),
    n: int(1, 40),
    c: choice(['a', 'b', 'c']),
    noise: float(0, 1),
    k: choice([1, 2]),
  });
  const trials = trialsOf(s, 600, (p) => (Math.log10(p.x) + 2) ** 2 + (p.c === 'b' ? 0 : 0.3));
  const rows = importance(s, minimise, trials);
  expect(
    rows
      .slice(0, 2)
      .map((r) => r.path)
      .sort(),
  ).toEqual(['c', 'x']);
  expect(rows[0]!.importance + rows[1]!.importance).toBeGreaterThan(0.9);
  expect(rows.reduce((sum, r) => sum + r.importance, 0)).toBeCloseTo(1, 12);
});

test('a maximised objective turns the order round', () => {
  const s = space({ x: float(0, 1), y: float(0, 1) });
  const trials = trialsOf(s, 300, (p) => p.x);
  const [top] = importance(s, [{ name: 'loss', direction: 'maximize' }], trials, { quantile: 0.5 });
  expect(top?.path).toBe('x');
});

test('a conditional parameter counts by the share of the best trials in which it is active', () => {
  const s = space({ o: branch({ good: { a: float(0, 1) }, bad: { b: float(0, 1) } }) });
  const trials = trialsOf(s, 500, ({ o }) => (o.kind === 'good' ? o.a : 10 + o.b));
  const rows = importance(s, minimise, trials);
  expect(rows[0]?.path).toBe('o.good.a');
  expect(rows.find((r) => r.path === 'o.bad.b')?.importance).toBe(0);
});

test('two values of a two-valued parameter, worked by hand', () => {
  // 10 trials, 5 of each value; best 2 (quantile 0.2) both have k = 0. q = (5 + 1/2)/11 each; p = (2 + 1/2)/3, (1/2)/3.
  // D = Σ (p/q - 1)² q = (5/3 - 1)²/2 + (1/3 - 1)²/2 = 4/9.
  const s = space({ k: choice(['u', 'v']) });
  const trials = trialsOf(s, 10, () => 0).map((t, i): TrialRecord => {
    return t.state === 'complete' ? { ...t, params: { k: i < 5 ? 'u' : 'v' }, values: { loss: i } } : t;
  });
  expect(importance(s, minimise, trials, { quantile: 0.2 })).toEqual([{ path: 'k', importance: 1 }]);
  expect(importance(s, minimise, trials.slice(0, 1))).toEqual([]);
});

/** Ten trials in order of loss with the given categories. */
function ranked(s: Space, params: (rank: number) => TrialRecord['params']): TrialRecord[] {
  return trialsOf(space({ x: float(0, 1) }), 10, () => 0).map((trial, rank) => {
    const given = s.parse(params(rank)) as TrialRecord['params']; // parsed by the space it is of
    return { ...trial, params: given, state: 'complete', values: { loss: rank }, startedAt: 0, endedAt: 0 };
  });
}

test('the ratio of two parameters is that of equation 16, worked by hand', () => {
  // Best 2 of 10. k: 5 u, 5 v, the best are u u: D = 4/9 (above).
  // m: 2 u, 8 v, the best are u v: q = 2.5/11, 8.5/11; p = 1/2 each. D = Σ p²/q - 1 = 2.75/2.5 + 2.75/8.5 - 1.
  const s = space({ k: choice(['u', 'v']), m: choice(['u', 'v']) });
  const trials = ranked(s, (rank) => ({ k: rank < 5 ? 'u' : 'v', m: rank === 0 || rank === 9 ? 'u' : 'v' }));
  const [dk, dm] = [4 / 9, 2.75 / 2.5 + 2.75 / 8.5 - 1];
  expect(importance(s, minimise, trials, { quantile: 0.2 })).toEqual([
    { path: 'k', importance: expect.closeTo(dk / (dk + dm), 14) as number },
    { path: 'm', importance: expect.closeTo(dm / (dk + dm), 14) as number },
  ]);
});

test('a parameter of a branch is compared with the trials of its branch only, by path', () => {
  // sgd in ranks 0-4, adam in 5-9; best 4 of 10, all sgd. Branch: q = 1/2, p = (4.5, 0.5)/5: D = 2 (0.81 + 0.01) - 1 = 0.64.
  // nesterov among the five sgd trials: on in ranks 0-2: q = (3.5, 2.5)/6; best four: three on, p = (3.5, 1.5)/5. Against all ten it would be another number.
  const s = space({ optimizer: branch({ sgd: { nesterov: choice(['on', 'off']) }, adam: {} }) });
  const trials = ranked(s, (rank) => ({
    optimizer: rank < 5 ? { kind: 'sgd', nesterov: rank < 3 ? 'on' : 'off' } : { kind: 'adam' },
  }));
  const nesterov = 0.7 ** 2 / (3.5 / 6) + 0.3 ** 2 / (2.5 / 6) - 1;
  const rows = importance(s, minimise, trials, { quantile: 0.4 });
  expect(rows).toEqual([
    { path: 'optimizer', importance: expect.closeTo(0.64 / (0.64 + nesterov), 13) as number },
    { path: 'optimizer.sgd.nesterov', importance: expect.closeTo(nesterov / (0.64 + nesterov), 13) as number },
  ]);
});

test('twelve trials are enough to name the parameter that decides', () => {
  const s = space({ x: float(0, 1), noise: float(0, 1) });
  expect(
    importance(
      s,
      minimise,
      trialsOf(s, 12, (p) => p.x),
    )[0]?.path,
  ).toBe('x');
});

test('weights of 4 : 2 : 1 come out in that order', () => {
  const s = space({ a: float(0, 1), b: float(0, 1), c: float(0, 1), idle: float(0, 1) });
  const rows = importance(
    s,
    minimise,
    trialsOf(s, 1000, (p) => 4 * (p.a - 0.4) ** 2 + 2 * (p.b - 0.4) ** 2 + (p.c - 0.4) ** 2),
  );
  expect(rows.map(({ path }) => path)).toEqual(['a', 'b', 'c', 'idle']);
  expect(rows[3]!.importance).toBeLessThan(0.05);
});
