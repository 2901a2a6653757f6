/**
 * Root-mean-square normalization over the last axis. Zhang & Sennrich 2019 (arXiv:1910.07467), eq. 4.
 *   y = γ x̂,  x̂ = x r,  r = 1/√(mean(x²) + ε)
 *   dγ = Σ dy x̂ over the rows;  dx = r (g - x̂ mean(g x̂)),  g = γ dy
 *   X [..., n]   γ [n]   r [..., 1]
 */
import { differentiable } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { checkRow } from './layer-norm.ts';
import type { NormOptions } from './layer-norm.ts';
import { mean } from './mean.ts';
import { mul } from './mul.ts';
import { reciprocal } from './reciprocal.ts';
import { sqrt } from './sqrt.ts';
import { square } from './square.ts';
import { sub } from './sub.ts';
import { sumTo } from './sum.ts';

export function rmsNorm(x: Tensor, scale: Tensor, { epsilon = 1e-6 }: NormOptions = {}): Tensor {
  checkRow('rmsNorm', x, scale);
  const overRow = { axes: [-1], keepDims: true };
  const r = reciprocal(sqrt(add(mean(square(x), overRow), epsilon)));
  const normal = mul(x, r); // x̂
  return differentiable(mul(normal, scale), [x, scale], (dy) => {
    const g = mul(dy, scale);
    const dx = mul(sub(g, mul(normal, mean(mul(g, normal), overRow))), r);
    return [dx, sumTo(mul(dy, normal), scale.shape)];
  });
}
