/**
 * y = the largest number along the last axis. The whole gradient goes to the first of equal ones, as in max-pooling.
 *   X [..., n]   Y [...]
 */
import { numberDim } from '../dim.ts';
import { differentiable, int64, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { oneHot } from './gather.ts';
import { mul } from './mul.ts';
import { reshape } from './reshape.ts';

export function max(x: Tensor): Tensor {
  const lead = x.shape.slice(0, -1);
  const size = numberDim(x.shape.at(-1), 'max: the last dimension');
  const y = node('ReduceMax', [x, int64(-1)], { attributes: { keepdims: 0 }, shape: lead });
  return differentiable(y, [x], (dy) => {
    const first = node('ArgMax', [x], { attributes: { axis: -1, keepdims: 0 }, shape: lead, dtype: 'int64' });
    return [mul(oneHot(first, size), reshape(dy, [...lead, 1]))];
  });
}
