/** y = a - b with broadcasting. da = dy, db = -dy, each summed to its shape. */
import { broadcastShapes } from '../dim.ts';
import { asPair, differentiable, node } from '../tensor.ts';
import type { Operand, Tensor } from '../tensor.ts';
import { neg } from './neg.ts';
import { sumTo } from './sum.ts';

export function sub(left: Operand, right: Operand): Tensor {
  const [a, b] = asPair(left, right);
  const y = node('Sub', [a, b], { shape: broadcastShapes(a.shape, b.shape), dtype: a.dtype });
  return differentiable(y, [a, b], (dy) => [sumTo(dy, a.shape), neg(sumTo(dy, b.shape))]);
}
