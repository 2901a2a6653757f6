/**
 * Scaled dot-product attention. Vaswani et al. 2017, arXiv:1706.03762, eq. 1:  softmax(Q Kᵀ/√d + bias) V.
 *   Q [B, h, n, d]   K, V [B, h, m, d]   bias broadcasts to [B, h, n, m]: 0 where attention is allowed, `BLOCKED` where not
 * The root goes to Q, which is smaller than the scores. `weights` are for dropout between softmax and V.
 * Cost: two products of B·h·n·m·d forward, four backward; the scores are kept for the gradient.
 */
import { constant } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { cast } from './cast.ts';
import { numberDim } from '../dim.ts';
import { matmul } from './matmul.ts';
import { mul } from './mul.ts';
import { softmax } from './softmax.ts';
import { transposeLast } from './transpose.ts';

/** Finite, so that a row where everything is blocked gives numbers (in float32 the mean of V) instead of NaN. */
const BLOCKED = -1e9;

export interface AttentionOptions {
  readonly bias?: Tensor | null;
  /** What is done to the weights [B, h, n, m] before they meet V. */
  readonly weights?: (weights: Tensor) => Tensor;
}

export function attention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  { bias = null, weights = (w) => w }: AttentionOptions = {},
): Tensor {
  const depth = numberDim(q.shape.at(-1), 'attention: the size of a head');
  const scores = matmul(mul(q, 1 / Math.sqrt(depth)), transposeLast(k));
  return matmul(weights(softmax(bias === null ? scores : add(scores, bias))), v);
}

/** The bias under which no step sees a later one: [n, n]. */
export const causalBias = (steps: number): Tensor =>
  constant(
    Float32Array.from({ length: steps * steps }, (_, i) => (i % steps > Math.floor(i / steps) ? BLOCKED : 0)),
    [steps, steps],
  );

/** The bias that hides padding: a mask of ones and zeros gives 0 and `BLOCKED`. */
export const maskBias = (mask: Tensor): Tensor => mul(add(cast(mask, 'float32'), -1), -BLOCKED);
