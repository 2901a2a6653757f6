/**
 * The same numbers, row-major, in another shape. dx = dy in the shape of x.
 */
import { TuneError } from '#math';
import { divideDim, sameShape, showShape, sizeOf } from '../dim.ts';
import type { Dim, Shape } from '../dim.ts';
import { differentiable, int64, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';

/** One dimension may be -1 and is then what is left. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const target = inferDim(x.shape, shape);
  if (sameShape(target, x.shape)) return x;
  const y = node('Reshape', [x, int64(...runtimeShape(x.shape, target))], { shape: target });
  return differentiable(y, [x], (dy) => [reshape(dy, x.shape)]);
}

/** Everything but the first axis in one: [B, C, H, W] → [B, C·H·W]. */
export const flatten = (x: Tensor): Tensor => reshape(x, [x.shape[0] ?? 1, sizeOf(x.shape.slice(1))]);

function inferDim(from: Shape, to: Shape): Shape {
  const known = sizeOf(to.filter((dim) => dim !== -1));
  const left = divideDim(sizeOf(from), known);
  const open = to.filter((dim) => dim === -1).length;
  if (open > 1 || left === null || (open === 0 && left !== 1)) {
    throw new TuneError('shapeMismatch', `reshape: ${showShape(from)} does not fit into ${showShape(to)}.`, {
      from,
      to,
    });
  }
  return to.map((dim) => (dim === -1 ? left : dim));
}

/** ONNX takes -1 for one unknown dimension and 0 for "as in the input at this place". */
function runtimeShape(from: Shape, to: Shape): number[] {
  const copied = (dim: Dim, i: number): boolean => typeof dim === 'string' && dim === from[i];
  const symbolic = to.filter((dim) => typeof dim === 'string').length;
  const rest = to.filter((dim, i) => typeof dim === 'string' && !copied(dim, i)).length;
  if (symbolic > 1 && rest > 1) {
    throw new TuneError(
      'shapeMismatch',
      `reshape: ${showShape(from)} to ${showShape(to)} changes more than one symbolic dimension at once; do it in two steps.`,
    );
  }
  return to.map((dim, i) => (typeof dim === 'number' ? dim : symbolic > 1 && copied(dim, i) ? 0 : -1));
}
