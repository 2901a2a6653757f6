/** y = √x. dx = dy / 2y; infinite at 0, as in PyTorch. */
import { differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { div } from './div.ts';
import { mul } from './mul.ts';

export const sqrt = (x: Tensor): Tensor => differentiable(node('Sqrt', [x]), [x], (dy, y) => [div(dy, mul(y, 2))]);
