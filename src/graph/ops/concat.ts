/**
 * Joins tensors along an axis, and its adjoint, cutting one into parts; each is the other's gradient.
 */
import { TuneError } from '#math';
import { normalizeAxes, numberDim, sameShape, showShape } from '../dim.ts';
import type { Shape } from '../dim.ts';
import { differentiable, differentiableOutputs, int64, node, nodeOutputs } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { zerosLike } from './sum.ts';

export function concat(xs: readonly Tensor[], axis: number): Tensor {
  const [first] = xs;
  if (first === undefined) throw new TuneError('shapeMismatch', 'concat: needs at least one tensor.');
  if (xs.length === 1) return first;
  const [at = 0] = normalizeAxes([axis], first.shape.length);
  const without = (shape: Shape): Shape => shape.filter((_, i) => i !== at);
  for (const x of xs) {
    if (!sameShape(without(x.shape), without(first.shape))) {
      throw new TuneError(
        'shapeMismatch',
        `concat along axis ${axis}: ${showShape(first.shape)} and ${showShape(x.shape)} differ elsewhere.`,
      );
    }
  }
  const sizes = xs.map((x) => numberDim(x.shape[at], 'concat: the joined dimension'));
  const total = sizes.reduce((a, b) => a + b, 0);
  const y = node('Concat', xs, {
    attributes: { axis: at },
    shape: first.shape.map((dim, i) => (i === at ? total : dim)),
  });
  return differentiable(y, xs, (dy) => split(dy, sizes, at));
}

/** Parts of the given sizes, which add up to the dimension. */
export function split(x: Tensor, sizes: readonly number[], axis: number): Tensor[] {
  const [at = 0] = normalizeAxes([axis], x.shape.length);
  const total = sizes.reduce((a, b) => a + b, 0);
  if (total !== x.shape[at]) {
    throw new TuneError(
      'shapeMismatch',
      `split along axis ${axis}: sizes ${sizes.join(' + ')} do not add up to the ${x.shape[at]} of ${showShape(x.shape)}.`,
    );
  }
  const outputs = sizes.map((size) => ({ shape: x.shape.map((dim, i) => (i === at ? size : dim)), dtype: x.dtype }));
  const ys = nodeOutputs('Split', [x, int64(...sizes)], { axis: at }, outputs);
  return differentiableOutputs(ys, [x], (dys, parts) => [
    concat(
      parts.map((part, i) => dys[i] ?? zerosLike(part)),
      at,
    ),
  ]);
}
