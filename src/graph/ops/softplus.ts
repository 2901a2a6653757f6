/** y = ln(1 + eˣ), without overflow. dx = dy σ(x). */
import { differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { mul } from './mul.ts';
import { sigmoid } from './sigmoid.ts';

export const softplus = (x: Tensor): Tensor =>
  differentiable(node('Softplus', [x]), [x], (dy) => [mul(dy, sigmoid(x))]);
