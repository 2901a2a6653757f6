/**
 * Images enlarged by a whole factor: pixels repeated ('nearest'), or interpolated as PyTorch does with align_corners=False.
 *   x [B, C, H, W]     → [B, C, factor·H, factor·W]
 */
import { upsample2d as enlarge } from '#graph';
import { isCount, requireOption } from '../errors.ts';
import type { Layer } from '../layer.ts';
import { imageOf } from './window.ts';

export function upsample2d(factor = 2, { mode = 'nearest' }: { mode?: 'nearest' | 'bilinear' } = {}): Layer {
  requireOption(isCount(factor), 'upsample2d', 'factor', 'an integer >= 1', factor);
  requireOption(['nearest', 'bilinear'].includes(mode), 'upsample2d', 'mode', "'nearest' or 'bilinear'", mode);
  return {
    kind: 'upsample2d',
    config: { factor, mode },
    apply(x, ctx) {
      imageOf('upsample2d', x, ctx);
      return enlarge(x, factor, mode);
    },
  };
}
