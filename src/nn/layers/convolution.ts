/** What a 2-D convolution and its transpose share: the options and their checks, an image whose channels the groups divide, weight and bias. */
import type { Tensor } from '#graph';
import { isCount, requireOption, wrongShape } from '../errors.ts';
import { type Fans, glorotUniform, type Initializer, zeros } from '../initializers.ts';
import type { Context } from '../layer.ts';
import { type ActivationName, activationOption } from './activation.ts';
import { imageOf, type Padding, paddingOption, pairOption, type Size2d } from './window.ts';

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

/** @internal */
export function convolutionOption(
  kind: string,
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
  }: Conv2dOptions,
) {
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
    groups,
    window,
    activate,
    config: { filters, kernel, stride, padding, dilation, groups, activation, useBias, initializer: name },
    imageOf: (x: Tensor, ctx: Context): ReturnType<typeof imageOf> => {
      const image = imageOf(kind, x, ctx);
      if (image.channels % groups === 0) return image;
      const wants = `a number of channels that its ${groups} groups divide`;
      throw wrongShape(kind, ctx, x.shape, wants, `Choose groups that divide ${image.channels}.`);
    },
    parameters: (ctx: Context, shape: readonly number[], fans: Fans): [weight: Tensor, bias: Tensor | undefined] => {
      const weight = ctx.parameter('weight', shape, initializer, { fans });
      return [weight, useBias ? ctx.parameter('bias', [filters], biasInitializer, { decay: false, fans }) : undefined];
    },
  };
}
