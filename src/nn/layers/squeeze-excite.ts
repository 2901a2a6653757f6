/**
 * Squeeze-and-excitation. Hu, Shen & Sun 2018, arXiv:1709.01507, eq. 2–4: every channel is multiplied by a weight in (0, 1)
 * that two dense layers make of the means of all channels.
 *   x [B, C, H, W]     s = σ(W₂ relu(W₁ mean(x)))  [B, C],  W₁ [C, C/ratio]     → x s
 */
import { globalAveragePool2d, mul, reshape } from '#graph';
import { isCount, requireOption } from '../errors.ts';
import type { Layer } from '../layer.ts';
import { dense } from './dense.ts';
import { imageOf } from './window.ts';

export function squeezeExcite({ ratio = 16 }: { ratio?: number } = {}): Layer {
  requireOption(isCount(ratio), 'squeezeExcite', 'ratio', 'an integer >= 1', ratio);
  return {
    kind: 'squeezeExcite',
    config: { ratio },
    apply(x, ctx) {
      const { channels } = imageOf('squeezeExcite', x, ctx);
      const reduced = Math.max(1, Math.floor(channels / ratio));
      const squeezed = ctx.apply(dense(reduced, { activation: 'relu' }), globalAveragePool2d(x), 'squeeze');
      const weights = ctx.apply(dense(channels, { activation: 'sigmoid' }), squeezed, 'excite');
      return mul(x, reshape(weights, [x.shape[0] ?? 1, channels, 1, 1]));
    },
  };
}
