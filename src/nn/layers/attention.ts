/**
 * Multi-head attention. Vaswani et al. 2017, arXiv:1706.03762, §3.2.2.
 *   x [B, n, D]     heads h of size d = D/h     → [B, n, D]
 *   multiHeadAttention  queries, keys and values from x, by one product with [D, 3D] (columns: Q, K, V; inside, head after head)
 *   crossAttention      queries from x, keys and values from a second sequence, `memory` [B, m, M], by one product with [M, 2D]
 * Padding is not looked at. `causal` hides later steps. `rotary` turns queries and keys by their position.
 */
import { add, attention, causalBias, maskBias, reshape, rotary as turn, split, type Tensor, transpose } from '#graph';
import { isCount, requireOption, wrongShape } from '../errors.ts';
import type { Context, Layer } from '../layer.ts';
import { dense } from './dense.ts';
import { dropout as dropoutLayer } from './dropout.ts';
import { sequenceOf } from './positions.ts';

export interface CrossAttentionOptions {
  /** Of the weights of attention, in training. */
  readonly dropout?: number;
}

export interface AttentionOptions extends CrossAttentionOptions {
  readonly causal?: boolean;
  readonly rotary?: boolean;
}

export function multiHeadAttention(
  heads: number,
  { causal = false, rotary = false, dropout = 0 }: AttentionOptions = {},
): Layer {
  const kind = 'multiHeadAttention';
  requireOption(isCount(heads), kind, 'heads', 'an integer >= 1', heads);
  const drop = dropoutLayer(dropout);
  return {
    kind,
    config: { heads, causal, rotary, dropout },
    apply(x, ctx) {
      const { steps, features } = sequenceOf(kind, x, ctx);
      const size = headSize(kind, heads, x, ctx, features);
      if (rotary && size % 2 !== 0) {
        throw wrongShape(kind, ctx, x.shape, 'heads of an even size, to turn them', `Its ${heads} heads have ${size}.`);
      }
      const projected = ctx.apply(dense(3 * features), x, 'project');
      const [q = x, k = x, v = x] = split(projected, [features, features, features], -1).map((part) =>
        intoHeads(part, heads),
      );
      const real = ctx.realSteps(x);
      const padding = real === null ? null : paddingBias(real);
      const order = causal ? causalBias(steps) : null;
      const y = attention(rotary ? turn(q) : q, rotary ? turn(k) : k, v, {
        bias: padding !== null && order !== null ? add(padding, order) : (padding ?? order),
        weights: (weights) => (dropout === 0 ? weights : ctx.apply(drop, weights, 'dropout')),
      });
      return ctx.apply(dense(features), outOfHeads(y), 'output');
    },
  };
}

/** For use inside `functional`, where the memory is at hand. */
export function crossAttention(heads: number, memory: Tensor, { dropout = 0 }: CrossAttentionOptions = {}): Layer {
  const kind = 'crossAttention';
  requireOption(isCount(heads), kind, 'heads', 'an integer >= 1', heads);
  const drop = dropoutLayer(dropout);
  return {
    kind,
    config: { heads, dropout },
    apply(x, ctx) {
      const { features } = sequenceOf(kind, x, ctx);
      sequenceOf(kind, memory, ctx);
      headSize(kind, heads, x, ctx, features);
      const q = intoHeads(ctx.apply(dense(features), x, 'query'), heads);
      const projected = ctx.apply(dense(2 * features), memory, 'memory');
      const [k = x, v = x] = split(projected, [features, features], -1).map((part) => intoHeads(part, heads));
      const real = ctx.realSteps(memory);
      const y = attention(q, k, v, {
        bias: real === null ? null : paddingBias(real),
        weights: (weights) => (dropout === 0 ? weights : ctx.apply(drop, weights, 'dropout')),
      });
      return ctx.apply(dense(features), outOfHeads(y), 'output');
    },
  };
}

function headSize(kind: string, heads: number, x: Tensor, ctx: Context, features: number): number {
  if (features % heads === 0) return features / heads;
  const wants = `a number of features that its ${heads} heads divide`;
  throw wrongShape(kind, ctx, x.shape, wants, `Choose heads that divide ${features}.`);
}

/** [B, T, D] → [B, h, T, d]. */
function intoHeads(x: Tensor, heads: number): Tensor {
  const [batch = 1, steps = 1] = x.shape;
  return transpose(reshape(x, [batch, steps, heads, Number(x.shape[2]) / heads]), [0, 2, 1, 3]);
}

/** [B, h, T, d] → [B, T, D]. */
function outOfHeads(x: Tensor): Tensor {
  const [batch = 1, heads, steps = 1, size] = x.shape;
  return reshape(transpose(x, [0, 2, 1, 3]), [batch, steps, Number(heads) * Number(size)]);
}

/** [B, m] → [B, 1, 1, m]. */
function paddingBias(real: Tensor): Tensor {
  const [batch = 1, steps = 1] = real.shape;
  return maskBias(reshape(real, [batch, 1, 1, steps]));
}
