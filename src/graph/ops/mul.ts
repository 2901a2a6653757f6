/** y = a b elementwise with broadcasting. da = dy b, db = dy a, each summed to its shape. */
import { broadcastShapes } from '../dim.ts';
import { asPair, differentiable, node } from '../tensor.ts';
import type { Operand, Tensor } from '../tensor.ts';
import { sumTo } from './sum.ts';

export function mul(left: Operand, right: Operand): Tensor {
  const [a, b] = asPair(left, right);
  const y = node('Mul', [a, b], { shape: broadcastShapes(a.shape, b.shape), dtype: a.dtype });
  return differentiable(y, [a, b], (dy) => [sumTo(mul(dy, b), a.shape), sumTo(mul(dy, a), b.shape)]);
}
