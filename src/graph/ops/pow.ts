/** y = xᵃ for a plain number a. dx = dy a xᵃ⁻¹. */
import { constant, differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { mul } from './mul.ts';

export const pow = (x: Tensor, exponent: number): Tensor =>
  differentiable(node('Pow', [x, constant(exponent)]), [x], (dy) => [mul(dy, mul(pow(x, exponent - 1), exponent))]);
