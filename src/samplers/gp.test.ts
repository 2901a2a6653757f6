import type { Objective, SuggestContext, TrialRecord } from '#core';
import { createRng, normalQuantile } from '#math';
import { branch, choice, float, int, space, type Space } from '#space';
import { samplerLaws } from '#testing';
import { describe, expect, test } from 'vitest';
import { gp, normalised } from './gp.ts';
import { random } from './random.ts';

for (const law of samplerLaws(() => gp(), { objectives: 2, longest: 30 })) test(law.name, law.check, 120_000);

const minimise: readonly Objective[] = [{ name: 'loss', direction: 'minimize' }];
type Value = number | 'failed' | 'running';

function record(number: number, params: SuggestContext['trials'][number]['params'], value: Value): TrialRecord {
  const base = {
    number,
    params,
    createdAt: 0,
    measurements: [],
    attempt: 1,
    attributes: {},
    suggestedBy: 'gp',
    startedAt: 0,
  };
  if (value === 'running') return { ...base, state: 'running', worker: 'w', stopReason: null };
  if (value === 'failed') return { ...base, state: 'failed', endedAt: 0, error: { message: 'diverged' } };
  return { ...base, state: 'complete', endedAt: 0, values: { loss: value } };
}

function context(s: Space, trials: readonly TrialRecord[], seed = 0): SuggestContext {
  const number = trials.length;
  const studyRng = createRng(seed);
  return { space: s, objectives: minimise, trials, number, rng: studyRng.fork('trial', number), studyRng, hints: {} };
}

function paramsOf(sampler: ReturnType<typeof gp>, c: SuggestContext) {
  const suggestion = sampler.suggest(c);
  if ('exhausted' in suggestion) throw new Error(suggestion.exhausted);
  return suggestion.params;
}

/** Asks and tells `count` times; the objective sees the parameters. */
function run(s: Space, count: number, objective: (params: Record<string, unknown>) => Value, seed = 0, sampler = gp()) {
  const trials: TrialRecord[] = [];
  for (let i = 0; i < count; i++) {
    const params = paramsOf(sampler, context(s, trials, seed));
    s.parse(params);
    trials.push(record(i, params, objective(params)));
  }
  return trials;
}

const losses = (trials: readonly TrialRecord[]) =>
  trials.flatMap((t) => (t.state === 'complete' ? [t.values.loss!] : []));
const best = (trials: readonly TrialRecord[]) => Math.min(...losses(trials));

const conditional = space({
  rate: float(1e-4, 1, { log: true }),
  layers: int(1, 30),
  optimizer: branch({ sgd: { momentum: float(0, 1) }, adam: { beta: float(0.5, 1), amsgrad: choice([true, false]) } }),
});
/** Smooth, minimum 0 at rate 1e-2, 8 layers, adam with beta 0.9 and amsgrad. */
function conditionalLoss(params: Record<string, unknown>): number {
  const p = params as {
    rate: number;
    layers: number;
    optimizer: { kind: string; momentum?: number; beta?: number; amsgrad?: boolean };
  };
  const shared = (Math.log10(p.rate) + 2) ** 2 + ((p.layers - 8) / 10) ** 2;
  const { kind, momentum = 0, beta = 0, amsgrad } = p.optimizer;
  return shared + (kind === 'sgd' ? 0.5 + (momentum - 0.3) ** 2 : 4 * (beta - 0.9) ** 2 + (amsgrad === true ? 0 : 0.1));
}

test('finds the right branch, category and numbers of a conditional space in 60 trials, for each of five seeds', () => {
  for (let seed = 0; seed < 5; seed++) expect(best(run(conditional, 60, conditionalLoss, seed))).toBeLessThan(0.02);
});

test('beats random search on Hartmann 6 after 60 trials: a one-sided paired test over 20 seeds with a false-alarm rate of 1e-3', () => {
  const s = space(Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`x${i}`, float(0, 1)])));
  const differences = Array.from({ length: 20 }, (_, seed) => {
    return best(run(s, 60, hartmann6, seed, random())) - best(run(s, 60, hartmann6, seed));
  });
  // Signs alone: under equality the number of positive differences is Binomial(20, 1/2); P(18 or more) = 211 / 2^20 = 2.0e-4.
  // Not all: in about one seed of nine the search is still far above the minimum after 60 trials (4 of seeds 0 to 35 above -3).
  expect(differences.filter((d) => d > 0).length).toBeGreaterThanOrEqual(18);
}, 180_000);

test('the same history gives the same suggestion with warm, cold and copied caches', () => {
  const trials = run(conditional, 33, conditionalLoss, 7);
  const warm = gp();
  for (let n = 0; n <= 33; n++) {
    const part = trials.slice(0, n);
    expect(paramsOf(warm, context(conditional, part, 7))).toEqual(paramsOf(gp(), context(conditional, part, 7)));
  }
  const growing: TrialRecord[] = []; // one array throughout, as in a running study: the caches stay
  for (const trial of trials) {
    if (trial.number > 28) {
      const copied = JSON.parse(JSON.stringify(growing)) as TrialRecord[];
      expect(paramsOf(warm, context(conditional, growing, 7))).toEqual(paramsOf(gp(), context(conditional, copied, 7)));
    }
    growing.push(trial);
  }
});

test('a late result of an early trial gives the same suggestion as a history that always had it', () => {
  const trials = run(conditional, 30, conditionalLoss, 3);
  const warm = gp();
  const list = trials.map((t) => (t.number === 12 ? record(12, t.params, 'running') : t));
  warm.suggest(context(conditional, list));
  list[12] = trials[12]!;
  expect(paramsOf(warm, context(conditional, list))).toEqual(paramsOf(gp(), context(conditional, trials)));
});

test('four workers that ask before any of them tells get four different points, apart from each other', () => {
  const s = space({ x: float(0, 1), y: float(0, 1) });
  const trials = run(s, 8, (p) => Math.sin(9 * Number(p.x)) + Math.cos(7 * Number(p.y)));
  const asked: { x: number; y: number }[] = [];
  for (let i = 0; i < 4; i++) {
    const params = s.parse(paramsOf(gp(), context(s, trials)));
    for (const other of asked) expect(Math.hypot(params.x - other.x, params.y - other.y)).toBeGreaterThan(0.02);
    asked.push(params);
    trials.push(record(trials.length, params, 'running'));
  }
});

test('visits every point of a small space once, then says that it is exhausted', () => {
  const s = space({ a: int(1, 3), b: choice(['x', 'y']), c: branch({ none: {}, some: { d: choice([1, 2, 4]) } }) });
  const trials = run(s, 24, (p) => Number(p.a)); // 3 · 2 · (1 + 3)
  expect(new Set(trials.map((t) => JSON.stringify(t.params))).size).toBe(24);
  expect(gp().suggest(context(s, trials))).toEqual({ exhausted: expect.stringContaining('24') as string });
});

test('learns where trials fail: the right half of the square does, and of the last 25 of 45 trials at most 6', () => {
  const s = space({ x: float(0, 1), y: float(0, 1) });
  const trials = run(s, 45, (p) => (Number(p.x) > 0.5 ? 'failed' : (Number(p.x) - 0.4) ** 2 + 0.1 * Number(p.y)));
  expect(trials.slice(20).filter((t) => t.state === 'failed').length).toBeLessThanOrEqual(6);
  expect(best(trials)).toBeLessThan(0.001);
});

test('losses that would be best behind a sharp edge do not draw all trials into failure', () => {
  const s = space({ x: float(0, 1), y: float(0, 1) });
  const trials = run(s, 45, (p) => (Number(p.x) > 0.5 ? 'failed' : (Number(p.x) - 0.7) ** 2 + 0.1 * Number(p.y)));
  expect(trials.slice(20).filter((t) => t.state === 'failed').length).toBeLessThanOrEqual(20);
  expect(best(trials)).toBeLessThan(0.041); // 0.04 at the edge
});

describe('hard histories', () => {
  const s = space({ x: float(0, 1), n: int(1, 100, { log: true }) });
  const suggestsAfter = (values: readonly Value[], sameParams = false) => {
    const rng = createRng(1);
    const draw = () => ({ x: rng.float(), n: rng.int(1, 100) });
    const fixed = draw();
    const trials = values.map((v, i) => record(i, sameParams ? fixed : draw(), v));
    return s.parse(paramsOf(gp(), context(s, trials)));
  };

  test('all trials failed', () => expect(suggestsAfter(new Array<Value>(20).fill('failed'))).toBeDefined());
  test('all trials pending', () => expect(suggestsAfter(new Array<Value>(20).fill('running'))).toBeDefined());
  test('one observation among failures', () =>
    expect(suggestsAfter(['failed', 'failed', 'failed', 'failed', 1])).toBeDefined());
  test('a constant objective', () => expect(suggestsAfter(new Array<Value>(30).fill(0.5))).toBeDefined());
  test('one point evaluated thirty times', () =>
    expect(
      suggestsAfter(
        Array.from({ length: 30 }, (_, i) => i % 3),
        true,
      ),
    ).toBeDefined());
  test('values of ±1e300, 1e-300 and the largest double', () => {
    expect(suggestsAfter([1e300, -1e300, 1e-300, 0, 1, Number.MAX_VALUE, -Number.MAX_VALUE, 3])).toBeDefined();
    expect(suggestsAfter([1e-300, 2e-300, 3e-300, 0, 4e-300])).toBeDefined();
  });
});

test('one diverged value of 1e300 does not blind the model to the others', () => {
  const y = normalised(Float64Array.of(0.3, 0.1, 0.2, 0.5, 0.4, 1e300));
  expect(y[0]! - y[1]!).toBeGreaterThan(0.1);
  expect(y.reduce((a, b) => a + b)).toBeCloseTo(0, 12);
});

test('normalised lognormal losses have normal quartiles', () => {
  const y = normalised(Float64Array.from({ length: 99 }, (_, i) => Math.exp(normalQuantile((i + 1) / 100)))).sort();
  expect(y[24]).toBeCloseTo(normalQuantile(0.25), 0); // within 0.05 needs the exact λ; the grid of λ is coarse
  expect(Math.abs(y[49]!)).toBeLessThan(0.25);
});

/** Hartmann 6-d, minimum -3.32237 (Dixon & Szegö 1978; constants of sfu.ca/~ssurjano/hart6.html). */
function hartmann6(params: Record<string, unknown>): number {
  const A = [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
  ];
  const P = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
  ];
  return -[1, 1.2, 3, 3.2].reduce((sum, alpha, i) => {
    const inner = A[i]!.reduce((t, a, j) => t + a * (Number(params[`x${j}`]) - P[i]![j]!) ** 2, 0);
    return sum + alpha * Math.exp(-inner);
  }, 0);
}
