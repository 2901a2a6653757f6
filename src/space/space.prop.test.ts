/** Laws of every space, over random spaces with branches nested up to three deep. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRng } from '#math';
import { spaceDifference } from './compare.ts';
import { flatten, isActive, unflatten } from './flat.ts';
import { spaceFromJson } from './from-json.ts';
import { cardinality, gridPoint, gridSize } from './grid.ts';
import { branch, choice, fixed, float, int, type Choice, type Fields, type Param } from './param.ts';
import { sampleUniform } from './sample.ts';
import { space, type Space } from './space.ts';
import { fromUnit, indexOf, toUnit, valueAt } from './unit.ts';

const names = fc.constantFrom('a', 'b', 'c', 'learningRate', 'x1', 'ü', 'constructor', '0');
const pair = (low: number, high: number) =>
  fc
    .tuple(fc.double({ min: low, max: high, noNaN: true }), fc.double({ min: low, max: high, noNaN: true }))
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => (a < b ? ([a, b] as const) : ([b, a] as const)));
const ints = (low: number, high: number) =>
  fc
    .tuple(fc.integer({ min: low, max: high - 1 }), fc.integer({ min: 1, max: 1000 }))
    .map(([a, n]) => [a, a + n] as const);
const value = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((x) => !Object.is(x, -0)),
);

const leaf: fc.Arbitrary<Param> = fc.oneof(
  pair(-1e6, 1e6).map(([low, high]) => float(low, high)),
  pair(1e-12, 1e6).map(([low, high]) => float(low, high, { log: true })),
  pair(1e-6, 1 - 1e-6).map(([low, high]) => float(low, high, { logit: true })),
  fc
    .tuple(fc.integer({ min: -100, max: 100 }), fc.constantFrom(0.1, 0.25, 1, 3), fc.integer({ min: 1, max: 50 }))
    .map(([low, step, n]) => float(low, low + n * step, { step })),
  ints(-1000, 1000).map(([low, high]) => int(low, high)),
  ints(1, 1000).map(([low, high]) => int(low, high, { log: true })),
  fc
    .tuple(fc.uniqueArray(value, { minLength: 1, maxLength: 5 }), fc.boolean())
    .map(([values, ordered]) => choice(values as [Choice, ...Choice[]], { ordered })), // minLength 1
  value.map((v) => fixed(v)),
);
const fields = (depth: number): fc.Arbitrary<Fields> =>
  fc.dictionary(
    names,
    depth === 0 ? leaf : fc.oneof({ weight: 3, arbitrary: leaf }, { weight: 1, arbitrary: group(depth - 1) }),
    { minKeys: 0, maxKeys: 4, noNullPrototype: true },
  );
const group = (depth: number): fc.Arbitrary<Param> =>
  fc
    .dictionary(names, fields(depth), { minKeys: 1, maxKeys: 3, noNullPrototype: true })
    .map((branches) => branch(branches));
const anySpace: fc.Arbitrary<Space> = fields(3)
  .filter((f) => Object.keys(f).length > 0)
  .map((f) => space(f));
const seed = fc.integer();

const check = (property: fc.IProperty<never> | fc.IRawProperty<never>) =>
  fc.assert(property as fc.IProperty<never>, { seed: 20260701, numRuns: 300 });
const law = <T extends [unknown, ...unknown[]]>(property: fc.IPropertyWithHooks<T>) =>
  check(property as unknown as fc.IProperty<never>); // fc.assert only runs it

test('a drawn point fits the space, also after JSON', () => {
  law(
    fc.property(anySpace, seed, (s, n) => {
      const params = sampleUniform(s, createRng(n));
      expect(s.parse(params)).toEqual(params);
      expect(s.parse(JSON.parse(JSON.stringify(params)))).toEqual(params);
    }),
  );
});

test('flatten and unflatten are inverse, and exactly the active dimensions are present', () => {
  law(
    fc.property(anySpace, seed, (s, n) => {
      const params = sampleUniform(s, createRng(n));
      const flat = flatten(params);
      expect(unflatten(s, flat)).toEqual(params);
      expect(Object.keys(flat).sort()).toEqual(
        s.dimensions
          .filter((d) => isActive(d, flat))
          .map((d) => d.path)
          .sort(),
      );
    }),
  );
});

test('a space is the same after JSON', () => {
  law(
    fc.property(anySpace, (s) => {
      const back = spaceFromJson(JSON.parse(JSON.stringify(s)));
      expect(back.fields).toEqual(s.fields);
      expect(back.dimensions).toEqual(s.dimensions);
      expect(spaceDifference(s, back)).toBeNull();
    }),
  );
});

test('values survive the unit cube: exactly when discrete, to rounding when continuous', () => {
  law(
    fc.property(anySpace, fc.double({ min: 0, max: 1, noNaN: true }), (s, u) => {
      for (const d of s.dimensions) {
        const v = fromUnit(d, u);
        const at = toUnit(d, v);
        expect(at).toBeGreaterThanOrEqual(0);
        expect(at).toBeLessThanOrEqual(1);
        const back = fromUnit(d, at);
        if (d.type === 'continuous') expect(Math.abs(toUnit(d, back) - at)).toBeLessThan(1e-9);
        else {
          expect(back).toBe(v);
          expect(valueAt(d, indexOf(d, v))).toBe(v);
        }
      }
    }),
  );
});

test('numbers grow along their axis', () => {
  law(
    fc.property(
      anySpace,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (s, a, b) => {
        for (const d of s.dimensions) {
          if (d.param.kind !== 'float' && d.param.kind !== 'int') continue;
          const [x, y] = [fromUnit(d, Math.min(a, b)), fromUnit(d, Math.max(a, b))];
          expect(Number(x)).toBeLessThanOrEqual(Number(y));
        }
      },
    ),
  );
});

test('every point of a grid fits, and points with different numbers differ', () => {
  law(
    fc.property(anySpace, fc.nat(), fc.nat(), (s, i, j) => {
      const size = gridSize(s, { resolution: 3 });
      const [p, q] = [gridPoint(s, i % size, { resolution: 3 }), gridPoint(s, j % size, { resolution: 3 })];
      expect(s.parse(p)).toEqual(p);
      if (i % size !== j % size) expect(p).not.toEqual(q);
      if (cardinality(s) !== Infinity) expect(size).toBe(cardinality(s));
    }),
  );
});
