import { expect, test } from 'vitest';
import { createHalton } from './halton.ts';
import { createRng } from './rng.ts';
import golden from './sobol.golden.json' with { type: 'json' };
import { createSobol, SOBOL_DIMENSIONS } from './sobol.ts';

// Golden numbers: scripts/golden/sobol.py, scipy.stats.qmc 1.10.1, scramble=False.
test('plain Sobol points equal SciPy in all 128 dimensions', () => {
  const sobol = createSobol(SOBOL_DIMENSIONS);
  expect(SOBOL_DIMENSIONS).toBe(128);
  for (const { index, point } of golden.sobol) expect([...sobol.point(index)]).toEqual(point);
});

test('plain Halton points equal SciPy', () => {
  const halton = createHalton(40);
  for (const { index, point } of golden.halton) {
    halton.point(index).forEach((x, d) => expect(x).toBeCloseTo(point[d]!, 14));
  }
});

test('a scrambled Sobol sequence still has one of 64 points in every 64th of every axis, and in every 8 × 8 cell of the first two', () => {
  const sobol = createSobol(100, createRng(7));
  const points = Array.from({ length: 64 }, (_, i) => sobol.point(i));
  for (let d = 0; d < 100; d++) expect(new Set(points.map((p) => Math.floor(p[d]! * 64))).size).toBe(64);
  expect(new Set(points.map((p) => Math.floor(p[0]! * 8) * 8 + Math.floor(p[1]! * 8))).size).toBe(64);
});

test('scrambles differ by seed and repeat for the same seed; point i needs none of the points before it', () => {
  const a = createSobol(3, createRng(1));
  expect([...a.point(5)]).toEqual([...createSobol(3, createRng(1)).point(5)]);
  expect([...a.point(5)]).not.toEqual([...createSobol(3, createRng(2)).point(5)]);
});

test('permuted Halton digits keep one of b points in every b-th of an axis', () => {
  const halton = createHalton(10, createRng(3));
  const primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29];
  primes.forEach((base, d) => {
    const cells = Array.from({ length: base }, (_, i) => Math.floor(halton.point(i)[d]! * base));
    expect(new Set(cells).size).toBe(base);
  });
});

test('integrates a smooth function at least 20 times better than random points of the same number', () => {
  // ∫ Π (1 + (x_d - 1/2)/2) = 1 in 5 dimensions; random points: sd of the mean = sqrt((1 + 1/48)^5 - 1)/√1024 = 0.0103
  const value = (p: Float64Array) => p.reduce((product, x) => product * (1 + (x - 0.5) / 2), 1);
  const sobol = createSobol(5, createRng(11));
  let sum = 0;
  for (let i = 0; i < 1024; i++) sum += value(sobol.point(i));
  expect(Math.abs(sum / 1024 - 1)).toBeLessThan(0.0103 / 20);
});
