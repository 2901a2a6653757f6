import { expect, test } from 'vitest';
import { choice, fixed, float, int, type Param } from './param.ts';
import { space } from './space.ts';
import { fromUnit, indexOf, toUnit, valueAt } from './unit.ts';

function dimensionOf(param: Param) {
  const [dimension] = space({ p: param }).dimensions;
  if (dimension === undefined) throw new Error('one dimension');
  return dimension;
}

test('the ends of a float are exact in both directions, also in log scale', () => {
  for (const [low, high, log] of [
    [1e-5, 0.1, true],
    [1e-300, 1e300, true],
    [0.1, 0.7, false],
    [-1e300, 1e300 / 3, false],
  ] as const) {
    const d = dimensionOf(log ? float(low, high, { log }) : float(low, high));
    expect([fromUnit(d, 0), fromUnit(d, 1)]).toEqual([low, high]);
    expect([toUnit(d, low), toUnit(d, high)]).toEqual([0, 1]);
  }
});

test('the middle of a log float is the geometric mean', () => {
  const d = dimensionOf(float(1e-4, 1e-2, { log: true }));
  expect(fromUnit(d, 0.5)).toBeCloseTo(1e-3, 15);
  expect(toUnit(d, 1e-3)).toBeCloseTo(0.5, 14);
});

test('a log range whose ends have no finite ratio is spread evenly like any other, and comes back', () => {
  const d = dimensionOf(float(1e-300, 1e300, { log: true }));
  expect(fromUnit(d, 0.5)).toBeCloseTo(1, 9);
  expect(Number(fromUnit(d, 0.25)) / 1e-150).toBeCloseTo(1, 9);
  expect(Number(fromUnit(d, 0.9)) / 1e240).toBeCloseTo(1, 9);
  for (const u of [1e-6, 0.1, 0.5, 0.77, 1 - 1e-6]) expect(toUnit(d, fromUnit(d, u))).toBeCloseTo(u, 12);
});

test('the middle of a logit float has the mean log odds, its ends are exact, and both ends have as much room', () => {
  const d = dimensionOf(float(0.001, 0.999, { logit: true }));
  expect([fromUnit(d, 0), fromUnit(d, 1), toUnit(d, 0.001), toUnit(d, 0.999)]).toEqual([0.001, 0.999, 0, 1]);
  expect(fromUnit(d, 0.5)).toBeCloseTo(0.5, 15);
  // scipy 1.10.1, scipy.special.logit: (logit(0.01) - logit(0.001)) / (logit(0.999) - logit(0.001))
  expect(toUnit(d, 0.01)).toBeCloseTo(0.167345953534, 11);
  expect(toUnit(d, 0.99)).toBeCloseTo(1 - 0.167345953534, 11);
});

test('ints own equal cells: n values, each 1/n wide, a value sits in the middle of its own', () => {
  const d = dimensionOf(int(3, 7));
  const counts = new Map<unknown, number>();
  for (let i = 0; i < 1000; i++) {
    const value = fromUnit(d, (i + 0.5) / 1000);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  expect([...counts]).toEqual([3, 4, 5, 6, 7].map((v) => [v, 200]));
  expect(toUnit(d, 3)).toBeCloseTo(0.1, 15);
  expect(toUnit(d, 7)).toBeCloseTo(0.9, 15);
  expect([fromUnit(d, 0), fromUnit(d, 1)]).toEqual([3, 7]);
});

test('log ints own cells of equal ratio around them', () => {
  const d = dimensionOf(int(1, 8, { log: true }));
  // The cell of 1 is [log 0.5, log 1.5] of [log 0.5, log 8.5]: log 3 / log 17 = 0.38776
  expect(fromUnit(d, 0.3877)).toBe(1);
  expect(fromUnit(d, 0.3878)).toBe(2);
  expect([fromUnit(d, 0), fromUnit(d, 1)]).toEqual([1, 8]);
});

test('steps count from low and come without rounding noise; a step that does not divide the range ends below high', () => {
  const d = dimensionOf(float(0, 1, { step: 0.1 }));
  expect(Array.from({ length: 11 }, (_, i) => valueAt(d, i))).toEqual([
    0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1,
  ]);
  const uneven = dimensionOf(float(0, 1, { step: 0.3 }));
  expect(uneven.size).toBe(4);
  expect(fromUnit(uneven, 1)).toBe(0.9);
  expect(toUnit(uneven, 1)).toBe(0.875);
  const ints = dimensionOf(int(10, 50, { step: 20 }));
  expect([valueAt(ints, 0), valueAt(ints, 1), valueAt(ints, 2)]).toEqual([10, 30, 50]);
});

test('a fine step far from zero is not rounded away', () => {
  const d = dimensionOf(float(1e9, 1e9 + 1, { step: 2 ** -20 }));
  expect(valueAt(d, 1)).toBe(1e9 + 2 ** -20);
  expect(indexOf(d, 1e9 + 5 * 2 ** -20)).toBe(5);
});

test('choices of numbers lie by value, whatever the written order', () => {
  const d = dimensionOf(choice([128, 32, 64]));
  expect([32, 64, 128].map((v) => toUnit(d, v))).toEqual([1 / 6, 0.5, 5 / 6]);
  expect(indexOf(d, 'x')).toBe(-1);
});

test('points outside are clamped, values outside too, NaN is a broken invariant', () => {
  const d = dimensionOf(float(0, 1));
  expect([fromUnit(d, -1), fromUnit(d, 2), toUnit(d, -5), toUnit(d, 5)]).toEqual([0, 1, 0, 1]);
  expect(() => fromUnit(d, NaN)).toThrow('internal');
  expect(toUnit(dimensionOf(fixed('x')), 'x')).toBe(0.5);
  expect(() => toUnit(dimensionOf(choice(['a'])), 'b')).toThrow('internal');
});
