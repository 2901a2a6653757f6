/**
 * Sequences of any length to one vector, padding left out: [B, T, features] → [B, features]. A sequence of nothing but padding
 * gives zeros.
 */
import { add, cast, div, greater, max, maximum, mean, mul, reshape, sub, sum, type Tensor } from '#graph';
import type { Layer } from '../layer.ts';
import { sequenceOf } from './positions.ts';

/** The mean over the steps. */
export const globalAveragePool1d = (): Layer =>
  pool('globalAveragePool1d', (x, real) => {
    if (real === null) return mean(x, { axes: [1] });
    const count = sum(real, { axes: [1], keepDims: true }); // [B, 1]
    return div(sum(mul(x, asColumn(real)), { axes: [1] }), maximum(count, 1));
  });

/** The largest number of each feature; the gradient goes to its first step. */
export const globalMaxPool1d = (): Layer =>
  pool('globalMaxPool1d', (x, real) => {
    if (real === null) return max(x, 1);
    const any = cast(greater(max(real, 1), 0), 'float32'); // [B]
    return mul(max(add(x, mul(sub(asColumn(real), 1), HIDDEN)), 1), reshape(any, [real.shape[0] ?? 1, 1]));
  });

/** More than any activation, so that padding never is the largest; finite, for it is multiplied by 0. */
const HIDDEN = 1e9;

function pool(kind: string, reduce: (x: Tensor, real: Tensor | null) => Tensor): Layer {
  return {
    kind,
    config: {},
    apply(x, ctx) {
      sequenceOf(kind, x, ctx);
      return reduce(x, ctx.realSteps(x));
    },
  };
}

/** [B, T] → [B, T, 1]. */
const asColumn = (real: Tensor): Tensor => reshape(real, [...real.shape, 1]);
