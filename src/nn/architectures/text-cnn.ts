/**
 * Convolutions over words, for sentences. Kim 2014, arXiv:1408.5882: windows of several lengths side by side, the maximum of each
 * filter over the sentence, dropout, a linear layer. Embeddings are learned from scratch (Kim's CNN-rand).
 *   x [B, T]     → [B, outputs]
 * Parameters, D features, F filters, windows k: V·D + Σₖ (k·D + 1) F + (|windows|·F + 1)·outputs
 */
import { isCount, requireOption } from '../errors.ts';
import type { Layer } from '../layer.ts';
import { concatenate, sequential } from '../layers/containers.ts';
import { conv1d } from '../layers/conv1d.ts';
import { dense } from '../layers/dense.ts';
import { globalMaxPool1d } from '../layers/pool1d.ts';
import { drop, type TokenOptions, tokens } from './tokens.ts';

export interface TextCnnOptions extends TokenOptions {
  /** Lengths of the windows, in words. */
  readonly windows?: readonly number[];
  /** Filters for each length. */
  readonly filters?: number;
}

/** Dropout is on the embedded words and before the linear layer. */
export function textCnn(
  outputs: number,
  { vocabulary, features = 128, windows = [3, 4, 5], filters = 100, dropout = 0.5 }: TextCnnOptions,
): Layer {
  requireOption(windows.length > 0 && windows.every(isCount), 'textCnn', 'windows', 'a list of integers >= 1', windows);
  return sequential([
    tokens(vocabulary, features),
    ...drop(dropout),
    concatenate(
      windows.map((window) =>
        sequential([conv1d(filters, window, { padding: 'same', activation: 'relu' }), globalMaxPool1d()]),
      ),
    ),
    ...drop(dropout),
    dense(outputs),
  ]);
}
