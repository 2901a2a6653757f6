import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { rankTest } from './rank-test.ts';

const golden = JSON.parse(readFileSync(new URL('./rank-test.golden.json', import.meta.url), 'utf8')) as {
  a: number[];
  b: number[];
  wins: number;
  p: number;
}[];

test.each(golden)('agrees with SciPy 1.10.1: p = $p', ({ a, b, wins, p }) => {
  const result = rankTest(a, b);
  expect(result.winShare).toBeCloseTo(wins / (a.length * b.length), 14);
  expect(Math.abs(result.p - p)).toBeLessThan(1e-12 * Math.max(p, 1e-3));
});

test('three below three: one order of twenty', () => {
  expect(rankTest([1, 2, 3], [4, 5, 6])).toEqual({ winShare: 1, p: expect.closeTo(1 / 20, 15) as number });
});

test('equal samples show nothing, and so do empty ones', () => {
  expect(rankTest([1, 1], [1, 1, 1])).toEqual({ winShare: 0.5, p: 1 });
  expect(rankTest([], [1])).toEqual({ winShare: NaN, p: NaN });
  expect(rankTest([NaN], [1])).toEqual({ winShare: NaN, p: NaN });
});

test('a sampler without a result is worse than any', () => {
  expect(rankTest([1, 2], [Infinity, 3])).toEqual({ winShare: 1, p: expect.closeTo(1 / 6, 15) as number });
});
