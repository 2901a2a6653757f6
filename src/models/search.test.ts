import { createRng } from '#math';
import { choice, float, int, space } from '#space';
import { expect, test } from 'vitest';
import { pointSpaceOf } from './point-space.ts';
import { maximise, type Score } from './search.ts';

test('finds the maximum of a mixed quadratic: the right category and integer exactly, the number by its gradient to 1e-3', () => {
  const points = pointSpaceOf(space({ x: float(0, 1), n: int(0, 50), c: choice(['a', 'b', 'c', 'd']) }));
  const at = (p: Float64Array) => -((p[0]! - 0.3141) ** 2) - (p[1]! - 0.42) ** 2 - (p[2] === 3 ? 0 : 1);
  const scoreGradient = (p: Float64Array, g: Float64Array) => {
    g.set([-2 * (p[0]! - 0.3141), -2 * (p[1]! - 0.42), 0]);
    return at(p);
  };
  const score = (some: readonly Float64Array[]) => some.map(at);
  for (let seed = 0; seed < 5; seed++) {
    const found = maximise(points, score, [], () => false, createRng(seed), { scoreGradient })!;
    expect(points.decode(found.point)).toMatchObject({ n: 21, c: 'd' });
    expect(Math.abs(found.point[0]! - 0.3141)).toBeLessThan(1e-3);
  }
});

test('never returns a known point, and null when all are known', () => {
  const points = pointSpaceOf(space({ n: int(0, 9) }));
  const score = (some: readonly Float64Array[]) => some.map((p) => p[0]!);
  const found = maximise(points, score, [], (p) => p[0]! > 0.5, createRng(1))!;
  expect(points.decode(found.point)).toEqual({ n: 4 });
  expect(maximise(points, score, [], () => true, createRng(1))).toBeNull();
});

test('a bound spares scores and changes nothing of what is found', () => {
  const points = pointSpaceOf(space({ x: float(0, 1), y: float(0, 1), n: int(0, 50) }));
  const at = (p: Float64Array) => -((p[0]! - 0.7) ** 2) - (p[1]! - 0.2) ** 2 - (p[2]! - 0.5) ** 2;
  const count = (bound?: (some: readonly Float64Array[]) => number[]) => {
    let scored = 0;
    const score: Score = (some) => {
      scored += some.length;
      return some.map(at);
    };
    const found = maximise(points, score, [], () => false, createRng(3), bound && { bound })!;
    return { found, scored };
  };
  const without = count();
  const within = count((some) => some.map((p) => at(p) + 0.01));
  expect(within.found).toEqual(without.found);
  expect(within.scored).toBeLessThan(without.scored - 100);
});
