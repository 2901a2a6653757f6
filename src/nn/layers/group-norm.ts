/**
 * Group normalization. Wu & He 2018, arXiv:1803.08494: each image's channels in groups, each group normalized by its own mean
 * and variance. Does not depend on the batch, so it suits small batches. One group normalizes the image as a whole.
 *   x [B, C, H, W]     scale γ, shift β [C]
 */
import { groupNorm as normalize } from '#graph';
import { isCount, requireOption, wrongShape } from '../errors.ts';
import { ones, zeros } from '../initializers.ts';
import type { Layer } from '../layer.ts';
import { type NormOptions, requireEpsilon } from './layer-norm.ts';
import { imageOf } from './window.ts';

export function groupNorm(groups = 32, { epsilon = 1e-5 }: NormOptions = {}): Layer {
  requireOption(isCount(groups), 'groupNorm', 'groups', 'an integer >= 1', groups);
  requireEpsilon('groupNorm', epsilon);
  return {
    kind: 'groupNorm',
    config: { groups, epsilon },
    apply(x, ctx) {
      const { channels } = imageOf('groupNorm', x, ctx);
      if (channels % groups !== 0) {
        const wants = `a number of channels that its ${groups} groups divide`;
        throw wrongShape('groupNorm', ctx, x.shape, wants, `Choose groups that divide ${channels}.`);
      }
      const scale = ctx.parameter('scale', [channels], ones(), { decay: false });
      const shift = ctx.parameter('shift', [channels], zeros(), { decay: false });
      return normalize(x, scale, shift, groups, { epsilon });
    },
  };
}
