/** y = x where x > 0, else slope x. dx = dy or slope dy; slope dy at 0, as in PyTorch. */
import { differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { greater } from './compare.ts';
import { mul } from './mul.ts';
import { where } from './where.ts';

export const leakyRelu = (x: Tensor, slope = 0.01): Tensor =>
  differentiable(node('LeakyRelu', [x], { attributes: { alpha: { float: slope } } }), [x], (dy) => [
    where(greater(x, 0), dy, mul(dy, slope)),
  ]);
