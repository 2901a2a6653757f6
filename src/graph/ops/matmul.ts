/**
 * Matrix product over the last two axes, leading axes broadcast. dA = dY Bᵀ, dB = Aᵀ dY, each summed to its shape.
 *   A [..., n, k]   B [..., k, m]   Y [..., n, m]
 */
import { TuneError } from '#math';
import { broadcastShapes, showShape } from '../dim.ts';
import { differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { sumTo } from './sum.ts';
import { transpose, transposeLast } from './transpose.ts';

export function matmul(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length < 2 || b.shape.length < 2 || a.shape.at(-1) !== b.shape.at(-2)) {
    throw new TuneError('shapeMismatch', `matmul: ${showShape(a.shape)} by ${showShape(b.shape)} does not fit.`, {
      a: a.shape,
      b: b.shape,
    });
  }
  const lead = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...lead, a.shape.at(-2) ?? 1, b.shape.at(-1) ?? 1];
  return differentiable(node('MatMul', [a, b], { shape }), [a, b], (dy) => [
    sumTo(matmul(dy, transposeLast(b)), a.shape),
    sumTo(matmul(transposeLast(a), dy), b.shape),
  ]);
}

/** Product of two matrices, either transposed on the way: op(A) op(B). */
export function gemm(a: Tensor, b: Tensor, { transA = false, transB = false } = {}): Tensor {
  const [n, k] = transA ? [a.shape[1], a.shape[0]] : a.shape;
  const [l, m] = transB ? [b.shape[1], b.shape[0]] : b.shape;
  if (a.shape.length !== 2 || b.shape.length !== 2 || k !== l || n === undefined || m === undefined) {
    throw new TuneError('shapeMismatch', `gemm: ${showShape(a.shape)} by ${showShape(b.shape)} does not fit.`);
  }
  const attributes = { transA: Number(transA), transB: Number(transB) };
  return differentiable(node('Gemm', [a, b], { attributes, shape: [n, m] }), [a, b], (dy) => [
    transA ? gemm(b, dy, { transA: transB, transB: true }) : gemm(dy, b, { transB: !transB }),
    transB ? gemm(dy, a, { transA: true, transB: transA }) : gemm(a, dy, { transA: !transA }),
  ]);
}

/** Columns of both factors from which the product of columns is faster the other way round where B has more of them. */
const SWAPPED_FROM = 128;

/** Aᵀ B of two matrices with the same many rows: what the gradient of a weight is. */
export function columnProducts(a: Tensor, b: Tensor): Tensor {
  const [columns, others] = [Number(a.shape[1]), Number(b.shape[1])];
  return columns >= SWAPPED_FROM && others > columns
    ? transpose(matmul(transpose(b), a))
    : gemm(a, b, { transA: true });
}
