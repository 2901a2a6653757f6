/** y = ln x. dx = dy / x. */
import { differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { div } from './div.ts';

export const log = (x: Tensor): Tensor => differentiable(node('Log', [x]), [x], (dy) => [div(dy, x)]);
