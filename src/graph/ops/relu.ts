/** y = max(x, 0). dx = dy where y > 0; 0 at 0. */
import { differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { greater } from './compare.ts';
import { where } from './where.ts';

export const relu = (x: Tensor): Tensor =>
  differentiable(node('Relu', [x]), [x], (dy, y) => [where(greater(y, 0), dy, 0)]);
