/** y = x where x > 0, else eˣ - 1. Clevert et al. 2016 (arXiv:1511.07289) with α = 1. dx = dy where x > 0, else dy (y + 1). */
import { differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { greater } from './compare.ts';
import { mul } from './mul.ts';
import { where } from './where.ts';

export const elu = (x: Tensor): Tensor =>
  differentiable(node('Elu', [x]), [x], (dy, y) => [where(greater(x, 0), dy, mul(dy, add(y, 1)))]);
