/**
 * 1-D convolution over time (cross-correlation), features last as everywhere with sequences.
 *   X [B, T, C]   W [k, C, O]   b [O]   Y [B, oT, O]
 * One product for each tap j, added up in place: Y = b + Σⱼ Xⱼ Wⱼ, Xⱼ the (strided) rows of X that the tap sees. Nothing is transposed
 * or unrolled.
 *   dWⱼ = Xⱼᵀ dY     db = Σ dY     dX = Σⱼ dYⱼ Wⱼᵀ, dYⱼ the rows of dY that lie j taps back (zeros between them undo a stride)
 */
import { TuneError } from '#math';
import { numberDim, showShape, sizeOf } from '../dim.ts';
import { differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { concat } from './concat.ts';
import { gemm } from './matmul.ts';
import { reshape } from './reshape.ts';
import { pad, slice, spreadOut } from './slice.ts';
import { sum } from './sum.ts';

export interface Conv1dOptions {
  readonly stride?: number;
  /** Zeros before and after. */
  readonly padding?: readonly [before: number, after: number];
  readonly dilation?: number;
}

export function conv1d(x: Tensor, weight: Tensor, bias: Tensor | null = null, options: Conv1dOptions = {}): Tensor {
  const { stride = 1, padding = [0, 0], dilation = 1 } = options;
  const [size, channels = 0, filters] = weight.shape.map((dim) => numberDim(dim, 'conv1d: a dimension of the weight'));
  const inputLength = numberDim(x.shape[1], 'conv1d: the length of the sequence');
  const length = inputLength + padding[0] + padding[1];
  const reach = dilation * ((size ?? 0) - 1) + 1;
  if (
    size === undefined ||
    filters === undefined ||
    x.shape.length !== 3 ||
    x.shape[2] !== channels ||
    reach > length
  ) {
    throw new TuneError(
      'shapeMismatch',
      `conv1d: input ${showShape(x.shape)} with padding ${padding.join(', ')} does not fit the weight ${showShape(weight.shape)}.`,
      { input: x.shape, weight: weight.shape },
    );
  }
  const [batch = 1] = x.shape;
  const steps = Math.floor((length - reach) / stride) + 1;
  const padded = pad(x, [{ axis: 1, before: padding[0], after: padding[1] }]);
  const taps = Array.from({ length: size }, (_, j) => j);
  const seen = taps.map((j) => {
    const start = j * dilation;
    const cut = slice(padded, [{ axis: 1, start, end: start + (steps - 1) * stride + 1, step: stride }]);
    return reshape(cut, [sizeOf([batch, steps]), channels]); // Xⱼ
  });
  const weights = taps.map((j) => reshape(slice(weight, [{ axis: 0, start: j, end: j + 1 }]), [channels, filters]));
  const products = seen.reduce<Tensor | null>((total, rows, j) => addProduct(rows, weights[j] ?? weight, total), bias);
  if (products === null) throw new Error('internal: a convolution without taps');

  const inputs = bias === null ? [x, weight] : [x, weight, bias];
  return differentiable(reshape(products, [batch, steps, filters]), inputs, (dy) => {
    const rows = reshape(dy, [sizeOf([batch, steps]), filters]);
    const dWeights = seen.map((tap) => reshape(gemm(tap, rows, { transA: true }), [1, channels, filters]));
    // Row t of X was seen by tap j of the window that starts at t + padding - j·dilation.
    const apart = spreadOut(dy, 1, stride);
    const reached = (steps - 1) * stride + 1;
    const around = pad(apart, [
      { axis: 1, before: Math.max(0, reach - 1 - padding[0]), after: Math.max(0, inputLength + padding[0] - reached) },
    ]);
    const dx = taps.reduce<Tensor | null>((total, j) => {
      const start = Math.max(0, reach - 1 - padding[0]) + padding[0] - j * dilation;
      const back = slice(around, [{ axis: 1, start, end: start + inputLength }]);
      return addProduct(reshape(back, [sizeOf([batch, inputLength]), filters]), weights[j] ?? weight, total, 1);
    }, null);
    return [dx === null ? null : reshape(dx, x.shape), concat(dWeights, 0), sum(rows, { axes: [0] })];
  });
}

/** a w + c, or a wᵀ + c, in one operator. */
const addProduct = (a: Tensor, w: Tensor, c: Tensor | null, transB = 0): Tensor =>
  node('Gemm', c === null ? [a, w] : [a, w, c], {
    attributes: { transB },
    shape: [a.shape[0] ?? 1, w.shape[transB === 1 ? 0 : 1] ?? 1],
  });
