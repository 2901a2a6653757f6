import { createRng } from '#math';
import { expect, test } from 'vitest';
import { hypervolume } from './hypervolume.ts';

test('volumes worked by hand', () => {
  expect(
    hypervolume(
      [
        [1, 3],
        [2, 2],
        [3, 1],
      ],
      [4, 4],
    ),
  ).toBe(6); // 3 + 2 + 1 new cells of a staircase
  expect(hypervolume([[1, 1, 1]], [3, 3, 3])).toBe(8);
  expect(
    hypervolume(
      [
        [1, 1, 2],
        [2, 2, 1],
      ],
      [3, 3, 3],
    ),
  ).toBe(2 * 2 + 1); // 4 + 2 - 1 shared
  expect(hypervolume([[0.25]], [1])).toBe(0.75);
});

test('points at or behind the reference and repeated or dominated points add nothing', () => {
  expect(
    hypervolume(
      [
        [1, 4],
        [5, 0],
      ],
      [4, 4],
    ),
  ).toBe(0);
  expect(
    hypervolume(
      [
        [1, 1],
        [1, 1],
        [2, 2],
      ],
      [4, 4],
    ),
  ).toBe(9);
  expect(hypervolume([], [1, 1])).toBe(0);
});

test('agrees with counting random points in 2 to 5 objectives', () => {
  for (const m of [2, 3, 4, 5]) {
    const rng = createRng(m);
    const points = Array.from({ length: 8 }, () => Array.from({ length: m }, () => rng.float()));
    let hits = 0;
    for (let i = 0; i < 20000; i++) {
      const x = Array.from({ length: m }, () => rng.float());
      if (points.some((p) => p.every((v, k) => v <= x[k]!))) hits++;
    }
    // six standard errors of a share: at most 6 · 0.5 / √20000
    expect(Math.abs(hypervolume(points, new Array<number>(m).fill(1)) - hits / 20000)).toBeLessThan(0.0212);
  }
});
