import { createRng, isTuneError } from '#math';
import { describe, expect, test } from 'vitest';
import { spaceDifference } from './compare.ts';
import { linear, predicate, type Constraint } from './constraint.ts';
import { spaceFromJson } from './from-json.ts';
import { cardinality, gridCount, gridPoints, gridSize } from './grid.ts';
import { branch, choice, fixed, float, int } from './param.ts';
import { sampleUniform } from './sample.ts';
import { space } from './space.ts';

const messageOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (isTuneError(error)) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
};

const fields = {
  a: float(0, 1),
  n: int(1, 4),
  c: choice([16, 32, 64]),
  word: choice(['x', 'y']),
  k: fixed(2),
  o: branch({ sgd: { momentum: float(0, 0.9) }, adam: { beta: float(0, 1) } }),
};
const point = { a: 0.5, n: 2, c: 32, word: 'x', k: 2, o: { kind: 'sgd', momentum: 0.5 } } as const;
const adam = { ...point, o: { kind: 'adam', beta: 0.5 } } as const;

describe('linear', () => {
  const s = space(fields, { constraints: [linear({ coefficients: { a: 1, 'o.sgd.momentum': 2 }, atMost: 1 })] });

  test('bounds the sum over the branch it speaks of, and holds where that branch is not chosen', () => {
    expect(s.allows(point)).toBe(false); // 0.5 + 2 · 0.5
    expect(s.allows({ ...point, o: { kind: 'sgd', momentum: 0.25 } })).toBe(true);
    expect(s.allows(adam)).toBe(true);
  });

  test('parse names the constraint', () => {
    expect(messageOf(() => s.parse(point))).toBe(
      'params: the constraint a + 2 o.sgd.momentum <= 1 does not hold for {"a":0.5,"n":2,"c":32,"word":"x","k":2,"o":{"kind":"sgd","momentum":0.5}}.',
    );
  });

  test('counts choices of numbers and constants by their value', () => {
    const t = space(fields, { constraints: [linear({ coefficients: { c: 1, k: 8 }, atLeast: 48 })] });
    expect(t.allows(point)).toBe(true); // 32 + 16
    expect(t.allows({ ...point, c: 16 })).toBe(false);
  });

  test('0.1 + 0.2 is at most 0.3', () => {
    const t = space(
      { a: float(0, 1), b: float(0, 1) },
      { constraints: [linear({ coefficients: { a: 1, b: 1 }, atMost: 0.3 })] },
    );
    expect(t.allows({ a: 0.1, b: 0.2 })).toBe(true);
    expect(t.allows({ a: 0.1, b: 0.2001 })).toBe(false);
  });

  test.each<[Constraint, string]>([
    [
      linear({ coefficients: { b: 1 }, atMost: 1 }),
      'constraint b <= 1: "b" is not a parameter of this space; it has a, n, c, word, k, o, o.sgd.momentum, o.adam.beta.',
    ],
    [
      linear({ coefficients: { word: 1 }, atMost: 1 }),
      'constraint word <= 1: "word" has values that are no numbers; use predicate(…).',
    ],
    [
      linear({ coefficients: { o: 1 }, atMost: 1 }),
      'constraint o <= 1: "o" has values that are no numbers; use predicate(…).',
    ],
    [
      linear({ coefficients: { a: 1, n: 2 }, atMost: 1.5 }),
      'constraint a + 2 n <= 1.5: it cannot be met: the least sum is 2; with "a" in [0, 1] and "n" in [1, 4]; raise atMost or widen a range.',
    ],
    [
      linear({ coefficients: { n: -1, a: 1 }, atLeast: 0.5 }),
      'constraint -n + a >= 0.5: it cannot be met: the greatest sum is 0; with "n" in [1, 4] and "a" in [0, 1]; lower atLeast or widen a range.',
    ],
    [
      linear({ coefficients: { a: 1 }, atMost: 0.2, atLeast: 0.4 }),
      'constraint 0.4 <= a <= 0.2: atMost is below atLeast; nothing satisfies both.',
    ],
    [linear({ coefficients: { a: 1 } }), 'constraint a >= null: it has no bound; give atMost or atLeast.'],
    [
      linear({ coefficients: {}, atMost: 1 }),
      'constraint  <= 1: it has no coefficients; name at least one parameter, as { layers: 1 }.',
    ],
    [
      linear({ coefficients: { a: NaN }, atMost: 1 }),
      'constraint NaN a <= 1: the coefficient of "a" must be a finite number other than 0; got NaN.',
    ],
    [
      linear({ coefficients: { a: 1 }, atMost: Infinity }),
      'constraint a <= Infinity: atMost must be a finite number; got Infinity.',
    ],
    [
      linear({ coefficients: { 'o.sgd.momentum': 1, 'o.adam.beta': 1 }, atMost: 1 }),
      'constraint o.sgd.momentum + o.adam.beta <= 1: "o.sgd.momentum" and "o.adam.beta" are never active together; one needs o = sgd, the other adam.',
    ],
  ])('a wrong one is refused where it is defined, naming the parameter: %#', (constraint, message) => {
    expect(messageOf(() => space(fields, { constraints: [constraint as Constraint<unknown>] }))).toBe(message);
  });
});

describe('predicate', () => {
  const s = space(fields, { constraints: [predicate('small', (p) => p.n * p.c <= 64)] });

  test('says yes or no', () => {
    expect(s.allows(point)).toBe(true);
    expect(s.allows({ ...point, c: 64 })).toBe(false);
  });

  test('an answer that is no boolean, or an error, says which constraint and where', () => {
    const forgotten = space(
      { n: int(1, 2) },
      { constraints: [predicate('forgotten', () => undefined as unknown as boolean)] },
    );
    expect(messageOf(() => forgotten.parse({ n: 1 }))).toBe(
      'constraint "forgotten" must answer true or false; it answered undefined on {"n":1}.',
    );
    const broken = space(
      { n: int(1, 2) },
      {
        constraints: [
          predicate('broken', () => {
            throw new Error('oh');
          }),
        ],
      },
    );
    expect(messageOf(() => broken.parse({ n: 1 }))).toBe('constraint "broken" threw "oh" on {"n":1}.');
  });

  test('two of one name are refused', () => {
    const twice = [predicate('p', () => true), predicate('p', () => false)];
    expect(messageOf(() => space({ n: int(1, 2) }, { constraints: twice }))).toBe(
      'constraint "p": two predicates have this name; rename one.',
    );
  });
});

describe('JSON', () => {
  const s = space(fields, {
    constraints: [
      linear({ coefficients: { a: 1, n: 2 }, atMost: 6, atLeast: 3 }),
      predicate('small', (p) => p.n * p.c <= 64),
    ],
  });
  const json: unknown = JSON.parse(JSON.stringify(s));

  test('a linear constraint comes back whole, a predicate by its name and with the code that is given for it', () => {
    const back = spaceFromJson(json, { predicates: { small: (p: typeof point) => p.n * p.c <= 64 } });
    expect(JSON.stringify(back)).toBe(JSON.stringify(s));
    expect(spaceDifference(s, back)).toBeNull();
    for (const p of [point, { ...point, c: 64 } as const, { ...point, n: 1 } as const])
      expect(back.allows(p)).toBe(s.allows(p));
  });

  test('without the code the space can be read, and what would ask it says what is missing and where to give it', () => {
    const back = spaceFromJson(json);
    expect(back.dimensions).toEqual(s.dimensions);
    const sentence =
      'the space has the constraint "small", whose code is not here; give it in the space of createStudy or of the experiment file, or by openStudy(storage, name, { predicates: { "small": (params) => … } }).';
    expect(messageOf(() => back.parse(point))).toBe(sentence);
    expect(messageOf(() => sampleUniform(back, createRng(1)))).toBe(sentence);
  });

  test('what is no constraint is refused', () => {
    expect(
      messageOf(() => spaceFromJson({ n: { type: 'int', low: 1, high: 2 }, $constraints: [{ linaer: {} }] })),
    ).toBe(
      '$constraints: expected { linear: { path: coefficient }, atMost, atLeast } or { predicate: name }; got {"linaer":{}}.',
    );
  });

  test('spaces differ when a constraint is new or gone', () => {
    expect(spaceDifference(s, space(fields))).toBe('the constraint 3 <= a + 2 n <= 6 is gone');
    expect(spaceDifference(space(fields), s)).toBe('the constraint 3 <= a + 2 n <= 6 is new');
  });
});

describe('points', () => {
  const small = space(
    { a: int(0, 3), o: branch({ x: { b: int(0, 3) }, y: {} }) },
    { constraints: [linear({ coefficients: { a: 1, 'o.x.b': 1 }, atMost: 2 })] },
  );

  test('a finite space is counted by what it allows, its grid keeps the numbers of all combinations', () => {
    expect(cardinality(small)).toBe(10); // 6 pairs with a + b <= 2, and 4 values of a beside y
    expect([gridSize(small), gridCount(small)]).toEqual([20, 10]);
    expect([...gridPoints(small)].every((p) => small.allows(p))).toBe(true);
    expect([...gridPoints(small)]).toHaveLength(10);
  });

  test('draws are uniform over the allowed points: 10,000 of them, each of 10 points within 5 standard deviations', () => {
    // sd of a count: sqrt(10,000 · 0.1 · 0.9) = 30. Draws are uniform before rejection: a branch without fields weighs as much as one with four values,
    // so a point (a, x, b) has weight 1/32 and (a, y) 1/8; the 6 and 4 of them sum to 6/32 + 4/8 = 11/16.
    const rng = createRng('allowed');
    const counts = new Map<string, number>();
    for (let i = 0; i < 10_000; i++) {
      const text = JSON.stringify(sampleUniform(small, rng));
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    expect(counts.size).toBe(10);
    for (const [text, count] of counts) {
      const share = (text.includes('"y"') ? 1 / 8 : 1 / 32) / (11 / 16);
      expect(Math.abs(count - 10_000 * share)).toBeLessThan(5 * Math.sqrt(10_000 * share * (1 - share)));
    }
  });

  test('a predicate that draws never meet is found by walking when the space is finite', () => {
    const needle = space(
      { a: int(0, 99), b: int(0, 999) },
      { constraints: [predicate('needle', (p) => p.a === 7 && p.b === 13)] },
    );
    expect(sampleUniform(needle, createRng(1))).toEqual({ a: 7, b: 13 });
    expect(cardinality(needle)).toBe(1);
  });

  test('10,000 refused draws in a row end in a sentence that names the constraint and its parameters', () => {
    const never = space(
      { a: float(0, 1), b: float(0, 1), c: int(1, 3) },
      { constraints: [predicate('never', (p) => p.a + p.b > 2)] },
    );
    expect(messageOf(() => sampleUniform(never, createRng(1)))).toBe(
      'space: the constraints refused 10,000 uniform draws in a row, most often "never" (of "a", "b"); loosen it or narrow the ranges to where it holds.',
    );
  });
});
