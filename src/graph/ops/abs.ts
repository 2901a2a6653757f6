/** y = |x|. dx = dy sign x, 0 at 0. */
import { differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { mul } from './mul.ts';

export const abs = (x: Tensor): Tensor => differentiable(node('Abs', [x]), [x], (dy) => [mul(dy, sign(x))]);

/** -1, 0 or 1; its gradient is zero everywhere and left out. */
export const sign = (x: Tensor): Tensor => node('Sign', [x]);
