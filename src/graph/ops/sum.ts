/**
 * Sum over axes and its adjoint, stretching to a shape; each is the other's gradient, so they live together.
 *   sum:    y = Σ_axes x        dx = dy stretched back
 *   expand: y = x broadcast     dx = dy summed over the stretched axes
 */
import { TuneError } from '#math';
import { broadcastShapes, normalizeAxes, sameShape, showShape, sizeOf } from '../dim.ts';
import type { Shape } from '../dim.ts';
import { constant, differentiable, int64, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { reshape } from './reshape.ts';

export interface ReduceOptions {
  /** All of them by default; negative axes count from the end. */
  readonly axes?: readonly number[];
  readonly keepDims?: boolean;
}

/** Shape left by reducing `axes`. */
export const reducedShape = (shape: Shape, axes: readonly number[], keepDims: boolean): Shape =>
  keepDims ? shape.map((dim, i) => (axes.includes(i) ? 1 : dim)) : shape.filter((_, i) => !axes.includes(i));

export function sum(x: Tensor, { axes, keepDims = false }: ReduceOptions = {}): Tensor {
  const over = normalizeAxes(axes ?? x.shape.map((_, i) => i), x.shape.length);
  if (over.length === 0) return x;
  const y = node('ReduceSum', [x, int64(...over)], {
    attributes: { keepdims: keepDims ? 1 : 0 },
    shape: reducedShape(x.shape, over, keepDims),
  });
  return differentiable(y, [x], (dy) => [expandLike(reshape(dy, reducedShape(x.shape, over, true)), x)]);
}

/** Broadcasts x to the shape of another tensor, which may be symbolic. */
export const expandLike = (x: Tensor, like: Tensor): Tensor => stretch(x, like.shape, () => shapeOf(like));

/** Broadcasts x to a shape of numbers. */
export const expand = (x: Tensor, shape: readonly number[]): Tensor => stretch(x, shape, () => int64(...shape));

function stretch(x: Tensor, shape: Shape, runtimeShape: () => Tensor): Tensor {
  if (sameShape(x.shape, shape)) return x;
  if (!sameShape(broadcastShapes(x.shape, shape), shape)) {
    throw new TuneError('shapeMismatch', `expand: ${showShape(x.shape)} does not stretch to ${showShape(shape)}.`);
  }
  return differentiable(node('Expand', [x, runtimeShape()], { shape }), [x], (dy) => [sumTo(dy, x.shape)]);
}

/** The shape of x as an int64 vector: a constant where it is known. */
export function shapeOf(x: Tensor): Tensor {
  const known = x.shape.filter((dim) => typeof dim === 'number');
  return known.length === x.shape.length
    ? int64(...known)
    : node('Shape', [x], { shape: [x.shape.length], dtype: 'int64' });
}

/** Sums a gradient of a broadcast result back to the shape of one operand. */
export function sumTo(dy: Tensor, shape: Shape): Tensor {
  if (sameShape(dy.shape, shape)) return dy;
  const lead = dy.shape.length - shape.length;
  const axes = dy.shape.flatMap((dim, i) => (i < lead || (shape[i - lead] === 1 && dim !== 1) ? [i] : []));
  if (axes.length > 0 && axes.every((axis, i) => axis === i) && axes.length === lead && lead > 1) {
    // Summing the rows of a matrix is the fast path of the reduction kernel.
    const rows = reshape(dy, [sizeOf(dy.shape.slice(0, lead)), sizeOf(shape)]);
    return reshape(sum(rows, { axes: [0] }), shape);
  }
  return reshape(sum(dy, { axes, keepDims: true }), shape);
}

/** Zeros of the shape and type of x. */
export const zerosLike = (x: Tensor): Tensor =>
  x.shape.length === 0
    ? constant(0, [], x.dtype)
    : node('Expand', [constant(0, [], x.dtype), shapeOf(x)], { shape: x.shape });
