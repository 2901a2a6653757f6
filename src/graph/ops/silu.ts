/** y = x σ(x), also called swish. Elfwing et al. 2017 (arXiv:1702.03118). dx = dy (σ + y (1 - σ)). */
import { differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { mul } from './mul.ts';
import { sigmoid } from './sigmoid.ts';
import { sub } from './sub.ts';

export function silu(x: Tensor): Tensor {
  const gate = sigmoid(x);
  return differentiable(node('Mul', [x, gate]), [x], (dy, y) => [mul(dy, add(gate, mul(y, sub(1, gate))))]);
}
