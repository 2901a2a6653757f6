/**
 * Sliding windows over the last two axes of [B, C, H, W]: what convolution and pooling share.
 */
import { TuneError } from '#math';
import { numberDim, showShape } from '../dim.ts';
import type { Dim } from '../dim.ts';
import { slice } from './slice.ts';
import type { Tensor } from '../tensor.ts';

type Pair = readonly [height: number, width: number];

/** One number for both axes, or one for each. */
export type PerAxis = number | Pair;
/** One number for all sides, one for each axis, or one for each side, in the order of ONNX. */
export type Padding2d = number | Pair | readonly [top: number, left: number, bottom: number, right: number];

export interface WindowOptions {
  readonly size: PerAxis;
  readonly stride?: PerAxis;
  readonly padding?: Padding2d;
  readonly dilation?: PerAxis;
}

/** Windows that fit an input; pairs are [height, width]. */
export interface Windows {
  readonly batch: Dim;
  readonly channels: number;
  readonly input: Pair;
  readonly output: Pair;
  readonly size: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly before: Pair;
  readonly after: Pair;
}

export function windows(what: string, x: Tensor, options: WindowOptions): Windows {
  const { shape } = x;
  if (shape.length !== 4) {
    throw new TuneError('shapeMismatch', `${what} takes [batch, channels, height, width]; got ${showShape(shape)}.`, {
      shape,
    });
  }
  const size = pair(options.size);
  const stride = pair(options.stride ?? 1);
  const dilation = pair(options.dilation ?? 1);
  const [top, left, bottom, right] = sides(options.padding ?? 0);
  const input = [numberDim(shape[2], `${what}: the height`), numberDim(shape[3], `${what}: the width`)] as const;
  const reach = (axis: 0 | 1): number => dilation[axis] * (size[axis] - 1) + 1;
  const room = [input[0] + top + bottom - reach(0), input[1] + left + right - reach(1)] as const;
  if (room[0] < 0 || room[1] < 0) {
    throw new TuneError(
      'shapeMismatch',
      `${what}: a window of ${reach(0)}×${reach(1)} does not fit into ${showShape(shape)} with padding ${top}, ${left}, ${bottom}, ${right}.`,
      { shape, size },
    );
  }
  return {
    batch: shape[0] ?? 1,
    channels: numberDim(shape[1], `${what}: the number of channels`),
    input,
    output: [Math.floor(room[0] / stride[0]) + 1, Math.floor(room[1] / stride[1]) + 1],
    size,
    stride,
    dilation,
    before: [top, left],
    after: [bottom, right],
  };
}

/** The attributes by which ONNX calls all this. */
export const windowAttributes = (
  w: Windows,
): Record<'kernel_shape' | 'strides' | 'dilations' | 'pads', readonly number[]> => ({
  kernel_shape: w.size,
  strides: w.stride,
  dilations: w.dilation,
  pads: [...w.before, ...w.after],
});

/**
 * The tap (i, j) of all windows at once: what the window's element (i, j) sees, [B, C, output height, output width],
 * for each element in row-major order. `padded` is the input with its padding; `rows` is the axis of its height.
 */
export function taps(padded: Tensor, { size, stride, dilation, output }: Windows, rows = 2): Tensor[] {
  const range = (axis: 0 | 1, at: number): { axis: number; start: number; end: number; step: number } => {
    const start = at * dilation[axis];
    return { axis: axis + rows, start, end: start + (output[axis] - 1) * stride[axis] + 1, step: stride[axis] };
  };
  return elements(size).map(([i, j]) => slice(padded, [range(0, i), range(1, j)]));
}

/** Positions in a window, row-major. */
export const elements = ([height, width]: Pair): Pair[] =>
  Array.from({ length: height * width }, (_, k) => [Math.floor(k / width), k % width] as const);

/** What the padding must add around the input, whose height is the axis `rows`. */
export const borders = ({ before, after }: Windows, rows = 2): { axis: number; before: number; after: number }[] => [
  { axis: rows, before: before[0], after: after[0] },
  { axis: rows + 1, before: before[1], after: after[1] },
];

/** @internal */
export const pair = (x: PerAxis): Pair => (typeof x === 'number' ? [x, x] : x);

/** @internal */
export function sides(padding: Padding2d): readonly [number, number, number, number] {
  if (typeof padding === 'number') return [padding, padding, padding, padding];
  return padding.length === 2 ? [padding[0], padding[1], padding[0], padding[1]] : padding;
}
