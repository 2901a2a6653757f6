/** y = min(max(x, low), high). The gradient passes where low ≤ x ≤ high, as in PyTorch. */
import { constant, differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { and, greaterOrEqual, lessOrEqual } from './compare.ts';
import { where } from './where.ts';

export const clip = (x: Tensor, low: number, high: number): Tensor =>
  differentiable(node('Clip', [x, constant(low), constant(high)]), [x], (dy) => [
    where(and(greaterOrEqual(x, low), lessOrEqual(x, high)), dy, 0),
  ]);
