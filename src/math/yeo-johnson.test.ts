import { expect, test } from 'vitest';
import { createRng } from './rng.ts';
import { clipUpper, standardise, yeoJohnson, yeoJohnsonExponent, yeoJohnsonInverse } from './yeo-johnson.ts';
import { standardDeviation } from './statistics.ts';

/** Log likelihood of λ for a normal sample, up to a constant (equation 3.1): -n/2 ln σ̂² + (λ - 1) Σ sign(z) ln(1 + |z|). */
function logLikelihood(z: readonly number[] | Float64Array, lambda: number): number {
  const sd = standardDeviation(Float64Array.from(z, (v) => yeoJohnson(v, lambda)));
  if (!(sd > 1e-9)) return -Infinity;
  let logs = 0;
  for (let i = 0; i < z.length; i++) logs += Math.sign(z[i]!) * Math.log1p(Math.abs(z[i]!));
  return -z.length * Math.log(sd) + (lambda - 1) * logs;
}

test('the transform and its likelihood agree with SciPy', () => {
  // scipy 1.10.1: stats.yeojohnson([-2, -0.5, 0, 0.7, 3], lmbda)
  const z = [-2, -0.5, 0, 0.7, 3];
  const golden: [number, number[]][] = [
    [-1, [-8.666666666666666, -0.7916666666666666, 0.0, 0.4117647058823529, 0.75]],
    [0, [-4.000000000000001, -0.625, 0.0, 0.5306282510621704, 1.3862943611198906]],
    [0.5, [-2.797434948471088, -0.5580782047249224, 0.0, 0.6076809620810595, 2.0]],
    [1, [-2.0000000000000004, -0.5, 0.0, 0.7, 3.0]],
    [2, [-1.0986122886681098, -0.4054651081081644, 0.0, 0.945, 7.499999999999999]],
    [3.2, [-0.6103495661777136, -0.321051160287929, 0.0, 1.3947085224113245, 26.077658215457873]],
  ];
  for (const [lambda, values] of golden) z.forEach((v, i) => expect(yeoJohnson(v, lambda)).toBeCloseTo(values[i]!, 13));
  for (const [lambda, value] of [
    [-1, -7.14813033385801],
    [0, -3.490929787947835],
    [0.5, -2.47596374934128],
    [1, -2.4742247036098073],
    [2, -5.28693448284877],
    [3.2, -10.804375012967746],
  ] as [number, number][])
    expect(logLikelihood(z, lambda)).toBeCloseTo(value, 12);
});

test('standardises numbers near the largest double and constants', () => {
  const z = standardise([1e308, -1e308, 0]);
  expect(z[0]).toBeCloseTo(Math.sqrt(1.5), 12);
  expect([...standardise([7, 7])]).toEqual([0, 0]);
  standardise([1e-300, 3e-300]).forEach((v, i) => expect(v).toBeCloseTo([-1, 1][i]!, 14));
});

test('clips a diverged value but leaves an ordinary sample alone', () => {
  expect([...clipUpper([1, 2, 3, 4], 10)]).toEqual([1, 2, 3, 4]);
  // median 2.5, spread 1.5, limit 2.5 + 10 · 1.5
  expect([...clipUpper([1, 2, 3, 1e300], 10)]).toEqual([1, 2, 3, 17.5]);
  // 6 of 9 diverged: the better quarter, at 2 (the third), is the yardstick: 2 + 40 · 2
  expect([...clipUpper([0, 1, 2, 1e9, 1e9, 1e9, 1e9, 1e9, 1e9], 10)].slice(3)).toEqual(new Array(6).fill(82));
  expect([...clipUpper([5, 5, 5, 5], 10)]).toEqual([5, 5, 5, 5]);
});

test('the exponent is the grid point of highest posterior, 1 for a constant, below 1 for a sample with a long right tail', () => {
  const rng = createRng(3);
  const z = standardise(Float64Array.from({ length: 60 }, () => Math.exp(rng.normal())));
  const posterior = (lambda: number) => logLikelihood(z, lambda) - 0.5 * (lambda - 1) ** 2;
  const grid = Array.from({ length: 25 }, (_, i) => -2 + i / 4);
  expect(yeoJohnsonExponent(z)).toBe(grid.reduce((a, b) => (posterior(b) > posterior(a) ? b : a)));
  expect(yeoJohnsonExponent(z)).toBeLessThan(0);
  expect(yeoJohnsonExponent([0, 0, 0])).toBe(1);
});

test('the inverse takes the transform back, for every exponent and sign, and stays finite beyond its bounds', () => {
  for (const lambda of [-2, -0.25, 0, 1e-12, 0.5, 1, 2, 2 - 1e-12, 3, 4]) {
    for (const z of [-20, -1, -1e-9, 0, 1e-9, 0.3, 1, 20])
      expect(yeoJohnsonInverse(yeoJohnson(z, lambda), lambda)).toBeCloseTo(z, 6);
  }
  // ψ(·, -1) stays below 1, ψ(·, 4) above -1/2.
  expect(yeoJohnsonInverse(1.5, -1)).toBeGreaterThan(1e5);
  expect(Number.isFinite(yeoJohnsonInverse(1.5, -1))).toBe(true);
  expect(yeoJohnsonInverse(-0.6, 4)).toBeLessThan(-500);
});
