import { expect, test } from 'vitest';
import { inferSpace, namedValues, type NamedValues } from './infer-space.ts';
import type { OptunaParam, OptunaTrial } from './model.ts';

const LABELS = ['cnn', 'rnn'];
const json = (name: string, attributes: object): string => JSON.stringify({ name, attributes });
const real = (internal: number, low = 0, high = 1): OptunaParam => ({
  internal,
  distribution: json('FloatDistribution', { low, high, log: false, step: null }),
});
const category = (index: number, choices: readonly unknown[] = LABELS): OptunaParam => ({
  internal: index,
  distribution: json('CategoricalDistribution', { choices }),
});
const trial = (params: Record<string, OptunaParam>): OptunaTrial => ({
  state: 'COMPLETE',
  values: [0],
  params,
  intermediate: [],
  userAttrs: {},
  systemAttrs: {},
  start: 0,
  complete: 0,
});

function inferred(...params: Record<string, OptunaParam>[]) {
  const trials = params.map(trial);
  const values = trials.map((one): NamedValues => {
    const read = namedValues(one);
    if ('unreadable' in read) throw new Error(read.unreadable);
    return read;
  });
  const found = inferSpace(trials, values, values);
  if ('unreadable' in found) throw new Error(found.unreadable);
  return {
    json: JSON.parse(JSON.stringify(found.space)) as unknown,
    params: values.map(found.place),
    notes: found.notes,
    space: found.space,
  };
}

const unit = { type: 'float', low: 0, high: 1 };

test('parameters that come with a label are the fields of its branch, two levels deep', () => {
  const { json, params, notes, space } = inferred(
    { net: category(0), kernel: real(0.1) },
    { net: category(1), cell: category(0, ['lstm', 'gru']), forget: real(0.2) },
    { net: category(1), cell: category(1, ['lstm', 'gru']) },
  );
  expect(json).toEqual({
    net: {
      type: 'branch',
      branches: {
        cnn: { kernel: unit },
        rnn: { cell: { type: 'branch', branches: { lstm: { forget: unit }, gru: {} } } },
      },
    },
  });
  expect(params.map((one) => space.parse(one))).toEqual([
    { net: { kind: 'cnn', kernel: 0.1 } },
    { net: { kind: 'rnn', cell: { kind: 'lstm', forget: 0.2 } } },
    { net: { kind: 'rnn', cell: { kind: 'gru' } } },
  ]);
  expect(notes).toEqual([]);
});

test('a parameter that no label explains says itself whether it is there', () => {
  const { params, notes } = inferred({ net: category(0), x: real(0.5) }, { net: category(0) }, { net: category(1) });
  expect(params.map(({ x }) => x)).toEqual([{ kind: 'present', value: 0.5 }, { kind: 'absent' }, { kind: 'absent' }]);
  expect(notes).toHaveLength(1);
});

test('ranges that changed on the way are united, and said so', () => {
  const { json, notes } = inferred({ x: real(0.5) }, { x: real(3, 0.5, 4) });
  expect(json).toEqual({ x: { type: 'float', low: 0, high: 4 } });
  expect(notes).toEqual(['Parameter "x" was drawn from 2 different distributions; the space has the widest.']);
});

test('the distributions that Optuna 3.0 deprecated are read', () => {
  const old = (name: string, attributes: object): OptunaParam => ({
    internal: 4,
    distribution: json(name, attributes),
  });
  const { json: found } = inferred({
    a: old('LogUniformDistribution', { low: 1, high: 10 }),
    b: old('DiscreteUniformDistribution', { low: 0, high: 8, q: 2 }),
    c: old('IntUniformDistribution', { low: 1, high: 9, step: 1 }),
    d: old('IntLogUniformDistribution', { low: 1, high: 9, step: 1 }),
    e: old('IntUniformDistribution', { low: 4, high: 4, step: 1 }),
  });
  expect(found).toEqual({
    a: { type: 'float', low: 1, high: 10, log: true },
    b: { type: 'float', low: 0, high: 8, step: 2 },
    c: { type: 'int', low: 1, high: 9 },
    d: { type: 'int', low: 1, high: 9, log: true },
    e: { type: 'fixed', value: 4 },
  });
});

test('names that cannot be ours are changed and stay apart', () => {
  const { params } = inferred({ 'a.b': real(0.1), a_b: real(0.2), $c: real(0.3), 'd e': real(0.4) });
  expect(params).toEqual([{ a_b_: 0.1, a_b: 0.2, _c: 0.3, d_e: 0.4 }]);
});

test('one name for parameters of different kinds is refused', () => {
  expect(() => inferred({ x: real(0.5) }, { x: category(0) })).toThrow(
    'parameter "x" was drawn from distributions of different kinds',
  );
});
