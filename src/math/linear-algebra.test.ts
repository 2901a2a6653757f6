import { expect, test } from 'vitest';
import {
  cholesky,
  choleskyAppend,
  choleskyLogDeterminant,
  choleskySolve,
  COLUMNS,
  inverseFromFactor,
  invertLower,
  packedRow,
  solveLower,
  solveLowerColumns,
} from './linear-algebra.ts';
import { createRng } from './rng.ts';

/** A = M Mᵀ + I/10 for a random M, packed, and the product with a vector by a naive loop. */
function randomMatrix(n: number, seed: number) {
  const rng = createRng(seed);
  const M = Array.from({ length: n }, () => Array.from({ length: n }, () => rng.normal()));
  const at = (i: number, j: number) => M[i]!.reduce((s, v, k) => s + v * M[j]![k]!, i === j ? 0.1 : 0);
  const A = new Float64Array(packedRow(n));
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) A[packedRow(i) + j] = at(i, j);
  return { A, at };
}

test('solves A x = b to rounding error for sizes around the unrolling', () => {
  for (const n of [1, 2, 3, 4, 5, 6, 7, 8, 33]) {
    const { A, at } = randomMatrix(n, n);
    const x = Float64Array.from({ length: n }, (_, i) => i - 1.5);
    const b = x.map((_, i) => x.reduce((s, v, j) => s + at(i, j) * v, 0));
    const { L, jitter } = cholesky(A, n);
    expect(jitter).toBe(0);
    choleskySolve(L, n, b).forEach((v, i) => expect(v).toBeCloseTo(x[i]!, 7));
  }
});

test('factor, determinant and inverse of a matrix worked by hand', () => {
  // [[4, 2], [2, 5]] = [[2, 0], [1, 2]] [[2, 1], [0, 2]], determinant 16, inverse [[5, -2], [-2, 4]] / 16
  const { L } = cholesky(Float64Array.of(4, 2, 5), 2);
  expect([...L]).toEqual([2, 1, 2]);
  expect(choleskyLogDeterminant(L, 2)).toBeCloseTo(Math.log(16), 14);
  expect([...invertLower(L, 2)]).toEqual([0.5, -0.25, 0.5]);
  expect([...inverseFromFactor(invertLower(L, 2), 2)]).toEqual([5 / 16, -2 / 16, 4 / 16]);
});

test('the inverse times the matrix is the identity, for sizes around the unrolling', () => {
  for (const n of [1, 2, 3, 4, 5, 6, 7, 8, 9, 30]) {
    const { A, at } = randomMatrix(n, n);
    const inverse = inverseFromFactor(invertLower(cholesky(A, n).L, n), n);
    const entry = (i: number, j: number) => inverse[packedRow(Math.max(i, j)) + Math.min(i, j)]!;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let product = 0;
        for (let k = 0; k < n; k++) product += at(i, k) * entry(k, j);
        expect(product).toBeCloseTo(i === j ? 1 : 0, 7);
      }
    }
  }
});

test('four columns at once, in steps of any length, have the solutions of each alone', () => {
  for (const n of [1, 2, 5, 16, 19]) {
    const { L } = cholesky(randomMatrix(n, n).A, n);
    const rng = createRng(n);
    const columns = Array.from({ length: COLUMNS }, () => Float64Array.from({ length: n }, () => rng.normal()));
    const together = new Float64Array(n * COLUMNS).map((_, p) => columns[p % COLUMNS]![Math.floor(p / COLUMNS)]!);
    for (let from = 0; from < n; from += 3) solveLowerColumns(L, from, Math.min(n, from + 3), together);
    columns.forEach((b, k) =>
      solveLower(L, n, b).forEach((v, i) => expect(together[i * COLUMNS + k]).toBeCloseTo(v, 10)),
    );
  }
});

test('a singular matrix is factored with the smallest jitter that works, and says so', () => {
  const { L, jitter } = cholesky(Float64Array.of(1, 1, 1), 2);
  expect(jitter).toBe(1e-10);
  expect(L[1]! ** 2 + L[2]! ** 2).toBeCloseTo(1 + 1e-10, 14);
});

test('an indefinite matrix and one with NaN throw instead of returning a wrong factor', () => {
  expect(() => cholesky(Float64Array.of(1, 2, 1), 2)).toThrow('not positive definite');
  expect(() => cholesky(Float64Array.of(1, NaN, 1), 2)).toThrow('not positive definite');
});

test('an appended row gives the factor of the larger matrix', () => {
  const { A } = randomMatrix(6, 5);
  const whole = cholesky(A, 6).L;
  const grown = new Float64Array(packedRow(6));
  grown.set(cholesky(A, 5).L);
  expect(choleskyAppend(grown, 5, A.subarray(packedRow(5)), 1e-12)).toBe(0);
  grown.forEach((v, i) => expect(v).toBeCloseTo(whole[i]!, 12));
});

test('appending a repeated row keeps the factor finite and reports the shortfall', () => {
  const L = new Float64Array(3);
  L[0] = 1;
  expect(choleskyAppend(L, 1, [1, 1], 1e-6)).toBeCloseTo(1e-6, 12);
  expect(L[2]).toBeCloseTo(1e-3, 12);
});
