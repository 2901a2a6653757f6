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
