/**
 * Group normalization. Wu & He 2018 (arXiv:1803.08494), eq. 7: each sample's channels are cut into groups, and each group is
 * normalized over its channels and all positions, which is layer normalization of [B, groups, C/groups·positions] without γ and β.
 *   y = γ x̂ + β   X [B, C, ...positions]   γ, β [C]   One group is layer norm of the whole image, C groups are instance norm.
 */
import { TuneError } from '#math';
import { numberDim, sameShape, showShape, sizeOf } from '../dim.ts';
import { constant } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { layerNorm } from './layer-norm.ts';
import type { NormOptions } from './layer-norm.ts';
import { mul } from './mul.ts';
import { reshape } from './reshape.ts';
import { expand } from './sum.ts';

export function groupNorm(x: Tensor, scale: Tensor, bias: Tensor, groups: number, options: NormOptions = {}): Tensor {
  const [batch = 1, channels, ...positions] = x.shape;
  const count = numberDim(channels, 'groupNorm: the number of channels');
  for (const { shape } of [scale, bias]) {
    if (count % groups !== 0 || !sameShape(shape, [count])) {
      throw new TuneError(
        'shapeMismatch',
        `groupNorm: ${showShape(x.shape)} in ${groups} groups needs vectors [${count}]; got ${showShape(shape)}.`,
      );
    }
  }
  const size = numberDim(sizeOf([count / groups, ...positions]), 'groupNorm: the size of a group');
  const rows = reshape(x, [batch, groups, size]);
  const normal = layerNorm(rows, expand(constant([1]), [size]), expand(constant([0]), [size]), options);
  const perChannel = (v: Tensor): Tensor => reshape(v, [count, ...positions.map(() => 1)]);
  return add(mul(reshape(normal, x.shape), perChannel(scale)), perChannel(bias));
}
