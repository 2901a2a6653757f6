/**
 * Transposed 2-D convolution, which enlarges images by its stride. Dumoulin & Visin 2016, arXiv:1603.07285, ch. 4.
 *   x [B, I, H, W]     weight [I, O/groups, kH, kW]     bias [O]     → [B, O, H', W'],  with the effective size k' of window.ts
 *   a number as padding, 'valid' = 0:  H' = stride (H − 1) + k' − 2 padding, as PyTorch
 *   'same':                            H' = stride H, as Keras
 */
import { convTranspose2d as transposed } from '#graph';
import { isCount, requireOption, wrongShape } from '../errors.ts';
import { glorotUniform, zeros } from '../initializers.ts';
import type { Layer } from '../layer.ts';
import type { Conv2dOptions } from './conv2d.ts';
import { activationOption } from './activation.ts';
import { imageOf, padAlong, paddingOption, pairOption, type Size2d } from './window.ts';

export function convTranspose2d(
  filters: number,
  kernel: Size2d,
  {
    stride = 1,
    padding = 'valid',
    dilation = 1,
    groups = 1,
    activation = 'linear',
    useBias = true,
    initializer = glorotUniform(),
    biasInitializer = zeros(),
  }: Conv2dOptions = {},
): Layer {
  const kind = 'convTranspose2d';
  requireOption(isCount(filters), kind, 'filters', 'an integer >= 1', filters);
  requireOption(isCount(groups), kind, 'groups', 'an integer >= 1', groups);
  requireOption(filters % groups === 0, kind, 'filters', `a multiple of groups = ${groups}`, filters);
  const activate = activationOption(kind, activation);
  const window = {
    size: pairOption(kind, 'kernel', kernel),
    stride: pairOption(kind, 'stride', stride),
    dilation: pairOption(kind, 'dilation', dilation),
    padding: paddingOption(kind, padding),
  };
  const { name } = initializer;
  return {
    kind,
    config: { filters, kernel, stride, padding, dilation, groups, activation, useBias, initializer: name },
    apply(x, ctx) {
      const { channels, height, width } = imageOf(kind, x, ctx);
      if (channels % groups !== 0) {
        const wants = `a number of channels that its ${groups} groups divide`;
        throw wrongShape(kind, ctx, x.shape, wants, `Choose groups that divide ${channels}.`);
      }
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
      const weight = ctx.parameter('weight', shape, initializer, { fans });
      const bias = useBias ? ctx.parameter('bias', [filters], biasInitializer, { decay: false, fans }) : undefined;
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
