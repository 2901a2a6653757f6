/**
 * 2-D convolution (cross-correlation, as everywhere in deep learning).
 *   x [B, I, H, W]     weight [O, I/groups, kH, kW]     bias [O]     → [B, O, H', W']; see window.ts for H', W'
 */
import { conv2d as convolve } from '#graph';
import { isCount, requireOption, wrongShape } from '../errors.ts';
import { fansOf, glorotUniform, type Initializer, zeros } from '../initializers.ts';
import type { Layer } from '../layer.ts';
import { type ActivationName, activationOption } from './activation.ts';
import { imageOf, type Padding, paddingOption, pairOption, resolvePads, type Size2d } from './window.ts';

export interface Conv2dOptions {
  readonly stride?: Size2d;
  /** Default 'valid'. */
  readonly padding?: Padding;
  readonly dilation?: Size2d;
  /** Input and filters are split into this many groups; the number of channels makes it depthwise. */
  readonly groups?: number;
  readonly activation?: ActivationName;
  readonly useBias?: boolean;
  readonly initializer?: Initializer;
  readonly biasInitializer?: Initializer;
}

export function conv2d(
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
  requireOption(isCount(filters), 'conv2d', 'filters', 'an integer >= 1', filters);
  requireOption(isCount(groups), 'conv2d', 'groups', 'an integer >= 1', groups);
  requireOption(filters % groups === 0, 'conv2d', 'filters', `a multiple of groups = ${groups}`, filters);
  const activate = activationOption('conv2d', activation);
  const window = {
    size: pairOption('conv2d', 'kernel', kernel),
    stride: pairOption('conv2d', 'stride', stride),
    dilation: pairOption('conv2d', 'dilation', dilation),
    padding: paddingOption('conv2d', padding),
  };
  const { name } = initializer;
  return {
    kind: 'conv2d',
    config: { filters, kernel, stride, padding, dilation, groups, activation, useBias, initializer: name },
    apply(x, ctx) {
      const { channels } = imageOf('conv2d', x, ctx);
      if (channels % groups !== 0) {
        const wants = `a number of channels that its ${groups} groups divide`;
        throw wrongShape('conv2d', ctx, x.shape, wants, `Choose groups that divide ${channels}.`);
      }
      const pads = resolvePads('conv2d', window, x, ctx);
      const shape = [filters, channels / groups, ...window.size];
      const fans = fansOf(shape);
      const weight = ctx.parameter('weight', shape, initializer, { fans });
      const bias = useBias ? ctx.parameter('bias', [filters], biasInitializer, { decay: false, fans }) : undefined;
      const { stride, dilation } = window;
      return activate(convolve(x, weight, bias, { stride, padding: pads, dilation, groups }));
    },
  };
}
