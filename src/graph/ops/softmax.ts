/**
 * y = eˣ / Σ eˣ along an axis, and its logarithm; both stable for large x.
 *   softmax:    dx = y (dy - Σ dy y)
 *   logSoftmax: dx = dy - eʸ Σ dy
 */
import { normalizeAxes } from '../dim.ts';
import { differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { exp } from './exp.ts';
import { mul } from './mul.ts';
import { sub } from './sub.ts';
import { sum } from './sum.ts';

export function softmax(x: Tensor, axis = -1): Tensor {
  const axes = normalizeAxes([axis], x.shape.length);
  return differentiable(node('Softmax', [x], { attributes: { axis } }), [x], (dy, y) => [
    mul(y, sub(dy, sum(mul(dy, y), { axes, keepDims: true }))),
  ]);
}

export function logSoftmax(x: Tensor, axis = -1): Tensor {
  const axes = normalizeAxes([axis], x.shape.length);
  return differentiable(node('LogSoftmax', [x], { attributes: { axis } }), [x], (dy, y) => [
    sub(dy, mul(exp(y), sum(dy, { axes, keepDims: true }))),
  ]);
}
