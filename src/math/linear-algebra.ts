/**
 * Cholesky factors and triangular solves for symmetric positive definite matrices (Golub & Van Loan 2013, §4.2).
 * Lower triangles are packed by rows: entry (i, j), j <= i, is at i(i+1)/2 + j. So a matrix grows by a row at its end, and the inner loops
 * are dot products of contiguous rows.
 *   A = L Lᵀ   [n, n], packed length n(n+1)/2
 */

/** Where row i of a packed lower triangle begins; also the length of a packed triangle with i rows. */
export const packedRow = (i: number): number => (i * (i + 1)) / 2;

/** Σ a[aStart + k] b[bStart + k], k < count. Four sums at once: a single one waits for its own additions. */
export function dot(a: Float64Array, aStart: number, b: Float64Array, bStart: number, count: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let k = 0;
  for (; k + 3 < count; k += 4) {
    s0 += a[aStart + k]! * b[bStart + k]!;
    s1 += a[aStart + k + 1]! * b[bStart + k + 1]!;
    s2 += a[aStart + k + 2]! * b[bStart + k + 2]!;
    s3 += a[aStart + k + 3]! * b[bStart + k + 3]!;
  }
  for (; k < count; k++) s0 += a[aStart + k]! * b[bStart + k]!;
  return s0 + s1 + (s2 + s3);
}

export interface CholeskyFactor {
  /** Packed lower triangle with L Lᵀ = A + jitter · I. */
  readonly L: Float64Array;
  /** What had to be added to the diagonal; 0 when A was positive definite as it came. */
  readonly jitter: number;
}

/** Factors row i of L in place, given rows above it; false if the pivot is not clearly positive. */
function factorRow(L: Float64Array, i: number, smallestPivot: number): boolean {
  const row = packedRow(i);
  for (let j = 0; j < i; j++) {
    const rowJ = packedRow(j);
    L[row + j] = (L[row + j]! - dot(L, row, L, rowJ, j)) / L[rowJ + j]!;
  }
  const pivot = L[row + i]! - dot(L, row, L, row, i);
  if (!(pivot > smallestPivot)) return false;
  L[row + i] = Math.sqrt(pivot);
  return true;
}

/**
 * L of the packed matrix A. If A is not numerically positive definite, 1e-10 of its mean diagonal is added, then 10 times as much, up to 1e-2; the
 * caller is told how much it was. A matrix with NaN or Infinity, or still indefinite, throws.
 */
export function cholesky(A: Float64Array, n: number): CholeskyFactor {
  let meanDiagonal = 0;
  for (let i = 0; i < n; i++) meanDiagonal += A[packedRow(i) + i]! / n;
  for (let level = 0; level <= 1e-2; level = level === 0 ? 1e-10 : level * 10) {
    const jitter = level * meanDiagonal;
    const L = A.slice(0, packedRow(n));
    for (let i = 0; jitter > 0 && i < n; i++) L[packedRow(i) + i] = L[packedRow(i) + i]! + jitter;
    let i = 0;
    while (i < n && factorRow(L, i, 1e-14 * meanDiagonal)) i++;
    if (i === n) return { L, jitter };
  }
  throw new Error(`internal: a ${n} × ${n} matrix is not positive definite even with 1 % of its mean diagonal added`);
}

/**
 * Extends L, [n, n] within a longer array, by one row of the matrix: `row` holds A[n][0..n]. The pivot is kept at least at
 * `smallestPivot`, so that a repeated point cannot break the factor. Returns the new pivot's shortfall (0 = none).
 */
export function choleskyAppend(L: Float64Array, n: number, row: ArrayLike<number>, smallestPivot: number): number {
  const start = packedRow(n);
  for (let j = 0; j < n; j++) {
    const rowJ = packedRow(j);
    L[start + j] = (row[j]! - dot(L, start, L, rowJ, j)) / L[rowJ + j]!;
  }
  const pivot = row[n]! - dot(L, start, L, start, n);
  L[start + n] = Math.sqrt(Math.max(pivot, smallestPivot));
  return Math.max(0, smallestPivot - pivot);
}

/** x with L x = b, in place of b. */
export function solveLower(L: Float64Array, n: number, b: Float64Array): Float64Array {
  for (let i = 0; i < n; i++) {
    const row = packedRow(i);
    b[i] = (b[i]! - dot(L, row, b, 0, i)) / L[row + i]!;
  }
  return b;
}

/** x with Lᵀ x = b, in place of b. */
export function solveLowerTransposed(L: Float64Array, n: number, b: Float64Array): Float64Array {
  for (let i = n - 1; i >= 0; i--) {
    const row = packedRow(i);
    const x = b[i]! / L[row + i]!;
    b[i] = x;
    for (let j = 0; j < i; j++) b[j] = b[j]! - L[row + j]! * x;
  }
  return b;
}

/** x with L Lᵀ x = b, in place of b. */
export const choleskySolve = (L: Float64Array, n: number, b: Float64Array): Float64Array =>
  solveLowerTransposed(L, n, solveLower(L, n, b));

/** ln det(L Lᵀ). */
export function choleskyLogDeterminant(L: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += Math.log(L[packedRow(i) + i]!);
  return 2 * sum;
}

/** L⁻¹, packed: row i from the rows above it. */
export function invertLower(L: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(packedRow(n));
  for (let i = 0; i < n; i++) {
    const row = packedRow(i);
    for (let k = 0; k < i; k++) {
      const l = L[row + k]!;
      const rowK = packedRow(k);
      for (let j = 0; j <= k; j++) inverse[row + j] = inverse[row + j]! - l * inverse[rowK + j]!;
    }
    const pivot = 1 / L[row + i]!;
    for (let j = 0; j < i; j++) inverse[row + j] = inverse[row + j]! * pivot;
    inverse[row + i] = pivot;
  }
  return inverse;
}

/** (L Lᵀ)⁻¹ = L⁻ᵀ L⁻¹ as a packed lower triangle, from L⁻¹. */
export function inverseFromFactor(inverseL: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(packedRow(n));
  for (let k = 0; k < n; k++) {
    const rowK = packedRow(k);
    for (let i = 0; i <= k; i++) {
      const l = inverseL[rowK + i]!;
      const row = packedRow(i);
      for (let j = 0; j <= i; j++) inverse[row + j] = inverse[row + j]! + l * inverseL[rowK + j]!;
    }
  }
  return inverse;
}
