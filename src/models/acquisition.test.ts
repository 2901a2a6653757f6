import { expect, test } from 'vitest';
import {
  logExpectedImprovement,
  logExpectedImprovementSlopes,
  logImprovement,
  logImprovementSlope,
} from './acquisition.ts';

test('ln h(z) agrees with arbitrary precision from z = 8 to z = -1e10', () => {
  // mpmath (50 digits): log(npdf(z) + z * ncdf(z))
  const golden: [number, number][] = [
    [8.0, 2.0794415416798357],
    [1.0, 0.08002621884930694],
    [0.0, -0.9189385332046728],
    [-0.5, -1.6205162643873199],
    [-0.999, -2.4832171154475855],
    [-1.001, -2.4870256579553893],
    [-3.0, -7.869686059603029],
    [-10.0, -55.55312203612235],
    [-37.0, -692.6429601632705],
    [-100.0, -5010.12957880025],
    [-999.0, -499015.2324510965],
    [-1001.0, -501015.23645108583],
    [-100000.0, -5000000023.94479],
    [-10000000000.0, -5e19],
  ];
  for (const [z, value] of golden)
    expect(Math.abs(logImprovement(z) - value)).toBeLessThan(1e-10 * Math.max(1, Math.abs(value)));
});

test('slopes equal central differences on both sides of each switch of formula', () => {
  for (const z of [3, 0, -0.99, -1.01, -5, -40, -990, -1010]) {
    const h = 1e-5 * Math.max(1, Math.abs(z));
    const numeric = (logImprovement(z + h) - logImprovement(z - h)) / (2 * h);
    expect(Math.abs(logImprovementSlope(z) / numeric - 1)).toBeLessThan(1e-6);
  }
  for (const [mean, variance, best] of [
    [0.3, 0.2, 0.1],
    [2, 0.01, 0],
  ] as const) {
    const { byMean, byVariance } = logExpectedImprovementSlopes(mean, variance, best);
    const f = logExpectedImprovement;
    const h = 1e-6;
    expect(byMean).toBeCloseTo((f(mean + h, variance, best) - f(mean - h, variance, best)) / (2 * h), 4);
    expect(byVariance / ((f(mean, variance + h, best) - f(mean, variance - h, best)) / (2 * h))).toBeCloseTo(1, 4);
  }
});
