/**
 * y = max(a, b) and min(a, b), elementwise with broadcasting. The gradient goes to the larger (smaller) operand,
 * where they are equal to the first, so that nothing is counted twice. (PyTorch halves it there.)
 */
import { broadcastShapes } from '../dim.ts';
import { asPair, differentiable, node } from '../tensor.ts';
import type { Operand, Tensor } from '../tensor.ts';
import { greaterOrEqual, lessOrEqual } from './compare.ts';
import { sumTo } from './sum.ts';
import { where } from './where.ts';

const extremum =
  (op: string, firstWins: (a: Operand, b: Operand) => Tensor) =>
  (left: Operand, right: Operand): Tensor => {
    const [a, b] = asPair(left, right);
    const y = node(op, [a, b], { shape: broadcastShapes(a.shape, b.shape), dtype: a.dtype });
    return differentiable(y, [a, b], (dy) => {
      const first = firstWins(a, b);
      return [sumTo(where(first, dy, 0), a.shape), sumTo(where(first, 0, dy), b.shape)];
    });
  };

export const maximum = extremum('Max', greaterOrEqual);
export const minimum = extremum('Min', lessOrEqual);
