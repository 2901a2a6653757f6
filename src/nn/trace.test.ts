import { describe, expect, test } from 'vitest';
import { add, mul, type Tensor } from '#graph';
import { createRng } from '#math';
import { ones } from './initializers.ts';
import type { Layer } from './layer.ts';
import { functional, residual, sequential } from './layers/containers.ts';
import { conv1d } from './layers/conv1d.ts';
import { dense } from './layers/dense.ts';
import { dropout } from './layers/dropout.ts';
import { embedding } from './layers/embedding.ts';
import { flatten } from './layers/flatten.ts';
import { initialValues, trace } from './trace.ts';

const names = (model: Layer, shape: readonly number[], training = false) =>
  trace(model, shape, { training }).parameters.map(({ name }) => name);

const block = () => residual(sequential([dense(8, { activation: 'relu' }), dropout(0.5), dense(8)]));

test('parameters are named by kind and count along the path', () => {
  const model = sequential([flatten(), dense(8), block(), dense(3, { useBias: false })]);
  expect(names(model, [2, 2, 2])).toEqual([
    'dense1.weight',
    'dense1.bias',
    'residual1.body.dense1.weight',
    'residual1.body.dense1.bias',
    'residual1.body.dense2.weight',
    'residual1.body.dense2.bias',
    'dense2.weight',
  ]);
  expect(names(dense(3), [4])).toEqual(['weight', 'bias']);
});

test('tracing for training and for inference gives the same names and shapes', () => {
  const model = sequential([dense(8), block(), dropout(0.2), functional((x, apply) => apply(dense(2), x))]);
  const shapes = (training: boolean) =>
    trace(model, [4], { training }).parameters.map(({ name, shape }) => [name, shape]);
  expect(shapes(true)).toEqual(shapes(false));
  expect(shapes(true)).toEqual(shapes(true));
});

test('weights decay, biases do not', () => {
  expect(trace(dense(3), [4]).parameters.map(({ name, decay }) => [name, decay])).toEqual([
    ['weight', true],
    ['bias', false],
  ]);
});

test('a layer applied twice shares its parameters, two equal layers do not', () => {
  const shared = dense(4);
  const twice = functional((x, apply) => apply(shared, apply(shared, x)));
  expect(names(twice, [4])).toEqual(['dense1.weight', 'dense1.bias']);
  expect(names(sequential([shared, shared]), [4])).toEqual(['dense1.weight', 'dense1.bias']);
  expect(names(sequential([dense(4), dense(4)]), [4])).toHaveLength(4);
});

test('a layer shared between two shapes is refused', () => {
  const shared = dense(3);
  expect(() => trace(sequential([shared, shared]), [4])).toThrow(
    'dense at "dense1" is applied twice and so shares its parameters, but dense1.weight was [4, 3] at first and would be [3, 3] now.',
  );
});

test('masks are inputs of training only, one for each application', () => {
  const drop = dropout(0.25);
  const model = sequential([drop, dense(3), drop]);
  expect(trace(model, [4], { training: true }).masks).toMatchObject([
    { name: 'dropout1.mask', shape: ['B', 4], keep: 0.75 },
    { name: 'dropout1.mask2', shape: ['B', 3], keep: 0.75 },
  ]);
  expect(trace(model, [4]).masks).toEqual([]);
  expect(trace(sequential([dropout(0)]), [4], { training: true }).masks).toEqual([]);
});

test('buffers keep their name, and a second update in a step goes on from the first', () => {
  const counter: Layer = {
    kind: 'counter',
    config: {},
    apply(x, ctx) {
      const { value, update } = ctx.buffer('count', [], 5);
      update(add(value, 1));
      return x;
    },
  };
  const { buffers } = trace(sequential([counter, counter]), [2], { training: true });
  expect(buffers).toHaveLength(1);
  expect(buffers[0]).toMatchObject({ name: 'counter1.count', shape: [], initial: 5 });
  // (count + 1) + 1
  const last = buffers[0]?.next?.derivative?.inputs[0];
  expect(last?.derivative?.inputs[0]).toBe(buffers[0]?.tensor);
});

test('a name given by hand replaces the counted one and may not be taken twice', () => {
  const model = functional((x, apply) => apply(dense(2), apply(dense(4), x, 'stem')));
  expect(names(model, [3])).toEqual(['stem.weight', 'stem.bias', 'dense1.weight', 'dense1.bias']);
  expect(() =>
    trace(
      functional((x, apply) => apply(dense(2), apply(dense(4), x, 'stem'), 'stem')),
      [3],
    ),
  ).toThrow('"stem" is the name of a dense already and cannot be that of a dense too.');
});

test('a layer of one’s own asks its context for what it needs', () => {
  const scale: Layer = {
    kind: 'scale',
    config: {},
    apply: (x, ctx) => mul(x, ctx.scope('inner').parameter('gain', [1], ones(), { decay: false })),
  };
  const { parameters, output } = trace(sequential([scale]), [4]);
  expect(parameters).toMatchObject([{ name: 'scale1.inner.gain', shape: [1], decay: false }]);
  expect(output.shape).toEqual(['B', 4]);
});

test('initial values depend on the seed and the name, not on the other layers', () => {
  const values = (model: Layer) => initialValues(trace(model, [4]), createRng(7));
  const small = values(sequential([dense(4), dense(2)]));
  const large = values(sequential([dense(4), dropout(0.1), dense(2), dense(5)]));
  expect(large.get('dense2.weight')).toEqual(small.get('dense2.weight'));
  expect(small.get('dense1.weight')?.slice(0, 8)).not.toEqual(small.get('dense2.weight'));
  expect(small.get('dense1.bias')).toEqual(new Float32Array(4));
});

test('an impossible input shape is refused', () => {
  expect(() => trace(dense(1), [0])).toThrow('trace: dimensions must be integers >= 1; got [0].');
});

describe('which steps are padding', () => {
  /** Notes what a layer at its place is told. */
  const probe = (seen: (Tensor | null)[]): Layer => ({
    kind: 'probe',
    config: {},
    apply(x, ctx) {
      seen.push(ctx.realSteps(x));
      return x;
    },
  });
  const words = embedding(9, 4, { paddingId: 0 });

  test('is known behind layers and ops that keep the steps', () => {
    const seen: (Tensor | null)[] = [];
    const model = functional((x, apply) => {
      const y = apply(words, x);
      return apply(probe(seen), add(mul(y, 2), apply(sequential([dense(4), dropout(0.5)]), y)));
    });
    trace(model, [7], { training: true });
    expect(seen[0]?.shape).toEqual(['B', 7]);
  });

  test('is forgotten where steps are joined or cut, and not known without an embedding that marks it', () => {
    const seen: (Tensor | null)[] = [];
    trace(sequential([words, conv1d(4, 3), probe(seen)]), [7]);
    trace(sequential([embedding(9, 4), probe(seen)]), [7]);
    expect(seen).toEqual([null, null]);
  });

  test('of two sequences of one length, each keeps its own', () => {
    const seen: (Tensor | null)[] = [];
    const other = embedding(9, 4, { paddingId: 1 });
    const model = functional((x, apply) => {
      const [a, b] = [apply(words, x), apply(other, x)];
      apply(probe(seen), add(a, 1));
      return apply(probe(seen), add(b, 1));
    });
    trace(model, [7]);
    expect(seen[0]).not.toBeNull();
    expect(seen[1]).not.toBeNull();
    expect(seen[0]?.id).not.toBe(seen[1]?.id);
  });
});
