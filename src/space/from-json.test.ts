import { expect, test } from 'vitest';
import { spaceDifference } from './compare.ts';
import { spaceFromJson } from './from-json.ts';
import { branch, choice, fixed, float, int } from './param.ts';
import { space } from './space.ts';

const s = space({
  learningRate: float(1e-5, 1e-1, { log: true, default: 1e-3 }),
  x: float(0, 1, { step: 0.25 }),
  layers: int(1, 4),
  units: int(16, 256, { log: true }),
  batchSize: choice([128, 32], { default: 32 }),
  order: choice([1, 2], { ordered: false }),
  act: choice(['relu', null], { default: null }),
  epochs: fixed(10),
  optimizer: branch({ sgd: { momentum: float(0, 0.99) }, adam: {} }, { default: 'adam' }),
});

test('a space survives JSON, and its JSON says only what differs from the defaults', () => {
  const json: unknown = JSON.parse(JSON.stringify(s));
  expect(spaceFromJson(json).fields).toEqual(s.fields);
  expect(json).toEqual({
    learningRate: { type: 'float', low: 1e-5, high: 0.1, log: true, default: 1e-3 },
    x: { type: 'float', low: 0, high: 1, step: 0.25 },
    layers: { type: 'int', low: 1, high: 4 },
    units: { type: 'int', low: 16, high: 256, log: true },
    batchSize: { type: 'choice', choices: [128, 32], default: 32 },
    order: { type: 'choice', choices: [1, 2], ordered: false },
    act: { type: 'choice', choices: ['relu', null], default: null },
    epochs: { type: 'fixed', value: 10 },
    optimizer: {
      type: 'branch',
      branches: { sgd: { momentum: { type: 'float', low: 0, high: 0.99 } }, adam: {} },
      default: 'adam',
    },
  });
});

test('a label without parameters may be left empty in YAML', () => {
  expect(spaceFromJson({ o: { type: 'branch', branches: { a: null, b: {} } } }).dimensions).toHaveLength(1);
});

test.each([
  [[], 'space: expected an object of parameters; got [].'],
  [{ a: 3 }, 'parameter "a": expected { type, … }; got 3.'],
  [{ a: { low: 1 } }, 'parameter "a": "type" is missing; known: float, int, choice, branch, fixed.'],
  [
    { a: { type: 'flaot' } },
    'parameter "a": unknown type "flaot"; did you mean "float"? Known: "float", "int", "choice", "branch", "fixed".',
  ],
  [
    { a: { type: 'float', lo: 1, high: 2 } },
    'parameter "a": unknown key "lo" of a float; did you mean "low" or "log"? Known: "low", "high", "log", "logit", "step", "default", "prior".',
  ],
  [{ a: { type: 'float', low: '1', high: 2 } }, 'parameter "a": "low" must be a number; got "1".'],
  [{ a: { type: 'float', low: 1 } }, 'parameter "a": "high" is missing.'],
  [{ a: { type: 'float', low: 1, high: 2, log: 'yes' } }, 'parameter "a": "log" must be true or false; got "yes".'],
  [{ a: { type: 'choice', choices: 'relu' } }, 'parameter "a": "choices" must be a list; got "relu".'],
  [{ a: { type: 'branch', branches: { x: { k: { type: 'int' } } } } }, 'parameter "a.x.k": "low" is missing.'],
  [{ a: { type: 'fixed' } }, 'parameter "a": "value" is missing.'],
  [
    { a: { type: 'float', low: 2, high: 1 } },
    'float("a"): low must be < high; got low = 2, high = 1, use fixed(…) for a constant.',
  ],
])('unknown JSON is refused with the parameter and what is allowed: %#', (json, message) => {
  expect(() => spaceFromJson(json)).toThrow(message);
});

test('spaces are the same whatever the order of fields and the defaults', () => {
  const a = space({ x: float(0, 1), o: branch({ p: { k: int(1, 2) }, q: {} }) });
  const b = space({ o: branch({ q: {}, p: { k: int(1, 2, { default: 2 }) } }), x: float(0, 1) });
  expect(spaceDifference(a, b)).toBeNull();
});

test.each([
  [{ x: float(0, 1) }, { x: float(0, 2) }, '"x" was float(0, 1) and is float(0, 2)'],
  [{ x: float(0, 1), y: int(1, 2) }, { x: float(0, 1) }, '"y" was int(1, 2) and is gone'],
  [{ x: float(0, 1) }, { x: float(0, 1), y: int(1, 2) }, '"y" is new: int(1, 2)'],
  [{ c: choice([1, 2]) }, { c: choice([1, 2, 3]) }, '"c" was choice([1, 2]) and is choice([1, 2, 3])'],
  [{ o: branch({ a: {} }) }, { o: branch({ a: {}, b: {} }) }, '"o" was branch({ a }) and is branch({ a, b })'],
  [
    { o: branch({ a: { k: int(1, 2) } }) },
    { o: branch({ a: { k: int(1, 3) } }) },
    '"o.a.k" was int(1, 2) and is int(1, 3)',
  ],
])('a difference is said in one phrase: %#', (before, now, phrase) => {
  expect(spaceDifference(space(before), space(now))).toBe(phrase);
});
