import { expect, test } from 'vitest';
import { symmetricEigen } from './eigen.ts';
import { createRng } from './rng.ts';

const product = (V: Float64Array, values: Float64Array, n: number, i: number, j: number): number => {
  let sum = 0;
  for (let k = 0; k < n; k++) sum += V[i * n + k]! * values[k]! * V[j * n + k]!;
  return sum;
};

test('a 2 × 2 matrix by hand: [[2, 1], [1, 2]] has 1 and 3', () => {
  const { values } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
  expect([...values].sort()).toEqual([expect.closeTo(1, 14), expect.closeTo(3, 14)]);
});

test('V diag Vᵀ gives the matrix back, and V is orthogonal, for sizes 1 to 30 and eigenvalues over 24 orders of magnitude', () => {
  const rng = createRng('eigen');
  for (const n of [1, 2, 3, 8, 30]) {
    for (const spread of [0, 12]) {
      const G = Float64Array.from({ length: n * n }, () => rng.normal());
      const scale = Float64Array.from({ length: n }, (_, i) => 10 ** (spread * (n > 1 ? i / (n - 1) - 0.5 : 0)));
      const A = new Float64Array(n * n);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++)
          for (let k = 0; k < n; k++)
            A[i * n + j] = A[i * n + j]! + scale[i]! * G[i * n + k]! * G[j * n + k]! * scale[j]!;
      const { values, vectors } = symmetricEigen(A, n);
      const ones = new Float64Array(n).fill(1);
      const largest = Math.max(...values);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          expect(Math.abs(product(vectors, values, n, i, j) - A[i * n + j]!)).toBeLessThan(1e-13 * n * largest);
          expect(Math.abs(product(vectors, ones, n, i, j) - (i === j ? 1 : 0))).toBeLessThan(1e-13 * n);
        }
      }
    }
  }
});

test('diagonal and zero matrices come back as they are; NaN is refused', () => {
  expect([...symmetricEigen(Float64Array.of(3, 0, 0, 1e-300), 2).values]).toEqual([3, 1e-300]);
  expect([...symmetricEigen(new Float64Array(9), 3).values]).toEqual([0, 0, 0]);
  expect(() => symmetricEigen(Float64Array.of(NaN), 1)).toThrow('not finite');
});
