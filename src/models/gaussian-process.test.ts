import { createRng } from '#math';
import { describe, expect, test } from 'vitest';
import { GaussianProcess } from './gaussian-process.ts';
import { DEFAULT_PRIORS, fitHyperparameters, logPriors, negativeLogPosterior } from './hyperparameters.ts';
import { type Axis, axisDistance } from './kernel.ts';
import golden from './gaussian-process.golden.json' with { type: 'json' };

const points = (rows: readonly (readonly number[])[]): Float64Array[] => rows.map((row) => Float64Array.from(row));
const numbers = (count: number): Axis[] => new Array<Axis>(count).fill('number');

/** Followed by ln a = ln b = 0: no warp. */
const unwarped = (theta: readonly number[]): Float64Array =>
  Float64Array.from([...theta, ...new Array<number>(2 * (theta.length - 2)).fill(0)]);

function posterior(axes: readonly Axis[], theta: ArrayLike<number>, X: readonly Float64Array[], y: ArrayLike<number>) {
  const gp = new GaussianProcess(axes, Float64Array.from(theta));
  gp.add(X);
  gp.setTargets(Float64Array.from(y));
  return gp;
}

/** ln of length scales, signal and noise variance for it. */
const MIXED_THETA = [-0.5, 0, 0.2, -0.3, 0.1, -5];

/** 30 points of a mixed space: two numbers, one conditional number, one category. */
function mixedData() {
  const axes: Axis[] = ['number', 'number', 'conditionalNumber', 'category'];
  const rng = createRng(4);
  const X = Array.from({ length: 30 }, () => {
    const label = rng.int(0, 2);
    return Float64Array.of(rng.float(), rng.float(), label === 0 ? NaN : rng.float(), label);
  });
  const y = Float64Array.from(X, (x) => Math.sin(4 * x[0]!) + (x[3] === 0 ? 1 : x[2]! ** 2) + 0.1 * rng.normal());
  return { axes, X, y, rng };
}

describe('against scikit-learn 1.2.1 (scripts/golden/gaussian_process.py)', () => {
  test('log marginal likelihood and its gradient', () => {
    for (const { X, y, theta, logMarginalLikelihood, gradient } of golden) {
      const whole = unwarped(theta);
      const g = new Float64Array(whole.length);
      const objective = negativeLogPosterior(points(X), Float64Array.from(y), numbers(X[0]!.length), null);
      expect(-objective(whole, g)).toBeCloseTo(logMarginalLikelihood, 9);
      gradient.forEach((v, i) => expect(-g[i]!).toBeCloseTo(v, 7));
    }
  });

  test('posterior mean and variance', () => {
    for (const { X, y, theta, Z, mean, variance } of golden) {
      const gp = posterior(numbers(X[0]!.length), unwarped(theta), points(X), y);
      points(Z).forEach((z, i) => {
        expect(gp.predict(z).mean).toBeCloseTo(mean[i]!, 9);
        expect(gp.predict(z).variance).toBeCloseTo(variance[i]!, 8);
        expect(gp.predictMean(z)).toBeCloseTo(mean[i]!, 9);
      });
    }
  });
});

test('the gradient of the log posterior equals central differences on a mixed, conditional space', () => {
  const { axes, X, y, rng } = mixedData();
  const objective = negativeLogPosterior(X, y, axes, DEFAULT_PRIORS);
  const theta = Float64Array.from(logPriors(4, DEFAULT_PRIORS), (p) => p.mean + 0.3 * rng.normal());
  const gradient = new Float64Array(theta.length);
  objective(theta, gradient);
  const unused = new Float64Array(theta.length);
  theta.forEach((v, i) => {
    const at = (shift: number) => objective(theta.with(i, v + shift), unused);
    expect(gradient[i]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 5);
  });
});

test('many points at once are predicted as each alone; with fewer rows the variance is an upper bound, and poor groups are given up', () => {
  const { axes, X, y, rng } = mixedData();
  const gp = posterior(axes, [...MIXED_THETA, 0.3, -0.4, 0.5, 0, -0.2, 0.6, -0.3, 0], X, y);
  const some = Array.from({ length: 11 }, () => {
    const label = rng.int(0, 3);
    return Float64Array.of(rng.float(), rng.float(), label === 0 ? NaN : rng.float(), label);
  });
  const rough = gp.predictAll(some, 7);
  const exact = gp.predictAll(some);
  gp.predictEach(some, () => true).forEach((found, k) => {
    const { mean, variance } = gp.predict(some[k]!);
    for (const prediction of [exact[k]!, found!]) {
      expect(prediction.mean).toBeCloseTo(mean, 12);
      expect(prediction.variance).toBeCloseTo(variance, 12);
    }
    expect(rough[k]!.mean).toBeCloseTo(mean, 12);
    expect(rough[k]!.variance).toBeGreaterThan(variance);
  });
  // Point 5 is the only one worth its work, so 4 … 7 are finished and the others are not.
  const found = gp.predictEach(some, (k, mean, bound) => {
    expect(mean).toBeCloseTo(exact[k]!.mean, 12);
    expect(bound).toBeGreaterThanOrEqual(exact[k]!.variance - 1e-12);
    return k === 5;
  });
  expect(found.map((prediction) => prediction !== null)).toEqual(some.map((_, k) => k >= 4 && k < 8));
});

test('gradients of a prediction by its point equal central differences; categories and inactive numbers get 0', () => {
  const { axes, X, y } = mixedData();
  const gp = posterior(axes, [...MIXED_THETA, 0.3, -0.4, 0.5, 0, -0.2, 0.6, -0.3, 0], X, y);
  for (const x of [Float64Array.of(0.31, 0.62, 0.4, 1), Float64Array.of(0.31, 0.62, NaN, 0)]) {
    const { meanGradient, varianceGradient } = gp.predictGradient(x);
    for (let d = 0; d < 4; d++) {
      const at = (shift: number) => gp.predict(d === 3 ? x : x.with(d, x[d]! + shift));
      expect(meanGradient[d]).toBeCloseTo((at(1e-6).mean - at(-1e-6).mean) / 2e-6, 6);
      expect(varianceGradient[d]).toBeCloseTo((at(1e-6).variance - at(-1e-6).variance) / 2e-6, 6);
    }
  }
});

test('fits a short length scale where the function moves, a long one where it does not', () => {
  const rng = createRng(8);
  const X = Array.from({ length: 40 }, () => Float64Array.of(rng.float(), rng.float()));
  const y = Float64Array.from(X, (x) => Math.sin(9 * x[0]!));
  const theta = fitHyperparameters(X, y, numbers(2));
  expect(Math.exp(theta[0]!)).toBeLessThan(0.5);
  expect(Math.exp(theta[1]!)).toBeGreaterThan(2 * Math.exp(theta[0]!));
  const gp = posterior(numbers(2), theta, X, y);
  for (let i = 0; i < 20; i++) {
    const x = Float64Array.of(0.1 + 0.8 * rng.float(), 0.1 + 0.8 * rng.float());
    expect(Math.abs(gp.predict(x).mean - Math.sin(9 * x[0]!))).toBeLessThan(0.15);
  }
});

test('noise that makes half of the variance is found, though little noise and short length scales would fit nearly as well', () => {
  const rng = createRng(4);
  const X = Array.from({ length: 150 }, () => Float64Array.from({ length: 5 }, () => rng.int(0, 9) / 9));
  const raw = Float64Array.from(X, (x) => Math.sin(3 * x[0]!) + x[1]! ** 2 + x[2]! + 0.5 * rng.normal());
  const centre = raw.reduce((a, b) => a + b) / raw.length;
  const variance = raw.reduce((sum, v) => sum + (v - centre) ** 2, 0) / raw.length;
  const y = raw.map((v) => (v - centre) / Math.sqrt(variance));
  const noise = Math.exp(fitHyperparameters(X, y, numbers(5))[6]!);
  // 0.31 is found; from the prior's medians alone L-BFGS ends at 0.001, 2.6 nats worse.
  expect(noise).toBeGreaterThan(0.5 * (0.25 / variance));
  expect(noise).toBeLessThan(2 * (0.25 / variance));
});

test('an inactive number is equally far from every active one, farther than any two active ones are from each other', () => {
  expect(axisDistance('conditionalNumber', NaN, 0.2)).toBe(1);
  expect(axisDistance('conditionalNumber', NaN, 0.9)).toBe(1);
  expect(axisDistance('conditionalNumber', NaN, NaN)).toBe(0);
  expect(axisDistance('conditionalNumber', 0, 1)).toBeCloseTo(2 - 2 * Math.cos(1), 15);
  expect(axisDistance('category', NaN, NaN)).toBe(0);
  expect(axisDistance('category', NaN, 1)).toBe(1);
});

test('points added one by one, with some taken back, predict as if added at once', () => {
  const { axes, X, y } = mixedData();
  const theta = unwarped(MIXED_THETA);
  const whole = posterior(axes, theta, X, y);
  const grown = posterior(axes, theta, X.slice(0, 10), y.slice(0, 10));
  grown.believe(X[20]!);
  grown.believe(X[21]!);
  grown.truncate(10);
  for (const x of X.slice(10)) grown.add([x]);
  grown.setTargets(y);
  const x = Float64Array.of(0.5, 0.5, 0.5, 2);
  expect(grown.predict(x).mean).toBeCloseTo(whole.predict(x).mean, 12);
  expect(grown.predict(x).variance).toBeCloseTo(whole.predict(x).variance, 12);
});

test('a believed point shrinks the variance around it and leaves every mean as it was', () => {
  const { axes, X, y } = mixedData();
  const gp = posterior(axes, unwarped(MIXED_THETA), X, y);
  const pending = Float64Array.of(0.02, 0.98, NaN, 0);
  const other = Float64Array.of(0.1, 0.9, NaN, 0);
  const before = [gp.predict(pending), gp.predict(other)];
  gp.believe(pending);
  // One more observation with noise e^-5 of a normal variable: precisions add.
  expect(gp.predict(pending).variance).toBeCloseTo(1 / (1 / before[0]!.variance + Math.exp(5)), 9);
  expect(gp.predict(other).variance).toBeLessThan(before[1]!.variance);
  expect(gp.predict(other).mean).toBeCloseTo(before[1]!.mean, 8);
});

describe('hard data', () => {
  test('twenty copies of one point with different values: the mean at it is near their mean', () => {
    const X = Array.from({ length: 20 }, () => Float64Array.of(0.3, 0.7));
    const y = Float64Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 1 : -0.5));
    const theta = fitHyperparameters(X, y, numbers(2));
    const { mean, variance } = posterior(numbers(2), theta, X, y).predict(X[0]!);
    expect(mean).toBeCloseTo(0.25, 1);
    expect(variance).toBeGreaterThan(0);
  });

  test('a constant objective and a single point give finite predictions', () => {
    for (const n of [1, 15]) {
      const X = Array.from({ length: n }, (_, i) => Float64Array.of((i * 0.37) % 1));
      const theta = fitHyperparameters(X, new Float64Array(n), numbers(1));
      const { mean, variance } = posterior(numbers(1), theta, X, new Float64Array(n)).predict(Float64Array.of(0.5));
      expect(mean).toBe(0);
      expect(variance).toBeGreaterThan(0);
      expect(Number.isFinite(variance)).toBe(true);
    }
  });
});
