import { expect, test } from 'vitest';
import { cardinality, gridPoint, gridPoints, gridSize } from './grid.ts';
import { branch, choice, fixed, float, int } from './param.ts';
import { space } from './space.ts';

test('points come as nested loops would give them: written order, the last field fastest', () => {
  const s = space({ lr: choice([0.01, 0.001]), batch: choice([64, 32]) });
  expect([...gridPoints(s)]).toEqual([
    { lr: 0.01, batch: 64 },
    { lr: 0.01, batch: 32 },
    { lr: 0.001, batch: 64 },
    { lr: 0.001, batch: 32 },
  ]);
});

test('a branch is the sum of its labels, so there are no invalid or doubled points', () => {
  const s = space({
    o: branch({ sgd: { m: int(0, 2), n: branch({ yes: {}, no: {} }) }, adam: {} }),
    k: choice(['x', 'y']),
  });
  const points = [...gridPoints(s)];
  expect(points).toHaveLength((3 * 2 + 1) * 2);
  expect(cardinality(s)).toBe(14);
  expect(new Set(points.map((p) => JSON.stringify(p))).size).toBe(14);
  expect(points[0]).toEqual({ o: { kind: 'sgd', m: 0, n: { kind: 'yes' } }, k: 'x' });
  expect(points[13]).toEqual({ o: { kind: 'adam' }, k: 'y' });
});

test('a continuous float needs a resolution, and the error says how to give one', () => {
  const s = space({ lr: float(1e-4, 1e-2, { log: true }), f: fixed(1) });
  expect(() => gridSize(s)).toThrow(
    'grid: float("lr") is continuous and has no grid of its own; give it a step, use choice([…]), or say grid({ resolution: { "lr": 5 } }).',
  );
  expect([...gridPoints(s, { resolution: 3 })].map((p) => p.lr)).toEqual([1e-4, expect.closeTo(1e-3, 15), 1e-2]);
  expect(cardinality(s)).toBe(Infinity);
});

test('a resolution by path also thins whole numbers, ends included', () => {
  const s = space({ n: int(0, 100), x: float(0, 1) });
  expect([...gridPoints(s, { resolution: { n: 3, x: 1 } })]).toEqual([
    { n: 0, x: 0.5 },
    { n: 50, x: 0.5 },
    { n: 100, x: 0.5 },
  ]);
});

test('a wrong resolution is refused by name', () => {
  const s = space({ x: float(0, 1), c: choice(['a']) });
  expect(() => gridSize(s, { resolution: 0 })).toThrow('grid: resolution must be a whole number ≥ 1; got 0.');
  expect(() => gridSize(s, { resolution: { y: 3 } })).toThrow(
    'grid: resolution of "y" names no float or int of the space.',
  );
});

test('a point of a grid of 10^30 costs no more than any other', () => {
  const s = space(Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`p${i}`, int(0, 9)])));
  expect(gridSize(s)).toBeCloseTo(1e30, -16);
  expect(gridPoint(s, 12_345)).toMatchObject({ p0: 0, p25: 1, p26: 2, p27: 3, p28: 4, p29: 5 });
});
