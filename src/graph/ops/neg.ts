/** y = -x. dx = -dy. */
import { differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';

export const neg = (x: Tensor): Tensor => differentiable(node('Neg', [x]), [x], (dy) => [neg(dy)]);
