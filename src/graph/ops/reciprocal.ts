/** y = 1/x. dx = -dy y². */
import { differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
import { square } from './square.ts';

export const reciprocal = (x: Tensor): Tensor =>
  differentiable(node('Reciprocal', [x]), [x], (dy, y) => [neg(mul(dy, square(y)))]);
