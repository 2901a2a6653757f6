/**
 * y = x Φ(x) with the normal distribution function Φ(x) = (1 + erf(x/√2))/2.
 * Hendrycks & Gimpel 2016 (arXiv:1606.08415); the exact form, not the tanh one. dx = dy (Φ(x) + x φ(x)).
 */
import { differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { exp } from './exp.ts';
import { mul } from './mul.ts';
import { square } from './square.ts';

export function gelu(x: Tensor): Tensor {
  const probability = normalCdf(x);
  return differentiable(mul(x, probability), [x], (dy) => {
    const density = mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return [mul(dy, add(probability, mul(x, density)))];
  });
}

const normalCdf = (x: Tensor): Tensor => mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);

/** erf x = 2/√π ∫₀ˣ e⁻ᵗ² dt. dx = dy 2/√π e⁻ˣ². */
export const erf = (x: Tensor): Tensor =>
  differentiable(node('Erf', [x]), [x], (dy) => [mul(dy, mul(exp(mul(square(x), -1)), 2 / Math.sqrt(Math.PI)))]);
