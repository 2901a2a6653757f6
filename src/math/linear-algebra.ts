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

/** Columns that `solveLowerColumns` takes at once. */
export const COLUMNS = 4;

/**
 * Rows `from` … `to - 1` of X with L X = B, in place of B, [n, 4] by rows, whose rows before `from` hold X already. Two rows and four columns at a time, so that
 * each number read serves four or two products: a third of the time of four single solves.
 */
export function solveLowerColumns(L: Float64Array, from: number, to: number, B: Float64Array): void {
  for (let i = from; i < to; i += 2) {
    const isPair = i + 1 < to;
    const upper = packedRow(i);
    const lower = isPair ? upper + i + 1 : upper; // a last row by itself is done twice, with one result
    let u0 = 0;
    let u1 = 0;
    let u2 = 0;
    let u3 = 0;
    let v0 = 0;
    let v1 = 0;
    let v2 = 0;
    let v3 = 0;
    for (let k = 0, p = 0; k < i; k++, p += COLUMNS) {
      const l = L[upper + k]!;
      const m = L[lower + k]!;
      const b0 = B[p]!;
      const b1 = B[p + 1]!;
      const b2 = B[p + 2]!;
      const b3 = B[p + 3]!;
      u0 += l * b0;
      u1 += l * b1;
      u2 += l * b2;
      u3 += l * b3;
      v0 += m * b0;
      v1 += m * b1;
      v2 += m * b2;
      v3 += m * b3;
    }
    const p = i * COLUMNS;
    const pivot = L[upper + i]!;
    const x0 = (B[p]! - u0) / pivot;
    const x1 = (B[p + 1]! - u1) / pivot;
    const x2 = (B[p + 2]! - u2) / pivot;
    const x3 = (B[p + 3]! - u3) / pivot;
    B[p] = x0;
    B[p + 1] = x1;
    B[p + 2] = x2;
    B[p + 3] = x3;
    if (!isPair) return;
    const l = L[lower + i]!;
    const next = L[lower + i + 1]!;
    B[p + 4] = (B[p + 4]! - v0 - l * x0) / next;
    B[p + 5] = (B[p + 5]! - v1 - l * x1) / next;
    B[p + 6] = (B[p + 6]! - v2 - l * x2) / next;
    B[p + 7] = (B[p + 7]! - v3 - l * x3) / next;
  }
}

/** x with Lᵀ x = b, in place of b. Four rows at a time, which spares b most of its loads and stores: less than half the time. */
export function solveLowerTransposed(L: Float64Array, n: number, b: Float64Array): Float64Array {
  let i = n - 1;
  for (; i >= 3; i -= 4) {
    const [r0, r1, r2, r3] = [packedRow(i), packedRow(i - 1), packedRow(i - 2), packedRow(i - 3)];
    const x0 = b[i]! / L[r0 + i]!;
    const x1 = (b[i - 1]! - L[r0 + i - 1]! * x0) / L[r1 + i - 1]!;
    const x2 = (b[i - 2]! - L[r0 + i - 2]! * x0 - L[r1 + i - 2]! * x1) / L[r2 + i - 2]!;
    const x3 = (b[i - 3]! - L[r0 + i - 3]! * x0 - L[r1 + i - 3]! * x1 - L[r2 + i - 3]! * x2) / L[r3 + i - 3]!;
    b[i] = x0;
    b[i - 1] = x1;
    b[i - 2] = x2;
    b[i - 3] = x3;
    for (let j = 0; j < i - 3; j++) {
      b[j] = b[j]! - (L[r0 + j]! * x0 + L[r1 + j]! * x1 + L[r2 + j]! * x2 + L[r3 + j]! * x3);
    }
  }
  for (; i >= 0; i--) {
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

/** L⁻¹, packed: row i from the rows above it, four at a time. */
export function invertLower(L: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(packedRow(n));
  for (let i = 0; i < n; i++) {
    const row = packedRow(i);
    subtractRows(inverse, row, i, L, row);
    const pivot = 1 / L[row + i]!;
    for (let j = 0; j < i; j++) inverse[row + j] = inverse[row + j]! * pivot;
    inverse[row + i] = pivot;
  }
  return inverse;
}

/** Takes Σ weights[k] (row k of A), k < count, off the row of A that begins at `row`; weights begin at `first`. */
function subtractRows(A: Float64Array, row: number, count: number, weights: Float64Array, first: number): void {
  let k = 0;
  for (; k + 3 < count; k += 4) {
    const [w0, w1, w2, w3] = [
      weights[first + k]!,
      weights[first + k + 1]!,
      weights[first + k + 2]!,
      weights[first + k + 3]!,
    ];
    const [r0, r1, r2, r3] = [packedRow(k), packedRow(k + 1), packedRow(k + 2), packedRow(k + 3)];
    for (let j = 0; j <= k; j++) {
      A[row + j] = A[row + j]! - (w0 * A[r0 + j]! + w1 * A[r1 + j]! + w2 * A[r2 + j]! + w3 * A[r3 + j]!);
    }
    A[row + k + 1] = A[row + k + 1]! - (w1 * A[r1 + k + 1]! + w2 * A[r2 + k + 1]! + w3 * A[r3 + k + 1]!);
    A[row + k + 2] = A[row + k + 2]! - (w2 * A[r2 + k + 2]! + w3 * A[r3 + k + 2]!);
    A[row + k + 3] = A[row + k + 3]! - w3 * A[r3 + k + 3]!;
  }
  for (; k < count; k++) {
    const w = weights[first + k]!;
    const r = packedRow(k);
    for (let j = 0; j <= k; j++) A[row + j] = A[row + j]! - w * A[r + j]!;
  }
}

/** (L Lᵀ)⁻¹ = L⁻ᵀ L⁻¹ as a packed lower triangle, from L⁻¹; four rows of it at a time. */
export function inverseFromFactor(inverseL: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(packedRow(n));
  let k = 0;
  for (; k + 3 < n; k += 4) {
    const [r0, r1, r2, r3] = [packedRow(k), packedRow(k + 1), packedRow(k + 2), packedRow(k + 3)];
    for (let i = 0; i <= k; i++) {
      const row = packedRow(i);
      const [w0, w1, w2, w3] = [inverseL[r0 + i]!, inverseL[r1 + i]!, inverseL[r2 + i]!, inverseL[r3 + i]!];
      for (let j = 0; j <= i; j++) {
        const sum = w0 * inverseL[r0 + j]! + w1 * inverseL[r1 + j]! + w2 * inverseL[r2 + j]! + w3 * inverseL[r3 + j]!;
        inverse[row + j] = inverse[row + j]! + sum;
      }
    }
    for (let q = k + 1; q < k + 4; q++) addProducts(inverse, inverseL, q, k + 1);
  }
  for (; k < n; k++) addProducts(inverse, inverseL, k, 0);
  return inverse;
}

/** Adds a_i a_j for row a = `k` of A to every entry (i, j) of `sum` with i >= from. */
function addProducts(sum: Float64Array, A: Float64Array, k: number, from: number): void {
  const a = packedRow(k);
  for (let i = from; i <= k; i++) {
    const weight = A[a + i]!;
    const row = packedRow(i);
    for (let j = 0; j <= i; j++) sum[row + j] = sum[row + j]! + weight * A[a + j]!;
  }
}
