import { createRng } from '#math';
import { describe, expect, test } from 'vitest';
import { spaceFromJson } from './from-json.ts';
import { branch, choice, float, int, type Param } from './param.ts';
import { priorOf } from './prior.ts';
import { space } from './space.ts';
import { fromUnit, toUnit } from './unit.ts';

function dimensionOf(param: Param) {
  const dimension = space({ p: param }).dimensions[0];
  if (dimension === undefined) throw new Error('one dimension');
  return dimension;
}
function priorOfParam(param: Param) {
  const prior = priorOf(dimensionOf(param));
  if (prior === null) throw new Error('it has a prior');
  return prior;
}

const params: readonly [string, Param][] = [
  ['a float', float(0, 10, { prior: { mean: 2, confidence: 0.5 } })],
  ['a sure log float, mean at the end', float(1e-5, 1, { log: true, prior: { mean: 1e-5, confidence: 1 } })],
  ['a logit float', float(0.01, 0.99, { logit: true, prior: [0.1, 0.9] })],
  ['an int', int(0, 9, { prior: { mean: 7, confidence: 0.8 } })],
  ['a log int', int(1, 64, { log: true, prior: [4, 32] })],
  ['a float with steps', float(0, 1, { step: 0.25, prior: { mean: 0.3, confidence: 1 } })],
  ['an ordered choice', choice([16, 128, 32], { prior: { mean: 32, confidence: 0.9 } })],
  ['a category', choice(['a', 'b', 'c'], { prior: { mean: 'b', confidence: 0.6 } })],
  ['labels', branch({ sgd: {}, adam: {}, lion: {} }, { prior: ['adam', 'lion'] })],
];

test.each(params)(
  'the density of %s has mean 1 over [0, 1], is at least a tenth everywhere, and of one mean nowhere higher than at its mode',
  (_, param) => {
    const prior = priorOfParam(param);
    const n = 20_000;
    const densities = Float64Array.from({ length: n }, (_, i) => Math.exp(prior.logDensity((i + 0.5) / n)));
    // Midpoint rule; cells of log ints do not end on its places.
    expect(densities.reduce((a, b) => a + b) / n).toBeCloseTo(1, 3);
    expect(densities.reduce((a, b) => Math.min(a, b))).toBeGreaterThanOrEqual(0.1 - 1e-12);
    if (param.kind !== 'fixed' && param.prior !== null && 'mean' in param.prior)
      expect(densities.reduce((a, b) => Math.max(a, b))).toBeLessThanOrEqual(
        Math.exp(prior.logDensity(prior.mode)) * (1 + 1e-9),
      );
  },
);

test.each(params)(
  'draws of %s have its density: every fifth of [0, 1] within 5 standard deviations of 20,000 draws',
  (_, param) => {
    const dimension = dimensionOf(param);
    const prior = priorOfParam(param);
    const rng = createRng('prior');
    const draws = 20_000;
    const counts = new Map<unknown, number>();
    const place = (u: number): unknown =>
      dimension.type === 'continuous' ? Math.min(4, Math.floor(u * 5)) : fromUnit(dimension, u);
    for (let i = 0; i < draws; i++) {
      const at = place(prior.sample(rng));
      counts.set(at, (counts.get(at) ?? 0) + 1);
    }
    const expected = new Map<unknown, number>();
    const n = 50_000;
    for (let i = 0; i < n; i++) {
      const u = (i + 0.5) / n;
      expected.set(place(u), (expected.get(place(u)) ?? 0) + Math.exp(prior.logDensity(u)) / n);
    }
    // P(beyond 5 sd) = 6e-7 each, at most 64 places
    for (const [at, p] of expected)
      expect(Math.abs((counts.get(at) ?? 0) - draws * p)).toBeLessThan(
        5 * Math.sqrt(draws * p * (1 - p)) + draws * 1e-4,
      );
  },
);

test('the slope is that of the log density, by central differences', () => {
  for (const [, param] of params.slice(0, 3)) {
    const prior = priorOfParam(param);
    for (const u of [0.05, 0.3, 0.5, 0.77, 0.95]) {
      const h = 1e-6;
      expect(prior.slope(u)).toBeCloseTo((prior.logDensity(u + h) - prior.logDensity(u - h)) / (2 * h), 4);
    }
  }
});

test('confidence 0.5 leaves two thirds within a quarter of the range, confidence 1 within a fiftieth; a label gets its confidence', () => {
  const share = (confidence: number, reach: number): number => {
    const prior = priorOfParam(float(0, 1, { prior: { mean: 0.5, confidence } }));
    let sum = 0;
    for (let i = 0; i < 10_000; i++) {
      const u = (i + 0.5) / 10_000;
      if (Math.abs(u - 0.5) < reach) sum += Math.exp(prior.logDensity(u)) / 10_000;
    }
    return (sum - 0.1 * 2 * reach) / 0.9; // without the flat tenth
  };
  // scipy 1.10.1: truncnorm of σ 0.27 on [0, 1]: (cdf(0.25/0.27) - cdf(-0.25/0.27)) / (cdf(0.5/0.27) - cdf(-0.5/0.27)) = 0.6897; σ 0.02: 0.6827
  expect(share(0.5, 0.25)).toBeCloseTo(0.6897, 2);
  expect(share(1, 0.02)).toBeCloseTo(0.6827, 2);
  const label = priorOfParam(choice(['a', 'b', 'c'], { prior: { mean: 'b', confidence: 0.6 } }));
  // 0.9 (0.4 / 3 + 0.6) + 0.1 / 3
  expect(Math.exp(label.logDensity(0.5)) / 3).toBeCloseTo(0.69333333, 8);
});

test('a parameter without one has none, and JSON keeps it', () => {
  expect(priorOf(dimensionOf(float(0, 1)))).toBeNull();
  const s = space(Object.fromEntries(params.map(([, param], i) => [`p${i}`, param])));
  const back = spaceFromJson(JSON.parse(JSON.stringify(s)));
  expect(back.fields).toEqual(s.fields);
  expect(toUnit(back.dimensions[0]!, 2)).toBe(0.2);
});

describe('a wrong one is refused, naming the parameter', () => {
  test.each<[Param, string]>([
    [
      float(0, 1, { prior: { mean: 2, confidence: 0.5 } }),
      'float("p"): prior must name values of the parameter; got 2.',
    ],
    [
      float(0, 1, { prior: { mean: 0.5, confidence: 0 } }),
      'float("p"): the confidence of a prior must be > 0 and <= 1; got 0.',
    ],
    [
      float(0, 1, { prior: { mean: 0.5, confidence: NaN } }),
      'float("p"): the confidence of a prior must be > 0 and <= 1; got NaN.',
    ],
    [int(0, 1, { prior: [] }), 'int("p"): prior must be { mean, confidence } or a list of good values; got [].'],
    [choice(['a'], { prior: ['b' as 'a'] }), 'choice("p"): prior must name values of the parameter; got "b".'],
    [branch({ a: {} }, { prior: ['b' as 'a'] }), 'branch("p"): prior must name values of the parameter; got "b".'],
  ])('%#', (param, message) => {
    expect(() => space({ p: param })).toThrow(message);
  });
});
