/**
 * 1-D convolution over time (cross-correlation), features last as everywhere with sequences.
 *   X [B, T, C]   W [k, C, O]   b [O]   Y [B, oT, O]
 * The taps of all windows, cut out as (strided) slices, are joined to [B, oT, k·C]; one product with W as [k·C, O] does the rest,
 * forward and backward, without any transposition.
 */
import { TuneError } from '#math';
import { numberDim, showShape } from '../dim.ts';
import type { Tensor } from '../tensor.ts';
import { concat } from './concat.ts';
import { dense } from './dense.ts';
import { reshape } from './reshape.ts';
import { pad, slice } from './slice.ts';

export interface Conv1dOptions {
  readonly stride?: number;
  /** Zeros before and after. */
  readonly padding?: readonly [before: number, after: number];
  readonly dilation?: number;
}

export function conv1d(x: Tensor, weight: Tensor, bias?: Tensor, options: Conv1dOptions = {}): Tensor {
  const { stride = 1, padding = [0, 0], dilation = 1 } = options;
  const [size, channels = 0, filters] = weight.shape.map((dim) => numberDim(dim, 'conv1d: a dimension of the weight'));
  const length = numberDim(x.shape[1], 'conv1d: the length of the sequence') + padding[0] + padding[1];
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
  const steps = Math.floor((length - reach) / stride) + 1;
  const padded = pad(x, [{ axis: 1, before: padding[0], after: padding[1] }]);
  const cut = Array.from({ length: size }, (_, k) => {
    const start = k * dilation;
    return slice(padded, [{ axis: 1, start, end: start + (steps - 1) * stride + 1, step: stride }]);
  });
  return dense(concat(cut, 2), reshape(weight, [size * channels, filters]), bias);
}
