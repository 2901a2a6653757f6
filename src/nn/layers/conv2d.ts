/**
 * 2-D convolution (cross-correlation, as everywhere in deep learning).
 *   x [B, I, H, W]     weight [O, I/groups, kH, kW]     bias [O]     → [B, O, H', W']; see window.ts for H', W'
 */
import { conv2d as convolve } from '#graph';
import { fansOf } from '../initializers.ts';
import type { Layer } from '../layer.ts';
import { type Conv2dOptions, convolutionOption } from './convolution.ts';
import { resolvePads, type Size2d } from './window.ts';

export function conv2d(filters: number, kernel: Size2d, options: Conv2dOptions = {}): Layer {
  const { window, groups, config, activate, imageOf, parameters } = convolutionOption(
    'conv2d',
    filters,
    kernel,
    options,
  );
  const { size, stride, dilation } = window;
  return {
    kind: 'conv2d',
    config,
    apply(x, ctx) {
      const { channels } = imageOf(x, ctx);
      const padding = resolvePads('conv2d', window, x, ctx);
      const shape = [filters, channels / groups, ...size];
      const [weight, bias] = parameters(ctx, shape, fansOf(shape));
      return activate(convolve(x, weight, bias, { stride, padding, dilation, groups }));
    },
  };
}
