/** y = x². dx = 2 x dy. */
import { differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { mul } from './mul.ts';

export const square = (x: Tensor): Tensor => differentiable(node('Mul', [x, x]), [x], (dy) => [mul(mul(x, 2), dy)]);
