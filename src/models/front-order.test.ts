import { createRng, quantile } from '#math';
import { expect, test } from 'vitest';
import { frontOrder } from './front-order.ts';
import { hypervolume } from './hypervolume.ts';

const best = (losses: readonly (readonly number[])[], wanted: number): number[] => {
  const order = frontOrder(losses, wanted);
  return [...order.keys()].sort((i, j) => order[i]! - order[j]!).slice(0, wanted);
};

test('whole fronts come first, then of the front that is split what adds most to the volume, worked by hand', () => {
  // Front 0 is [0, 0]. Of front 1, on the scale from 0 to 1: the middle dominates 0.6² of the square up to 1.1, the ends 0.1 · 1 each or a little more.
  const losses = [
    [0.1, 1],
    [1, 0.1],
    [0.5, 0.5],
    [0, 0],
    [0.55, 0.55],
    [1, 1],
  ];
  expect(best(losses, 1)).toEqual([3]);
  expect(best(losses, 2)).toEqual([3, 2]);
  expect(new Set(best(losses, 4))).toEqual(new Set([3, 2, 0, 1]));
  // All of front 1 are wanted: they are equal, and before front 2.
  expect([...frontOrder(losses, 4)]).toEqual([1, 1, 1, 0, 2, 3]);
});

test('units and one outlier change nothing; a loss that is the same everywhere does no harm', () => {
  const rng = createRng(2);
  const losses = Array.from({ length: 60 }, () => {
    const angle = (rng.float() * Math.PI) / 2;
    return [Math.cos(angle), Math.sin(angle)];
  });
  const chosen = best(losses, 12);
  expect(
    best(
      losses.map(([a, b]) => [a! * 1e6 + 3, b! * 1e-6]),
      12,
    ),
  ).toEqual(chosen);
  expect(best([...losses, [2, 1e300]], 12)).toEqual(best([...losses, [2, 3]], 12));
  expect(
    new Set(
      best(
        losses.map((l) => [...l, 7]),
        12,
      ),
    ).size,
  ).toBe(12);
  expect(
    best(
      [
        [1, -1.7e308],
        [0, 1.7e308],
        [0.5, 0],
      ],
      2,
    ),
  ).toHaveLength(2);
});

test('what is taken covers nearly the volume that greedy selection by exact volumes covers, in two to four objectives', () => {
  const rng = createRng(3);
  for (const objectives of [2, 3, 4]) {
    const points = Array.from({ length: 40 }, () => {
      const v = Array.from({ length: objectives }, () => Math.abs(rng.normal()));
      return v.map((x) => x / Math.hypot(...v));
    });
    const ends = points[0]!.map((_, k) => points.map((p) => p[k]!).sort((a, b) => a - b));
    const scaled = points.map((p) =>
      p.map((v, k) => Math.min(1, (v - ends[k]![0]!) / (quantile(ends[k]!, 0.9) - ends[k]![0]!))),
    );
    const reference = new Array<number>(objectives).fill(1.1);
    const exact: number[][] = [];
    while (exact.length < 8) {
      const volume = (p: number[]): number => hypervolume([...exact, p], reference);
      exact.push(scaled.reduce((a, b) => (volume(b) > volume(a) ? b : a)));
    }
    const taken = best(points, 8).map((i) => scaled[i]!);
    expect(hypervolume(taken, reference) / hypervolume(exact, reference)).toBeGreaterThan(0.98); // counted in 1,024 places
    expect(hypervolume(scaled.slice(0, 8), reference) / hypervolume(exact, reference)).toBeLessThan(0.95); // eight of them at random
  }
});
