/**
 * y = the largest number along an axis. The whole gradient goes to the first of equal ones, as in max-pooling.
 *   X [..., n, ...]   Y the same without the axis
 */
import { normalizeAxes, numberDim } from '../dim.ts';
import { constant, differentiable, int64, node, nodeOf } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { cast } from './cast.ts';
import { equal } from './compare.ts';
import { relu } from './relu.ts';
import { reshape } from './reshape.ts';
import { where } from './where.ts';

export function max(x: Tensor, axis = -1): Tensor {
  // relu(max x) = max relu(x), gradients included (max-pool-2d.ts); less goes through relu.
  const positive = nodeOf(x, 'Relu')?.inputs[0];
  if (positive !== undefined && positive !== null) return relu(max(positive, axis));

  const [at = 0] = normalizeAxes([axis], x.shape.length);
  const size = numberDim(x.shape[at], 'max: the reduced dimension');
  const shape = x.shape.toSpliced(at, 1);
  const y = node('ReduceMax', [x, int64(at)], { attributes: { keepdims: 0 }, shape });
  return differentiable(y, [x], (dy) => {
    const kept = x.shape.with(at, 1);
    const first = node('ArgMax', [x], { attributes: { axis: at, keepdims: 1 }, shape: kept, dtype: 'int64' });
    const behind = x.shape.slice(at + 1).map(() => 1);
    const positions = constant(
      Int32Array.from({ length: size }, (_, i) => i),
      [size, ...behind],
      'int32',
    );
    return [where(equal(cast(first, 'int32'), positions), reshape(dy, kept), 0)];
  });
}
