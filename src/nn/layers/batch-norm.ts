/**
 * Batch normalization. Ioffe & Szegedy 2015, arXiv:1502.03167, algorithms 1 and 2.
 *   x [B, C] or [B, C, H, W]     scale γ, shift β, running mean and variance [C]
 *   training   y = γ (x − μ)/√(σ² + ε) + β with the batch's mean μ and biased variance σ²
 *   inference  the same with the running mean and variance
 * Running statistics move as in PyTorch: running ← (1 − momentum) · running + momentum · batch, the variance unbiased
 * (m/(m − 1); left as it is for a single element). Keras calls 1 − momentum the momentum: its 0.99 is 0.01 here.
 */
import { add, batchNorm as normalize, batchNormInference, div, maximum, mul, sub, type Tensor } from '#graph';
import { requireOption, wrongShape } from '../errors.ts';
import { ones, zeros } from '../initializers.ts';
import type { Layer } from '../layer.ts';

export interface BatchNormOptions {
  /** Share of a new batch in the running statistics, in (0, 1]. */
  readonly momentum?: number;
  /** ε > 0 under the root. */
  readonly epsilon?: number;
}

export function batchNorm({ momentum = 0.1, epsilon = 1e-5 }: BatchNormOptions = {}): Layer {
  requireOption(momentum > 0 && momentum <= 1, 'batchNorm', 'momentum', 'a number in (0, 1]', momentum);
  requireOption(epsilon > 0 && Number.isFinite(epsilon), 'batchNorm', 'epsilon', 'a number > 0', epsilon);
  return {
    kind: 'batchNorm',
    config: { momentum, epsilon },
    apply(x, ctx) {
      const channels = x.shape[1];
      if ((x.shape.length !== 2 && x.shape.length !== 4) || typeof channels !== 'number') {
        const wants = 'vectors [B, features] or images [B, channels, height, width]';
        const todo = 'Put flatten() before it, or normalise before the reshape.';
        throw wrongShape('batchNorm', ctx, x.shape, wants, todo);
      }
      const scale = ctx.parameter('scale', [channels], ones(), { decay: false });
      const shift = ctx.parameter('shift', [channels], zeros(), { decay: false });
      const runningMean = ctx.buffer('mean', [channels], 0);
      const runningVariance = ctx.buffer('variance', [channels], 1);
      if (!ctx.training) {
        return batchNormInference(x, scale, shift, runningMean.value, runningVariance.value, { epsilon });
      }
      const { y, mean, variance, count } = normalize(x, scale, shift, { epsilon });
      const unbiased = mul(variance, div(count, maximum(sub(count, 1), 1)));
      runningMean.update(moved(runningMean.value, mean, momentum));
      runningVariance.update(moved(runningVariance.value, unbiased, momentum));
      return y;
    },
  };
}

const moved = (running: Tensor, batch: Tensor, momentum: number): Tensor =>
  add(mul(running, 1 - momentum), mul(batch, momentum));
