/**
 * Blocks of the Transformer. Vaswani et al. 2017, arXiv:1706.03762, §3.1; the norm stands before each part unless told otherwise,
 * which trains without warm-up (Xiong et al. 2020, arXiv:2002.04745).
 *   encoder  x ← x + A(norm x),  x ← x + F(norm x)                          A attention, F = W₂ activation(W₁ x)
 *   decoder  x ← x + A(norm x),  x ← x + C(norm x, memory),  x ← x + F(norm x)      A causal, C cross-attention
 *   norm 'after':  x ← norm(x + A(x)) …, as first published
 *   x [B, T, D]     → [B, T, D]
 * Models with the norm before end with a norm of their own. Parameters of an encoder block: 4D² + 2DF + 9D + F, F the hidden size.
 */
import { add, type Tensor } from '#graph';
import { isCount, requireOption } from '../errors.ts';
import type { Context, Layer } from '../layer.ts';
import { type AttentionOptions, crossAttention, multiHeadAttention } from './attention.ts';
import { type ActivationName, activationOption } from './activation.ts';
import { sequential } from './containers.ts';
import { dense } from './dense.ts';
import { dropout as dropoutLayer } from './dropout.ts';
import { layerNorm } from './layer-norm.ts';
import { sequenceOf } from './positions.ts';

export interface TransformerBlockOptions extends Omit<AttentionOptions, 'dropout'> {
  /** F; four times the features by default. */
  readonly hidden?: number;
  readonly activation?: ActivationName;
  /** After attention, after F, and inside both. */
  readonly dropout?: number;
  readonly norm?: 'before' | 'after';
}

export const transformerEncoderBlock = (heads: number, options: TransformerBlockOptions = {}): Layer =>
  block('transformerEncoderBlock', options, (part, { causal = false, rotary = false, dropout = 0 }) => [
    part('attention', multiHeadAttention(heads, { causal, rotary, dropout })),
  ]);

/** For use inside `functional`, where the memory is at hand: the encoder's output [B, m, M]. */
export const transformerDecoderBlock = (
  heads: number,
  memory: Tensor,
  options: Omit<TransformerBlockOptions, 'causal'> = {},
): Layer =>
  block('transformerDecoderBlock', options, (part, { rotary = false, dropout = 0 }) => [
    part('attention', multiHeadAttention(heads, { causal: true, rotary, dropout })),
    part('cross', crossAttention(heads, memory, { dropout })),
  ]);

/** One residual part: how x goes on through a layer. */
type Part = (x: Tensor, ctx: Context) => Tensor;

function block(
  kind: string,
  options: TransformerBlockOptions,
  attentions: (part: (name: string, layer: Layer) => Part, options: TransformerBlockOptions) => Part[],
): Layer {
  const { hidden, activation = 'gelu', dropout = 0, norm = 'before' } = options;
  requireOption(hidden === undefined || isCount(hidden), kind, 'hidden', 'an integer >= 1', hidden);
  requireOption(norm === 'before' || norm === 'after', kind, 'norm', "'before' or 'after'", norm);
  activationOption(kind, activation);
  const drop = (): Layer[] => (dropout === 0 ? [] : [dropoutLayer(dropout)]);
  const part =
    (name: string, layer: Layer): Part =>
    (x, ctx) => {
      const normed = (y: Tensor): Tensor => ctx.apply(layerNorm(), y, `${name}Norm`);
      const y = ctx.apply(layer, norm === 'before' ? normed(x) : x, name);
      // Under a name of its own, so that parameters are called the same with and without dropout.
      const kept = drop().reduce((z, dropped) => ctx.apply(dropped, z, `${name}Dropout`), y);
      return norm === 'before' ? add(x, kept) : normed(add(x, kept));
    };
  return {
    kind,
    config: { dropout, norm, activation, ...(hidden !== undefined && { hidden }) },
    apply(x, ctx) {
      const { features } = sequenceOf(kind, x, ctx);
      const feedForward = sequential([dense(hidden ?? 4 * features, { activation }), ...drop(), dense(features)]);
      const parts = [...attentions(part, options), part('feedForward', feedForward)];
      return parts.reduce((y, go) => go(y, ctx), x);
    },
  };
}
