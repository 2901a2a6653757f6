/**
 * Eigenvalues and eigenvectors of a symmetric matrix by Jacobi rotations (Golub & Van Loan 2013, §8.5.3, cyclic by row).
 *   A = V diag(values) Vᵀ   [n, n] row-major; column j of V belongs to values[j]; no order is promised
 * Chosen over tridiagonal QR because it is short, and accurate to the last digits also for small eigenvalues; for n up to about 50 the time does not matter.
 * Cost: about 8 sweeps of O(n³).
 */
export interface SymmetricEigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

const MOST_SWEEPS = 40;

/** Reads the lower triangle only. A matrix with NaN or Infinity throws. */
export function symmetricEigen(matrix: Float64Array, n: number): SymmetricEigen {
  const A = Float64Array.from({ length: n * n }, (_, p) => {
    const [i, j] = [Math.floor(p / n), p % n];
    return matrix[Math.max(i, j) * n + Math.min(i, j)]!;
  });
  if (!A.every(Number.isFinite)) throw new Error('internal: symmetricEigen of a matrix that is not finite');
  const V = new Float64Array(n * n);
  for (let i = 0; i < n; i++) V[i * n + i] = 1;
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) {
        const apq = A[p * n + q]!;
        const [app, aqq] = [A[p * n + p]!, A[q * n + q]!];
        if (Math.abs(apq) <= Number.EPSILON * 0.5 * Math.sqrt(Math.abs(app * aqq))) continue;
        rotated = true;
        rotate(A, V, n, p, q, apq, app, aqq);
      }
    }
    if (!rotated) break;
  }
  return { values: Float64Array.from({ length: n }, (_, i) => A[i * n + i]!), vectors: V };
}

/** Makes A[p, q] zero. */
function rotate(
  A: Float64Array,
  V: Float64Array,
  n: number,
  p: number,
  q: number,
  apq: number,
  app: number,
  aqq: number,
) {
  const theta = (aqq - app) / (2 * apq);
  const t =
    Math.abs(theta) > 1e150 ? 0.5 / theta : Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const [akp, akq] = [A[k * n + p]!, A[k * n + q]!];
    A[k * n + p] = c * akp - s * akq;
    A[k * n + q] = s * akp + c * akq;
  }
  for (let k = 0; k < n; k++) {
    const [apk, aqk] = [A[p * n + k]!, A[q * n + k]!];
    A[p * n + k] = c * apk - s * aqk;
    A[q * n + k] = s * apk + c * aqk;
    const [vkp, vkq] = [V[k * n + p]!, V[k * n + q]!];
    V[k * n + p] = c * vkp - s * vkq;
    V[k * n + q] = s * vkp + c * vkq;
  }
  A[p * n + q] = A[q * n + p] = 0;
}
