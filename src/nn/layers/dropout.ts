/**
 * The dropout family. In training some values are zero and the others divided by what is kept, 1 − rate; in inference nothing
 * happens. The masks are inputs of the step, drawn by the trainer's rng, so that a resumed run drops the same as an unbroken one.
 *   dropout          each value by itself. Srivastava et al. 2014 (JMLR 15), inverted.
 *   spatialDropout   whole channels of images [B, C, H, W], whole features of sequences [B, T, D]. Tompson et al. 2015, arXiv:1411.4280.
 *   stochasticDepth  whole samples, at the end of a residual's body: the block is skipped. Huang et al. 2016, arXiv:1603.09382.
 */
import { mul, type Shape, type Tensor } from '#graph';
import { requireOption, wrongShape } from '../errors.ts';
import type { Context, Layer } from '../layer.ts';

export const dropout = (rate: number): Layer => dropping('dropout', rate, (x) => x.shape);

export const spatialDropout = (rate: number): Layer =>
  dropping('spatialDropout', rate, (x, ctx) => {
    const [batch = 1, first = 1, last = 1] = x.shape;
    if (x.shape.length === 4) return [batch, first, 1, 1];
    if (x.shape.length === 3) return [batch, 1, last];
    const wants = 'images [B, channels, height, width] or sequences [B, T, features]';
    throw wrongShape('spatialDropout', ctx, x.shape, wants, 'Use dropout for vectors.');
  });

export const stochasticDepth = (rate: number): Layer =>
  dropping('stochasticDepth', rate, (x) => x.shape.map((dim, i) => (i === 0 ? dim : 1)));

/** The mask has the shape that `maskShape` gives and is stretched to that of x. */
function dropping(kind: string, rate: number, maskShape: (x: Tensor, ctx: Context) => Shape): Layer {
  requireOption(rate >= 0 && rate < 1, kind, 'rate', 'a number in [0, 1)', rate);
  const keep = 1 - rate;
  return {
    kind,
    config: { rate },
    apply(x, ctx) {
      const shape = maskShape(x, ctx);
      if (!ctx.training || rate === 0) return x;
      return mul(x, mul(ctx.randomMask('mask', shape, keep), 1 / keep));
    },
  };
}
