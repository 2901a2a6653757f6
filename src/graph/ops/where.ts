/** y = a where the condition holds, else b. The gradient goes to the one that was taken. */
import { broadcastShapes } from '../dim.ts';
import { asPair, differentiable, node } from '../tensor.ts';
import type { Operand, Tensor } from '../tensor.ts';
import { sumTo } from './sum.ts';

export function where(condition: Tensor, ifTrue: Operand, ifFalse: Operand): Tensor {
  const [a, b] = asPair(ifTrue, ifFalse);
  const shape = broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape));
  const y = node('Where', [condition, a, b], { shape, dtype: a.dtype });
  return differentiable(y, [a, b], (dy) => [
    sumTo(where(condition, dy, 0), a.shape),
    sumTo(where(condition, 0, dy), b.shape),
  ]);
}
