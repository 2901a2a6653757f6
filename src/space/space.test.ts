import { expect, test } from 'vitest';
import { isTuneError } from '#math';
import { branch, choice, fixed, float, int } from './param.ts';
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

const s = space({
  learningRate: float(1e-5, 1e-1, { log: true }),
  batchSize: choice([128, 32, 64]),
  dropout: float(0, 0.5, { step: 0.1 }),
  epochs: fixed(10),
  optimizer: branch({
    sgd: { momentum: float(0, 0.99), decay: branch({ none: {}, step: { every: int(1, 10) } }) },
    adam: {},
  }),
});
const params = {
  learningRate: 0.01,
  batchSize: 64,
  dropout: 0.3,
  epochs: 10,
  optimizer: { kind: 'sgd', momentum: 0.9, decay: { kind: 'step', every: 3 } },
};

test('dimensions are the leaves, parents before children, with the condition of each', () => {
  expect(
    s.dimensions.map((d) => [d.path, d.condition && `${d.condition.path}=${d.condition.label}`, d.type, d.size]),
  ).toEqual([
    ['learningRate', null, 'continuous', Infinity],
    ['batchSize', null, 'ordered', 3],
    ['dropout', null, 'ordered', 6],
    ['epochs', null, 'unordered', 1],
    ['optimizer', null, 'unordered', 2],
    ['optimizer.sgd.momentum', 'optimizer=sgd', 'continuous', Infinity],
    ['optimizer.sgd.decay', 'optimizer=sgd', 'unordered', 2],
    ['optimizer.sgd.decay.step.every', 'optimizer.sgd.decay=step', 'ordered', 10],
  ]);
});

test('a choice of numbers is ordered by value, other lists as asked', () => {
  const { dimensions } = space({
    a: choice([128, 32, 64]),
    b: choice(['x', 'y']),
    c: choice(['small', 'large'], { ordered: true }),
    d: choice([3, 1, 2], { ordered: false }),
    e: choice([1, 'auto']),
  });
  expect(dimensions.map(({ type, labels }) => [type, labels])).toEqual([
    ['ordered', [32, 64, 128]],
    ['unordered', ['x', 'y']],
    ['ordered', ['small', 'large']],
    ['unordered', [3, 1, 2]],
    ['unordered', [1, 'auto']],
  ]);
});

test('parse returns the parameters, fills constants in and takes what JSON brings back', () => {
  expect(s.parse(params)).toEqual(params);
  expect(s.parse(JSON.parse(JSON.stringify(params)))).toEqual(params);
  const { epochs, ...rest } = params;
  expect(s.parse(rest)).toEqual({ ...rest, epochs });
});

test('parse forgives what arithmetic did to a stepped float', () => {
  expect(s.parse({ ...params, dropout: 0.1 + 0.2 }).dropout).toBe(0.3);
});

test.each([
  [{ ...params, learningRate: 1 }, 'params: "learningRate" must fit float(0.00001, 0.1, { log: true }); got 1.'],
  [{ ...params, learningRate: NaN }, 'params: "learningRate" must fit float(0.00001, 0.1, { log: true }); got NaN.'],
  [
    { ...params, learningRate: '0.01' },
    'params: "learningRate" must fit float(0.00001, 0.1, { log: true }); got "0.01".',
  ],
  [{ ...params, batchSize: 65 }, 'params: "batchSize" must fit choice([128, 32, 64]); got 65.'],
  [{ ...params, dropout: 0.25 }, 'params: "dropout" must fit float(0, 0.5, { step: 0.1 }); got 0.25.'],
  [{ ...params, epochs: 11 }, 'params: "epochs" must fit fixed(10); got 11.'],
  [
    { ...params, optimizer: { kind: 'lion' } },
    'params: "optimizer" must be an object with kind "sgd" or "adam"; got {"kind":"lion"}.',
  ],
  [
    { ...params, optimizer: { kind: 'toString' } },
    'params: "optimizer" must be an object with kind "sgd" or "adam"; got {"kind":"toString"}.',
  ],
  [{ ...params, optimizer: 'sgd' }, 'params: "optimizer" must be an object with kind "sgd" or "adam"; got "sgd".'],
  [
    { ...params, optimizer: { ...params.optimizer, decay: { kind: 'step', every: 2.5 } } },
    'params: "optimizer.sgd.decay.step.every" must fit int(1, 10); got 2.5.',
  ],
  [
    { ...params, optimizer: { kind: 'sgd', decay: { kind: 'none' } } },
    'params: "optimizer.sgd.momentum" is missing; expected float(0, 0.99).',
  ],
  [
    { ...params, optimizer: { kind: 'adam', momentum: 0.9 } },
    'params: "optimizer.adam.momentum" is not a parameter of this space; it has none here.',
  ],
  [
    { ...params, lr: 1 },
    'params: "lr" is not a parameter of this space; it has "learningRate", "batchSize", "dropout", "epochs", "optimizer".',
  ],
  [[], 'params: expected an object of parameters; got [].'],
  [null, 'params: expected an object of parameters; got null.'],
])('parse refuses %j in one sentence that names the parameter', (value, message) => {
  expect(messageOf(() => s.parse(value))).toBe(message);
});

// Definitions that TypeScript would refuse are possible in plain JavaScript and in JSON.
const untyped = (fields: unknown) => space(fields as Parameters<typeof space>[0]);

test.each([
  [
    {},
    'the space is empty; name at least one parameter, for example { learningRate: float(1e-5, 0.1, { log: true }) }.',
  ],
  [{ lr: float(1, 0.1) }, 'float("lr"): low must be < high; got low = 1, high = 0.1, use fixed(…) for a constant.'],
  [{ n: int(3, 3) }, 'int("n"): low must be < high; got low = 3, high = 3, use fixed(…) for a constant.'],
  [{ lr: float(0, 1, { log: true }) }, 'float("lr"): low must be > 0 when log is true; got low = 0.'],
  [{ n: int(-1, 8, { log: true }) }, 'int("n"): low must be > 0 when log is true; got low = -1.'],
  [{ lr: float(NaN, 1) }, 'float("lr"): low and high must be finite numbers; got low = NaN, high = 1.'],
  [{ lr: float(0, Infinity) }, 'float("lr"): low and high must be finite numbers; got low = 0, high = Infinity.'],
  [{ lr: float(-1e308, 1e308) }, 'float("lr"): the range is too wide for a double; got low = -1e+308, high = 1e+308.'],
  [
    { n: int(0.5, 2) },
    'int("n"): low and high must be whole numbers; got low = 0.5, high = 2, use float(…) for real numbers.',
  ],
  [
    { n: int(-(2 ** 53 - 1), 2 ** 53 - 1) },
    'int("n"): the range is too wide for a double; got low = -9007199254740991, high = 9007199254740991.',
  ],
  [{ x: float(0, 1, { step: 0 }) }, 'float("x"): step must be > 0; got 0.'],
  [{ x: float(0, 1, { step: -0.1 }) }, 'float("x"): step must be > 0; got -0.1.'],
  [
    { x: float(0, 1, { step: 2 }) },
    'float("x"): step must not be larger than the range; got step = 2 for a range of 1.',
  ],
  [{ x: float(0, 1, { step: 1e-300 }) }, 'float("x"): step is too small for the range; got step = 1e-300.'],
  [{ n: int(0, 10, { step: 1.5 }) }, 'int("n"): step must be a whole number; got 1.5.'],
  [
    { x: { ...float(1, 2, { log: true }), step: 0.5 } },
    'float("x"): log and step exclude one another; got step = 0.5.',
  ],
  [
    { x: float(0, 0.5, { logit: true }) },
    'float("x"): low and high must lie between 0 and 1 when logit is true; got low = 0, high = 0.5.',
  ],
  [
    { x: { ...float(0.1, 0.5, { logit: true }), log: true } },
    'float("x"): log and logit exclude one another; choose one.',
  ],
  [
    { x: { ...float(0.1, 0.5, { logit: true }), step: 0.1 } },
    'float("x"): logit and step exclude one another; got step = 0.1.',
  ],
  [
    { x: float(0, 1, { step: 0.3, default: 0.5 }) },
    'float("x"): default must be low and a whole number of steps; got 0.5 for low = 0, step = 0.3.',
  ],
  [
    { n: int(0, 9, { default: 1.5 }) },
    'int("n"): default must be low and a whole number of steps; got 1.5 for low = 0, step = 1.',
  ],
  [{ x: float(0, 1, { default: 2 }) }, 'float("x"): default must lie within the range; got 2 for [0, 1].'],
  [{ c: { ...choice([1]), choices: [] } }, 'choice("c"): a choice needs at least one value; got none.'],
  [{ c: choice([1, 2, 1]) }, 'choice("c"): values must differ; got 1 twice.'],
  [{ c: choice([1, NaN]) }, 'choice("c"): values must be finite; got NaN.'],
  [
    { c: { ...choice([1]), choices: [[1, 2]] } },
    'choice("c"): values must be strings, numbers, booleans or null; got an array, use branch(…) for groups.',
  ],
  [{ o: branch({}) }, 'branch("o"): a branch needs at least one label; got none.'],
  [
    { o: branch({ sgd: { momentum: float(1, 0) } }) },
    'float("o.sgd.momentum"): low must be < high; got low = 1, high = 0, use fixed(…) for a constant.',
  ],
  [
    { o: branch({ sgd: { kind: float(0, 1) } }) },
    'parameter "o.sgd.kind": "kind" holds the label of the branch; choose another name.',
  ],
  [
    { 'a.b': float(0, 1) },
    'parameter "a.b": a name must not be empty, begin with $ or contain dots, braces or blanks; rename it.',
  ],
  [
    { o: branch({ 'a b': {} }) },
    'label "a b" of branch("o"): a name must not be empty, begin with $ or contain dots, braces or blanks; rename it.',
  ],
  [{ f: fixed(Infinity) }, 'fixed("f"): values must be finite; got Infinity.'],
  [{ x: 3 }, 'parameter "x": expected float(…), int(…), choice(…), branch(…) or fixed(…); got 3.'],
  [{ x: { kind: 'flaot' } }, 'parameter "x": unknown kind "flaot".'],
])('a wrong definition is one clear sentence that names the parameter: %#', (fields, message) => {
  expect(messageOf(() => untyped(fields))).toBe(message);
});
