/**
 * Recurrent classifiers of token sequences: embedding, recurrent layers in both directions, the maximum of each unit over the
 * steps, a linear layer. Lai et al. 2015 (AAAI); Conneau et al. 2017, arXiv:1705.02364, §3.2.3 (BiLSTM-max).
 *   x [B, T]     → [B, outputs]
 * Parameters of one LSTM layer, I inputs, H units, two directions: 2·4H (I + H + 1); of one GRU layer: 2·(3H (I + H + 1) + H)
 */
import { isCount, requireOption } from '../errors.ts';
import type { Layer } from '../layer.ts';
import { sequential } from '../layers/containers.ts';
import { dense } from '../layers/dense.ts';
import { globalMaxPool1d } from '../layers/pool1d.ts';
import { gru, lstm } from '../layers/recurrent.ts';
import { drop, type TokenOptions, tokens } from './tokens.ts';

export interface RecurrentClassifierOptions extends TokenOptions {
  /** In each direction. */
  readonly units?: number;
  /** Recurrent layers upon each other. */
  readonly layers?: number;
}

export const lstmClassifier = (outputs: number, options: RecurrentClassifierOptions): Layer =>
  classifier('lstmClassifier', lstm, outputs, options);

export const gruClassifier = (outputs: number, options: RecurrentClassifierOptions): Layer =>
  classifier('gruClassifier', gru, outputs, options);

/** Dropout is on the embedded words, between layers, and before the linear layer. */
function classifier(
  name: string,
  recurrent: typeof lstm,
  outputs: number,
  { vocabulary, features = 128, dropout = 0.5, units = 64, layers = 1 }: RecurrentClassifierOptions,
): Layer {
  requireOption(isCount(layers), name, 'layers', 'an integer >= 1', layers);
  const stack = Array.from({ length: layers }, () => [
    recurrent(units, { returnSequences: true, bidirectional: true }),
    ...drop(dropout),
  ]);
  return sequential([
    tokens(vocabulary, features),
    ...drop(dropout),
    ...stack.flat().slice(0, dropout === 0 ? undefined : -1),
    globalMaxPool1d(),
    ...drop(dropout),
    dense(outputs),
  ]);
}
