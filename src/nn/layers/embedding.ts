/**
 * Embedding: a trained vector for each number. Bengio et al. 2003 (JMLR 3), §2.
 *   x [B, T] whole numbers in [0, vocabulary), in any type (float32 holds them exactly up to 2²⁴)     weight [vocabulary, features]
 *   → [B, T, features]
 * Steps that hold the `paddingId` become zeros, are not learned from, and are known as padding to the layers that follow:
 * attention does not look at them, recurrent layers pass over them, pooling leaves them out.
 */
import { cast, equal, gatherRows, mul, not, reshape, sameShape } from '#graph';
import { isCount, requireOption, wrongShape } from '../errors.ts';
import { type Initializer, uniform } from '../initializers.ts';
import type { Layer } from '../layer.ts';

export interface EmbeddingOptions {
  /** The number that fills up short sequences; none by default. */
  readonly paddingId?: number;
  readonly initializer?: Initializer;
}

export function embedding(
  vocabulary: number,
  features: number,
  { paddingId, initializer = uniform(-0.05, 0.05) }: EmbeddingOptions = {},
): Layer {
  requireOption(isCount(vocabulary), 'embedding', 'vocabulary', 'an integer >= 1', vocabulary);
  requireOption(isCount(features), 'embedding', 'features', 'an integer >= 1', features);
  const inRange =
    paddingId === undefined || (Number.isSafeInteger(paddingId) && paddingId >= 0 && paddingId < vocabulary);
  requireOption(inRange, 'embedding', 'paddingId', `an integer from 0 to ${vocabulary - 1}`, paddingId);
  return {
    kind: 'embedding',
    config: {
      vocabulary,
      features,
      ...(paddingId !== undefined && { paddingId }),
      initializer: initializer.name,
    },
    apply(x, ctx) {
      const [batch = 1, steps = 1] = x.shape;
      if (!sameShape(x.shape, [batch, steps])) {
        const todo = 'Put it first in the model, before anything that makes features.';
        throw wrongShape('embedding', ctx, x.shape, 'sequences of whole numbers [B, T]', todo);
      }
      const rows = gatherRows(ctx.parameter('weight', [vocabulary, features], initializer), x);
      if (paddingId === undefined) return rows;
      const real = cast(not(equal(x, paddingId)), 'float32'); // [B, T]
      const y = mul(rows, reshape(real, [batch, steps, 1]));
      ctx.markSteps(y, real);
      return y;
    },
  };
}
