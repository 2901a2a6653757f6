/**
 * Dropout. Srivastava et al. 2014 (JMLR 15), inverted: in training each value is zero with probability `rate` and else
 * divided by 1 − rate; in inference nothing happens. The mask is an input of the step, drawn by the trainer's rng, so that
 * a resumed run drops the same units as an unbroken one.
 */
import { mul } from '#graph';
import { requireOption } from '../errors.ts';
import type { Layer } from '../layer.ts';

export function dropout(rate: number): Layer {
  requireOption(rate >= 0 && rate < 1, 'dropout', 'rate', 'a number in [0, 1)', rate);
  const keep = 1 - rate;
  return {
    kind: 'dropout',
    config: { rate },
    apply(x, ctx) {
      if (!ctx.training || rate === 0) return x;
      return mul(x, mul(ctx.randomMask('mask', x.shape, keep), 1 / keep));
    },
  };
}
