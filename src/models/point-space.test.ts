import { createRng } from '#math';
import { branch, choice, fixed, float, int, space } from '#space';
import { describe, expect, test } from 'vitest';
import { pointSpaceOf } from './point-space.ts';

const s = space({
  rate: float(1e-4, 1, { log: true, default: 1e-3 }),
  step: float(0, 1, { step: 0.25 }),
  units: int(4, 64, { log: true }),
  batch: choice([32, 64, 128]),
  act: choice(['relu', 'tanh', 'gelu']),
  seed: fixed(7),
  opt: branch({ sgd: { momentum: float(0, 1), inner: branch({ p: { q: int(1, 3) }, r: {} }) }, adam: {} }),
});
const points = pointSpaceOf(s);

test('numbers lie in [0, 1] on their own scale, ends included; categories are indices; what is inactive is NaN', () => {
  const params = { rate: 1e-2, step: 0.75, units: 16, batch: 128, act: 'gelu', seed: 7, opt: { kind: 'adam' } };
  const point = points.encode(params);
  // log(1e-2 / 1e-4) / log(1e4) = 1/2; 0.75 of 1; log(16/4) / log(64/4) = 1/2; last of three; index 2; index 1
  const expected = [0.5, 0.75, 0.5, 1, 2, 1, NaN, NaN, NaN];
  expect(points.dimensions.map((d) => d.path)).toEqual([
    'rate',
    'step',
    'units',
    'batch',
    'act',
    'opt',
    'opt.sgd.momentum',
    'opt.sgd.inner',
    'opt.sgd.inner.p.q',
  ]);
  point.forEach((v, d) => (Number.isNaN(expected[d]) ? expect(v).toBeNaN() : expect(v).toBeCloseTo(expected[d]!, 12)));
  expect(points.decode(point)).toEqual({ ...params, rate: expect.closeTo(1e-2, 12) as number });
});

test('the start takes defaults where there are some and the middle elsewhere', () => {
  const start = s.parse(points.decode(points.start(createRng(0))));
  expect(start).toMatchObject({ rate: expect.closeTo(1e-3, 12) as number, step: 0.5, units: 16, batch: 64, seed: 7 });
});

describe('every move leads to a point of the space that survives the round trip', () => {
  const rng = createRng(5);
  const check = (point: Float64Array) => {
    const params = s.parse(points.decode(point));
    const again = points.encode(params);
    point.forEach((v, d) => (Number.isNaN(v) ? expect(again[d]).toBeNaN() : expect(again[d]).toBeCloseTo(v, 9)));
    expect(points.key(again)).toBe(points.key(point));
    point.forEach((v, d) => {
      if (points.axes[d] !== 'category' && !Number.isNaN(v)) expect(v >= 0 && v <= 1).toBe(true);
    });
  };

  test('uniform draws, mutations, coordinate changes and snaps, 300 of each', () => {
    let point = points.uniform(rng);
    for (let i = 0; i < 300; i++) {
      check(points.uniform(rng));
      check((point = points.mutate(point, 0.2, 0.3, rng)));
      const d = rng.int(0, points.axes.length - 1);
      for (const v of points.alternatives(point, d, 0.1, true, rng)) check(points.withCoordinate(point, d, v, rng));
      check(
        points.snap(
          point.map((v, k) => (points.axes[k] === 'category' ? v : v + 0.1 * rng.normal())),
          rng,
        ),
      );
    }
  });

  test('of a long list of labels some are tried, not all', () => {
    const labels = choice(['label 0', ...Array.from({ length: 9_999 }, (_, i) => `label ${i + 1}`)]);
    const many = pointSpaceOf(space({ label: labels, x: float(0, 1) }));
    const tried = many.alternatives(many.uniform(rng), 0, 0.1, true, rng);
    expect(tried.length).toBeGreaterThan(50);
    expect(tried.length).toBeLessThanOrEqual(64);
    expect(tried.every((label) => Number.isInteger(label) && label >= 0 && label < 10_000)).toBe(true);
  });

  test('a mutation changes something', () => {
    for (let i = 0; i < 100; i++) {
      const point = points.uniform(rng);
      expect(points.key(points.mutate(point, 0.1, 0, rng))).toBeTypeOf('number');
    }
  });
});

test('ten thousand different points have ten thousand keys', () => {
  const rng = createRng(6);
  const square = pointSpaceOf(space({ x: float(0, 1), y: float(0, 1) }));
  expect(new Set(Array.from({ length: 10000 }, () => square.key(square.uniform(rng)))).size).toBe(10000);
});

test('the cell of a place holds the places with its value and no others, in steps, log ints and ordered choices', () => {
  const numbers = space({
    n: int(-2, 5),
    l: int(1, 40, { log: true }),
    x: float(0, 1, { step: 0.25 }),
    c: choice([1, 10, 100]),
    u: float(-1, 3),
  });
  const points = pointSpaceOf(numbers);
  for (let d = 0; d < 4; d++) {
    let last = NaN;
    let values = 0;
    for (let place = -0.2; place <= 1.2; place += 0.0013) {
      const { coordinate, low, high } = points.cell(d, place);
      expect(place >= low - 1e-12 && place <= high + 1e-12).toBe(true);
      expect(points.cell(d, coordinate)).toEqual({ coordinate, low, high });
      if (low === last) continue;
      values++; // the next cell begins where the last one ended
      if (values > 1) expect(points.cell(d, low - 1e-9).high).toBeCloseTo(low, 12);
      last = low;
    }
    expect(points.cell(d, -9).low).toBe(-Infinity);
    expect(points.cell(d, 9).high).toBe(Infinity);
    expect(values).toBe(points.sizes[d]);
  }
  expect(points.cell(4, 0.3)).toEqual({ coordinate: 0.3, low: 0.3, high: 0.3 });
});
