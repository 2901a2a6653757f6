/** y = tanh x. dx = dy (1 - y²). */
import { differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { mul } from './mul.ts';
import { square } from './square.ts';
import { sub } from './sub.ts';

export const tanh = (x: Tensor): Tensor =>
  differentiable(node('Tanh', [x]), [x], (dy, y) => [mul(dy, sub(1, square(y)))]);
