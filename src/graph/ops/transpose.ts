/** Reorders the axes: y's axis i is x's axis order[i]. dx is dy in the inverse order. */
import { TuneError } from '#math';
import { normalizeAxes, showShape } from '../dim.ts';
import { differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';

export function transpose(x: Tensor, order: readonly number[] = x.shape.map((_, i) => i).reverse()): Tensor {
  if (normalizeAxes(order, x.shape.length).some((axis, i) => axis !== i) || order.length !== x.shape.length) {
    throw new TuneError(
      'shapeMismatch',
      `transpose: [${order.join(', ')}] is no order of the axes of ${showShape(x.shape)}.`,
    );
  }
  const shape = order.map((axis) => x.shape[axis] ?? 1);
  const y = node('Transpose', [x], { attributes: { perm: order }, shape });
  return differentiable(y, [x], (dy) => [
    transpose(
      dy,
      order.map((_, i) => order.indexOf(i)),
    ),
  ]);
}

/** Swaps the last two axes. */
export const transposeLast = (x: Tensor): Tensor => {
  const rank = x.shape.length;
  return transpose(x, [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2]);
};
