import { expect, test } from 'vitest';
import { warp, warpShapeSlopes, warpSlope } from './warp.ts';

test('equals the distribution function of Kumaraswamy: 1 - (1 - 0.25²)³ by hand, the beta distribution where one shape is 1', () => {
  expect(warp(0.25, 2, 3)).toBeCloseTo(1 - (15 / 16) ** 3, 15);
  // scipy.stats 1.17.1: beta.cdf(0.3, 2.5, 1), beta.cdf(0.3, 1, 2.5)
  expect(warp(0.3, 2.5, 1)).toBeCloseTo(0.049295030175464945, 14);
  expect(warp(0.3, 1, 2.5)).toBeCloseTo(0.590036586998303, 14);
});

test('shapes of 1 change nothing, ends stay, inactive stays inactive', () => {
  for (const x of [0, 1e-9, 0.3, 1]) expect(warp(x, 1, 1)).toBeCloseTo(x, 15);
  expect([warp(0, 0.4, 3), warp(1, 0.4, 3)]).toEqual([0, 1]);
  expect(warp(NaN, 0.4, 3)).toBeNaN();
});

test('slopes equal central differences; at the ends those by the shapes are 0 and that by x is finite', () => {
  for (const x of [0.02, 0.5, 0.97]) {
    for (const [a, b] of [
      [0.5, 2],
      [1, 1],
      [3, 0.6],
    ] as const) {
      const h = 1e-6;
      expect(warpSlope(x, a, b)).toBeCloseTo((warp(x + h, a, b) - warp(x - h, a, b)) / (2 * h), 7);
      const [byA, byB] = warpShapeSlopes(x, a, b);
      expect(byA).toBeCloseTo((warp(x, a * Math.exp(h), b) - warp(x, a * Math.exp(-h), b)) / (2 * h), 8);
      expect(byB).toBeCloseTo((warp(x, a, b * Math.exp(h)) - warp(x, a, b * Math.exp(-h))) / (2 * h), 8);
    }
  }
  for (const x of [0, 1]) {
    expect(warpShapeSlopes(x, 0.5, 0.5)).toEqual([0, 0]);
    expect(Number.isFinite(warpSlope(x, 0.5, 0.5))).toBe(true);
  }
});
