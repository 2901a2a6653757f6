/**
 * Transformer encoder as a classifier of token sequences: embedding and positions, blocks with the norm before each part, a last
 * norm, the mean over the steps that are no padding, a linear layer. Vaswani et al. 2017, arXiv:1706.03762.
 *   x [B, T]     → [B, outputs]
 * Parameters, D features, F hidden, L blocks: V·D + L (4D² + 2DF + 9D + F) + 2D + (D + 1)·outputs, positions being sinusoidal
 */
import { isCount, requireOption } from '../errors.ts';
import type { Layer } from '../layer.ts';
import { sequential } from '../layers/containers.ts';
import { dense } from '../layers/dense.ts';
import { layerNorm } from '../layers/layer-norm.ts';
import { globalAveragePool1d } from '../layers/pool1d.ts';
import { sinusoidalPositions } from '../layers/positions.ts';
import { transformerEncoderBlock } from '../layers/transformer.ts';
import { normal } from '../initializers.ts';
import { drop, type TokenOptions, tokens } from './tokens.ts';

export interface TransformerEncoderOptions extends TokenOptions {
  readonly blocks?: number;
  /** Heads of attention; they divide the features. */
  readonly heads?: number;
  /** Hidden units of a block; four times the features by default. */
  readonly hidden?: number;
}

/** Dropout is on the embedded tokens, inside the blocks, and before the linear layer. */
export function transformerEncoder(
  outputs: number,
  { vocabulary, features = 128, dropout = 0.1, blocks = 2, heads = 4, hidden }: TransformerEncoderOptions,
): Layer {
  requireOption(isCount(blocks), 'transformerEncoder', 'blocks', 'an integer >= 1', blocks);
  return sequential([
    tokens(vocabulary, features, normal(1)),
    sinusoidalPositions(),
    ...drop(dropout),
    ...Array.from({ length: blocks }, () =>
      transformerEncoderBlock(heads, { dropout, ...(hidden !== undefined && { hidden }) }),
    ),
    layerNorm(),
    globalAveragePool1d(),
    ...drop(dropout),
    dense(outputs),
  ]);
}
