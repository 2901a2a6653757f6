/** What architectures for token sequences have in common: x [B, T] token numbers, 0 for padding (as `data` encodes text). */
import type { Layer } from '../layer.ts';
import { type Initializer, normal } from '../initializers.ts';
import { dropout } from '../layers/dropout.ts';
import { embedding } from '../layers/embedding.ts';

export interface TokenOptions {
  /** Token numbers are below this: `data.vocabulary`. */
  readonly vocabulary: number;
  /** Numbers in the vector of a token. */
  readonly features?: number;
  /** Where it is put is said by the architecture. */
  readonly dropout?: number;
}

/** @internal */
export const tokens = (vocabulary: number, features: number, initializer: Initializer = normal(0.1)): Layer =>
  embedding(vocabulary, features, { paddingId: 0, initializer });

/** @internal No layer where nothing is dropped. */
export const drop = (rate: number): Layer[] => (rate === 0 ? [] : [dropout(rate)]);
