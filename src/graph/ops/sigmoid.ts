/** y = 1/(1 + e⁻ˣ). dx = dy y (1 - y). */
import { differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { mul } from './mul.ts';
import { sub } from './sub.ts';

export const sigmoid = (x: Tensor): Tensor =>
  differentiable(node('Sigmoid', [x]), [x], (dy, y) => [mul(dy, mul(y, sub(1, y)))]);
