import { expect, test } from 'vitest';
import { trace } from '../trace.ts';
import { mlp } from './mlp.ts';

/** Numbers in the parameters of a model. */
const parametersOf = (model: ReturnType<typeof mlp>, shape: readonly number[]): number =>
  trace(model, shape, { training: true }).parameters.reduce(
    (total, p) => total + p.shape.reduce((size, dim) => size * dim, 1),
    0,
  );

test('has the parameters of its formula', () => {
  expect(parametersOf(mlp(10), [1, 28, 28])).toBe(785 * 256 + 257 * 256 + 257 * 10);
  expect(parametersOf(mlp(2, { hidden: [] }), [7])).toBe(8 * 2);
  expect(parametersOf(mlp(3, { hidden: [5, 4], normalize: true }), [7])).toBe(7 * 5 + 2 * 5 + 5 * 4 + 2 * 4 + 5 * 3);
});

test('refuses a hidden layer without units', () => {
  expect(() => mlp(2, { hidden: [8, 0] })).toThrow('mlp: hidden must be a list of integers >= 1; got [8, 0].');
});
