/** y = eˣ. dx = dy y. */
import { differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { mul } from './mul.ts';

export const exp = (x: Tensor): Tensor => differentiable(node('Exp', [x]), [x], (dy, y) => [mul(dy, y)]);
