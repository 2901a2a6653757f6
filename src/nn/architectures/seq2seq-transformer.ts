/**
 * Transformer from sequence to sequence. Vaswani et al. 2017, arXiv:1706.03762, fig. 1, with the norm before each part.
 *   x [B, S + T]  the source's tokens, padded with 0 to S, and behind them the target's so far, beginning with a start token
 *   → [B, T, targetVocabulary]  logits of the token that follows each of them
 * One row holds both sides, because a model has one input. Train with softmaxCrossEntropy({ ignoreIndex: 0 }) against the target
 * moved by one step.
 * Parameters, D features, F hidden, L blocks a side:
 *   (V + V') D + L (4D² + 2DF + 9D + F) + L (8D² + 2DF + 15D + F) + 4D + (D + 1) V'
 */
import { slice, type Tensor } from '#graph';
import { isCount, requireOption, wrongShape } from '../errors.ts';
import { normal } from '../initializers.ts';
import type { Context, Layer } from '../layer.ts';
import { sequential } from '../layers/containers.ts';
import { dense } from '../layers/dense.ts';
import { layerNorm } from '../layers/layer-norm.ts';
import { sinusoidalPositions } from '../layers/positions.ts';
import { transformerDecoderBlock, transformerEncoderBlock } from '../layers/transformer.ts';
import { drop, type TokenOptions, tokens } from './tokens.ts';

export interface Seq2SeqTransformerOptions extends TokenOptions {
  /** S: how many of the columns are the source. */
  readonly sourceLength: number;
  /** Tokens of the target language; the source's by default. */
  readonly targetVocabulary?: number;
  /** On each side. */
  readonly blocks?: number;
  readonly heads?: number;
  /** Four times the features by default. */
  readonly hidden?: number;
}

/** Dropout is on both sides' embedded tokens and inside the blocks. */
export function seq2seqTransformer({
  vocabulary,
  sourceLength,
  targetVocabulary = vocabulary,
  features = 128,
  dropout = 0.1,
  blocks = 2,
  heads = 4,
  hidden = 4 * features,
}: Seq2SeqTransformerOptions): Layer {
  const kind = 'seq2seqTransformer';
  requireOption(isCount(sourceLength), kind, 'sourceLength', 'an integer >= 1', sourceLength);
  requireOption(isCount(blocks), kind, 'blocks', 'an integer >= 1', blocks);
  const embedded = (size: number): Layer =>
    sequential([tokens(size, features, normal(1)), sinusoidalPositions(), ...drop(dropout)]);
  const encoder = sequential([
    ...Array.from({ length: blocks }, () => transformerEncoderBlock(heads, { hidden, dropout })),
    layerNorm(),
  ]);
  const [source, target, output] = [embedded(vocabulary), embedded(targetVocabulary), dense(targetVocabulary)];
  return {
    kind,
    config: { vocabulary, targetVocabulary, sourceLength, features, dropout, blocks, heads, hidden },
    apply(x, ctx) {
      const columns = Number(x.shape[1]);
      if (x.shape.length !== 2 || !(columns > sourceLength)) {
        const wants = `rows [B, S + T] of ${sourceLength} source tokens and at least one of the target`;
        throw wrongShape(kind, ctx, x.shape, wants, 'Put the target behind the source.');
      }
      const part = (start: number, end: number): Tensor => slice(x, [{ axis: 1, start, end }]);
      const memory = ctx.apply(encoder, ctx.apply(source, part(0, sourceLength), 'source'), 'encoder');
      const start = ctx.apply(target, part(sourceLength, columns), 'target');
      return ctx.apply(output, decode(ctx, start, memory), 'output');
    },
  };

  function decode(ctx: Context, start: Tensor, memory: Tensor): Tensor {
    const blocksOf = Array.from({ length: blocks }, (_, i) => `decoder${i + 1}`);
    const y = blocksOf.reduce(
      (z, name) => ctx.apply(transformerDecoderBlock(heads, memory, { hidden, dropout }), z, name),
      start,
    );
    return ctx.apply(layerNorm(), y, 'decoderNorm');
  }
}
