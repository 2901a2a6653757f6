/**
 * Positions added to sequences, for layers that do not see the order of steps. Rotary ones are an option of attention.
 *   sinusoidalPositions  P[t, 2i] = sin(t/10000^(2i/D)), P[t, 2i+1] = cos of the same. Vaswani et al. 2017, arXiv:1706.03762, §3.5
 *   learnedPositions     a trained vector for each step. Gehring et al. 2017, arXiv:1705.03122, §3.1
 *   x [B, T, D]     → x + P
 */
import { add, constant, type Tensor } from '#graph';
import { wrongShape } from '../errors.ts';
import { normal } from '../initializers.ts';
import type { Context, Layer } from '../layer.ts';

export const sinusoidalPositions = (): Layer => ({
  kind: 'sinusoidalPositions',
  config: {},
  apply(x, ctx) {
    const { steps, features } = sequenceOf('sinusoidalPositions', x, ctx);
    const table = Float64Array.from({ length: steps * features }, (_, k) => {
      const [t, i] = [Math.floor(k / features), k % features];
      const angle = t / 10000 ** ((i - (i % 2)) / features);
      return i % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    });
    return add(x, constant(table, [steps, features]));
  },
});

export const learnedPositions = (): Layer => ({
  kind: 'learnedPositions',
  config: {},
  apply(x, ctx) {
    const { steps, features } = sequenceOf('learnedPositions', x, ctx);
    return add(x, ctx.parameter('weight', [steps, features], normal(0.02), { decay: false }));
  },
});

/** @internal Steps and features of sequences [B, T, features]; anything else is refused. */
export function sequenceOf(kind: string, x: Tensor, ctx: Context): { steps: number; features: number } {
  const [, steps, features] = x.shape;
  if (x.shape.length === 3 && typeof steps === 'number' && typeof features === 'number') return { steps, features };
  const todo = 'Put an embedding or a layer that keeps the steps before it.';
  throw wrongShape(kind, ctx, x.shape, 'sequences [B, T, features]', todo);
}
