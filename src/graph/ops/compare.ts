/** Comparisons and logic, elementwise with broadcasting. Results are bool; no gradient. */
import { broadcastShapes } from '../dim.ts';
import { asPair, node } from '../tensor.ts';
import type { Operand, Tensor } from '../tensor.ts';

const binary =
  (op: string) =>
  (left: Operand, right: Operand): Tensor => {
    const [a, b] = asPair(left, right);
    return node(op, [a, b], { shape: broadcastShapes(a.shape, b.shape), dtype: 'bool' });
  };

export const equal = binary('Equal');
export const greater = binary('Greater');
export const greaterOrEqual = binary('GreaterOrEqual');
export const less = binary('Less');
export const lessOrEqual = binary('LessOrEqual');
export const and = binary('And');
export const or = binary('Or');
export const not = (x: Tensor): Tensor => node('Not', [x]);
