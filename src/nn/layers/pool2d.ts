/**
 * Pooling over images [B, C, H, W]; see window.ts for sizes and padding.
 * Max-pool: padding never wins, and the whole gradient goes to the first of equal maxima.
 * Average-pool: padding counts as zeros with a number (PyTorch's default) and is left out of the mean with 'same' (Keras).
 */
import { averagePool2d as averagePool, globalAveragePool2d as globalAverage, maxPool2d as maxPool } from '#graph';
import { requireOption } from '../errors.ts';
import type { Layer } from '../layer.ts';
import { imageOf, type Padding, paddingOption, pairOption, resolvePads, type Size2d } from './window.ts';

export interface Pool2dOptions {
  /** Default: the size, so that windows do not overlap. */
  readonly stride?: Size2d;
  /** Default 'valid'. A number may be at most half the size. */
  readonly padding?: Padding;
}

export const maxPool2d = (size: Size2d = 2, options: Pool2dOptions = {}): Layer => pool('maxPool2d', size, options);

export const averagePool2d = (size: Size2d = 2, options: Pool2dOptions = {}): Layer =>
  pool('averagePool2d', size, options);

function pool(
  kind: 'maxPool2d' | 'averagePool2d',
  size: Size2d,
  { stride = size, padding = 'valid' }: Pool2dOptions,
): Layer {
  const window = {
    size: pairOption(kind, 'size', size),
    stride: pairOption(kind, 'stride', stride),
    dilation: [1, 1] as const,
    padding: paddingOption(kind, padding),
  };
  const half = Math.min(...window.size) / 2;
  requireOption(typeof padding !== 'number' || padding <= half, kind, 'padding', `at most half the size`, padding);
  return {
    kind,
    config: { size, stride, padding },
    apply(x, ctx) {
      const options = { size: window.size, stride: window.stride, padding: resolvePads(kind, window, x, ctx) };
      if (kind === 'maxPool2d') return maxPool(x, options);
      return averagePool(x, { ...options, countPadding: padding !== 'same' });
    },
  };
}

/** The mean of each channel: [B, C, H, W] → [B, C]. */
export const globalAveragePool2d = (): Layer => ({
  kind: 'globalAveragePool2d',
  config: {},
  apply(x, ctx) {
    imageOf('globalAveragePool2d', x, ctx);
    return globalAverage(x);
  },
});
