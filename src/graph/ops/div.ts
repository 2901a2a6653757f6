/** y = a / b elementwise with broadcasting. da = dy / b, db = -dy y / b, each summed to its shape. */
import { broadcastShapes } from '../dim.ts';
import { asPair, differentiable, node } from '../tensor.ts';
import type { Operand, Tensor } from '../tensor.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
import { sumTo } from './sum.ts';

export function div(left: Operand, right: Operand): Tensor {
  const [a, b] = asPair(left, right);
  const shape = broadcastShapes(a.shape, b.shape);
  return differentiable(node('Div', [a, b], { shape, dtype: a.dtype }), [a, b], (dy, y) => {
    const da = div(dy, b);
    return [sumTo(da, a.shape), neg(sumTo(mul(da, y), b.shape))];
  });
}
