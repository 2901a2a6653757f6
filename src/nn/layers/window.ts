/**
 * Sliding windows over images, shared by convolution and pooling.
 *   effective size  k' = dilation · (k − 1) + 1
 *   output size     ⌊(in + before + after − k') / stride⌋ + 1
 * Padding: a number is added on all four sides (PyTorch); 'valid' is 0; 'same' makes the output ⌈in / stride⌉ as TensorFlow
 * and Keras define it: max((⌈in/stride⌉ − 1)·stride + k' − in, 0) in all, the odd one below and to the right.
 */
import { type Shape, showShape, type Tensor } from '#graph';
import { isCount, requireOption, wrongShape } from '../errors.ts';
import type { Context } from '../layer.ts';

/** One number for both directions, or [height, width]. */
export type Size2d = number | readonly [height: number, width: number];
export type Padding = number | 'same' | 'valid';

/** [top, left, bottom, right] */
type Pads = readonly [top: number, left: number, bottom: number, right: number];

interface Window {
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: Padding;
}

/** @internal A pair of integers >= 1. */
export function pairOption(owner: string, option: string, value: Size2d): [number, number] {
  const pair: [number, number] = typeof value === 'number' ? [value, value] : [...value];
  requireOption(pair.length === 2 && pair.every(isCount), owner, option, 'an integer >= 1 or two of them', value);
  return pair;
}

/** @internal */
export function paddingOption(owner: string, padding: Padding): Padding {
  const ok = padding === 'same' || padding === 'valid' || (Number.isSafeInteger(padding) && padding >= 0);
  requireOption(ok, owner, 'padding', `'same', 'valid' or an integer >= 0`, padding);
  return padding;
}

/** @internal Channels, height and width of an image batch [B, C, H, W]; anything else is refused. */
export function imageOf(kind: string, x: Tensor, ctx: Context): { channels: number; height: number; width: number } {
  const [, channels, height, width] = x.shape;
  if (x.shape.length === 4 && isNumber(channels) && isNumber(height) && isNumber(width)) {
    return { channels, height, width };
  }
  const todo =
    x.shape.length === 2
      ? 'It comes after flatten or dense; put it before them.'
      : 'Give images as [channels, height, width].';
  throw wrongShape(kind, ctx, x.shape, 'images [B, channels, height, width]', todo);
}

/** @internal Padding in numbers; refuses a window that is larger than the padded image. */
export function resolvePads(kind: string, window: Window, x: Tensor, ctx: Context): Pads {
  const { height, width } = imageOf(kind, x, ctx);
  const [rows, columns] = [padAlong(window, 0, height), padAlong(window, 1, width)];
  const reach = (axis: 0 | 1): number => window.dilation[axis] * (window.size[axis] - 1) + 1;
  if (reach(0) > height + rows[0] + rows[1] || reach(1) > width + columns[0] + columns[1]) {
    const dilated = window.dilation.some((d) => d > 1) ? `, ${showShape([reach(0), reach(1)])} with its dilation` : '';
    throw wrongShape(
      kind,
      ctx,
      x.shape,
      `an image at least as large as its window ${showShape(window.size)}${dilated}`,
      `Use a smaller window, padding 'same', or fewer poolings and strides before it.`,
    );
  }
  return [rows[0], columns[0], rows[1], columns[1]];
}

/** @internal Zeros before and after an axis of this length. */
export function padAlong({ size, stride, dilation, padding }: Window, axis: 0 | 1, length: number): [number, number] {
  if (padding === 'valid') return [0, 0];
  if (padding !== 'same') return [padding, padding];
  const reach = dilation[axis] * (size[axis] - 1) + 1;
  const total = Math.max((Math.ceil(length / stride[axis]) - 1) * stride[axis] + reach - length, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

const isNumber = (dim: Shape[number] | undefined): dim is number => typeof dim === 'number';
