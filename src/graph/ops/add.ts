/** y = a + b with broadcasting. da = dy, db = dy, each summed to its shape. */
import { broadcastShapes } from '../dim.ts';
import { asPair, differentiable, node } from '../tensor.ts';
import type { Operand, Tensor } from '../tensor.ts';
import { sumTo } from './sum.ts';

export function add(left: Operand, right: Operand): Tensor {
  const [a, b] = asPair(left, right);
  const y = node('Add', [a, b], { shape: broadcastShapes(a.shape, b.shape), dtype: a.dtype });
  return differentiable(y, [a, b], (dy) => [sumTo(dy, a.shape), sumTo(dy, b.shape)]);
}
