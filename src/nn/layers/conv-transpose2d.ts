/**
 * Transposed 2-D convolution, which enlarges images by its stride. Dumoulin & Visin 2016, arXiv:1603.07285, ch. 4.
 *   x [B, I, H, W]     weight [I, O/groups, kH, kW]     bias [O]     → [B, O, H', W'],  with the effective size k' of window.ts
 *   a number as padding, 'valid' = 0:  H' = stride (H − 1) + k' − 2 padding, as PyTorch
 *   'same':                            H' = stride H, as Keras
 */
import { convTranspose2d as transposed } from '#graph';
import { wrongShape } from '../errors.ts';
import type { Layer } from '../layer.ts';
import { type Conv2dOptions, convolutionOption } from './convolution.ts';
import { padAlong, type Size2d } from './window.ts';

export function convTranspose2d(filters: number, kernel: Size2d, options: Conv2dOptions = {}): Layer {
  const kind = 'convTranspose2d';
  const { window, groups, config, activate, imageOf, parameters } = convolutionOption(kind, filters, kernel, options);
  const { padding } = window;
  return {
    kind,
    config,
    apply(x, ctx) {
      const { channels, height, width } = imageOf(x, ctx);
      const axes = ([height, width] as const).map((length, axis) => {
        const at = axis === 0 ? 0 : 1;
        const [before, after] = padAlong(window, at, length * window.stride[at]);
        const reach = window.dilation[at] * (window.size[at] - 1) + 1;
        const natural = window.stride[at] * (length - 1) + reach - before - after;
        return { before, after, natural, extra: padding === 'same' ? length * window.stride[at] - natural : 0 };
      });
      const [rows, columns] = axes;
      if (rows === undefined || columns === undefined) throw new Error('internal: an image has two axes');
      if (rows.natural < 1 || columns.natural < 1) {
        const wants = `an image that is not cut away by its padding ${String(padding)}`;
        throw wrongShape(kind, ctx, x.shape, wants, "Use a smaller padding or 'same'.");
      }
      const shape = [channels, filters / groups, ...window.size];
      const taps = window.size[0] * window.size[1];
      const fans = { fanIn: (channels / groups) * taps, fanOut: (filters / groups) * taps };
      const [weight, bias] = parameters(ctx, shape, fans);
      return activate(
        transposed(x, weight, bias, {
          stride: window.stride,
          dilation: window.dilation,
          groups,
          padding: [rows.before, columns.before, rows.after, columns.after],
          extra: [rows.extra, columns.extra],
        }),
      );
    },
  };
}
