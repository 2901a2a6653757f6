/**
 * Pooling of images [B, C, H, W] to a given size, with PyTorch's windows, so that a network takes images of any size.
 *   x [B, C, H, W]     → [B, C, size]
 */
import { adaptiveAveragePool2d as averageTo, adaptiveMaxPool2d as maxTo, globalMaxPool2d as globalMax } from '#graph';
import type { Layer } from '../layer.ts';
import { imageOf, pairOption, type Size2d } from './window.ts';

export const adaptiveAveragePool2d = (size: Size2d): Layer => adaptive('adaptiveAveragePool2d', size, averageTo);

export const adaptiveMaxPool2d = (size: Size2d): Layer => adaptive('adaptiveMaxPool2d', size, maxTo);

function adaptive(kind: string, size: Size2d, pool: typeof averageTo): Layer {
  const output = pairOption(kind, 'size', size);
  return {
    kind,
    config: { size },
    apply(x, ctx) {
      imageOf(kind, x, ctx);
      return pool(x, output);
    },
  };
}

/** The maximum of each channel: [B, C, H, W] → [B, C]. */
export const globalMaxPool2d = (): Layer => ({
  kind: 'globalMaxPool2d',
  config: {},
  apply(x, ctx) {
    imageOf('globalMaxPool2d', x, ctx);
    return globalMax(x);
  },
});
