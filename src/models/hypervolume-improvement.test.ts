import { createRng } from '#math';
import { describe, expect, test } from 'vitest';
import { logExpectedImprovement } from './acquisition.ts';
import { hypervolume } from './hypervolume.ts';
import { hypervolumeImprovement } from './hypervolume-improvement.ts';
import { nonDominatedBoxes } from './non-dominated-boxes.ts';
import { nonDominatedRanks } from './pareto.ts';

/** A random front of at most `n` points in [0, 1)^m. */
function randomFront(n: number, m: number, seed: number): number[][] {
  const rng = createRng(seed);
  const points = Array.from({ length: n }, () => Array.from({ length: m }, () => rng.float()));
  const ranks = nonDominatedRanks(points);
  return points.filter((_, i) => ranks[i] === 0);
}

describe.each([2, 3, 4])('%i objectives', (m) => {
  test('boxes do not overlap, and their volume above a floor is what the front leaves free', () => {
    for (let seed = 0; seed < 20; seed++) {
      const front = randomFront(25, m, seed);
      const reference = Array.from({ length: m }, (_, k) => 0.9 + 0.1 * k); // leaves some points outside
      const boxes = nonDominatedBoxes(front, reference);
      const floor = -0.5;
      const volume = boxes.reduce(
        (sum, { lower, upper }) => sum + upper.reduce((p, u, k) => p * (u - Math.max(floor, lower[k]!)), 1),
        0,
      );
      const whole = reference.reduce((p, r) => p * (r - floor), 1);
      expect(volume).toBeCloseTo(whole - hypervolume(front, reference), 10);
      boxes.forEach((a, i) => {
        for (const b of boxes.slice(i + 1)) {
          const overlap = a.upper.every((u, k) => Math.min(u, b.upper[k]!) > Math.max(a.lower[k]!, b.lower[k]!));
          expect(overlap).toBe(false);
        }
      });
    }
  });

  test('without variance it is the gain in hypervolume', () => {
    const rng = createRng('gain');
    const reference = new Array<number>(m).fill(1);
    for (let seed = 0; seed < 20; seed++) {
      const front = randomFront(15, m, seed);
      const { log } = hypervolumeImprovement(front, reference);
      const y = reference.map(() => 0.6 * rng.float());
      const gain = hypervolume([...front, y], reference) - hypervolume(front, reference);
      const value = Math.exp(
        log(
          y,
          y.map(() => 1e-16),
        ),
      );
      expect(value).toBeCloseTo(gain, 6);
    }
  });

  test('agrees with the mean gain of 20,000 draws, within five standard errors', () => {
    const rng = createRng('draws');
    const reference = new Array<number>(m).fill(1.1);
    const front = randomFront(12, m, 3);
    const before = hypervolume(front, reference);
    const means = reference.map((_, k) => 0.4 + 0.1 * k);
    const variances = reference.map((_, k) => 0.04 * (k + 1));
    const gains = Float64Array.from({ length: 20_000 }, () => {
      const y = means.map((mu, k) => mu + Math.sqrt(variances[k]!) * rng.normal());
      return hypervolume([...front, y], reference) - before;
    });
    const mean = gains.reduce((a, b) => a + b) / gains.length;
    const error = Math.sqrt(gains.reduce((s, g) => s + (g - mean) ** 2, 0)) / gains.length;
    const exact = Math.exp(hypervolumeImprovement(front, reference).log(means, variances));
    expect(Math.abs(exact - mean)).toBeLessThan(5 * error); // false-alarm rate 6e-7
  });

  test('slopes agree with central differences', () => {
    const rng = createRng('slopes');
    const { log, logSlopes } = hypervolumeImprovement(randomFront(15, m, 8), new Array<number>(m).fill(1));
    for (let i = 0; i < 10; i++) {
      const means = Array.from({ length: m }, () => 1.5 * rng.float());
      const variances = Array.from({ length: m }, () => 0.01 + 0.1 * rng.float());
      const { value, byMean, byVariance } = logSlopes(means, variances);
      expect(value).toBeCloseTo(log(means, variances), 12);
      for (let k = 0; k < m; k++) {
        const h = 1e-6;
        const at = (dMean: number, dVariance: number): number =>
          log(means.with(k, means[k]! + dMean), variances.with(k, variances[k]! + dVariance));
        expect(byMean[k]).toBeCloseTo((at(h, 0) - at(-h, 0)) / (2 * h), 4);
        expect(byVariance[k]).toBeCloseTo((at(0, h) - at(0, -h)) / (2 * h), 4);
      }
    }
  });
});

test('for three objectives there are at most 2 n + 1 boxes, for two n + 1', () => {
  for (const n of [1, 5, 40, 200]) {
    const front = randomFront(n, 3, n);
    expect(nonDominatedBoxes(front, [1, 1, 1]).length).toBeLessThanOrEqual(2 * front.length + 1);
    const flat = randomFront(n, 2, n);
    expect(nonDominatedBoxes(flat, [1, 1]).length).toBe(flat.length + 1);
  }
});

test('one objective is the expected improvement', () => {
  const { log } = hypervolumeImprovement([[0.3], [0.5]], [1]);
  expect(log([0.4], [0.09])).toBeCloseTo(logExpectedImprovement(0.4, 0.09, 0.3), 12);
});

test('without a front only the reference bounds the gain: two expected improvements multiply', () => {
  const { log } = hypervolumeImprovement([], [1, 2]);
  const product = logExpectedImprovement(0.4, 0.09, 1) + logExpectedImprovement(3, 1, 2);
  expect(log([0.4, 3], [0.09, 1])).toBeCloseTo(product, 12);
});

test('far from the front, where the expectation is below the smallest double, nearer is still better', () => {
  const { log } = hypervolumeImprovement(randomFront(10, 2, 1), [1, 1]);
  const at = (mean: number): number => log([mean, mean], [1e-4, 1e-4]);
  expect(at(1.8)).toBeLessThan(-2000);
  expect(at(1.6)).toBeGreaterThan(at(1.7));
  expect(at(1.7)).toBeGreaterThan(at(1.8));
  expect(Number.isFinite(at(3))).toBe(true);
});
