/**
 * Mean over axes. dx = dy / n stretched back, n the number of averaged elements, which may depend on the batch.
 */
import { normalizeAxes, sizeOf } from '../dim.ts';
import { constant, differentiable, int64, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { cast } from './cast.ts';
import { div } from './div.ts';
import { reshape } from './reshape.ts';
import { expandLike, reducedShape, shapeOf } from './sum.ts';
import type { ReduceOptions } from './sum.ts';

export function mean(x: Tensor, { axes, keepDims = false }: ReduceOptions = {}): Tensor {
  const over = normalizeAxes(axes ?? x.shape.map((_, i) => i), x.shape.length);
  if (over.length === 0) return x;
  const y = node('ReduceMean', [x, int64(...over)], {
    attributes: { keepdims: keepDims ? 1 : 0 },
    shape: reducedShape(x.shape, over, keepDims),
  });
  return differentiable(y, [x], (dy) => [
    expandLike(reshape(div(dy, countOver(x, over)), reducedShape(x.shape, over, true)), x),
  ]);
}

/** Number of elements of x along axes, as a float32 scalar. */
export function countOver(x: Tensor, axes: readonly number[]): Tensor {
  const count = sizeOf(axes.map((axis) => x.shape[axis] ?? 1));
  if (typeof count === 'number') return constant(count);
  const dims = node('Gather', [shapeOf(x), int64(...axes)], { shape: [axes.length], dtype: 'int64' });
  return cast(node('ReduceProd', [dims], { attributes: { keepdims: 0 }, shape: [] }), 'float32');
}
