/**
 * Normalization of each row by itself, so that neither batch nor sequence length matters and training equals inference.
 *   layerNorm  γ (x − μ)/√(σ² + ε) + β over the last dimension. Ba, Kiros & Hinton 2016, arXiv:1607.06450.
 *   rmsNorm    γ x/√(mean(x²) + ε), without mean and shift. Zhang & Sennrich 2019, arXiv:1910.07467.
 *   x [B, features] or [B, T, features]     γ, β [features]
 */
import { layerNorm as normalize, rmsNorm as normalizeRms, type Shape, type Tensor } from '#graph';
import { requireOption, wrongShape } from '../errors.ts';
import { ones, zeros } from '../initializers.ts';
import type { Context, Layer } from '../layer.ts';

export interface NormOptions {
  /** ε > 0 under the root. */
  readonly epsilon?: number;
}

export function layerNorm({ epsilon = 1e-5 }: NormOptions = {}): Layer {
  requireEpsilon('layerNorm', epsilon);
  return {
    kind: 'layerNorm',
    config: { epsilon },
    apply(x, ctx) {
      const shape = [featuresOf('layerNorm', x, ctx)];
      const scale = ctx.parameter('scale', shape, ones(), { decay: false });
      return normalize(x, scale, ctx.parameter('shift', shape, zeros(), { decay: false }), { epsilon });
    },
  };
}

export function rmsNorm({ epsilon = 1e-6 }: NormOptions = {}): Layer {
  requireEpsilon('rmsNorm', epsilon);
  return {
    kind: 'rmsNorm',
    config: { epsilon },
    apply(x, ctx) {
      const shape = [featuresOf('rmsNorm', x, ctx)];
      return normalizeRms(x, ctx.parameter('scale', shape, ones(), { decay: false }), { epsilon });
    },
  };
}

/** @internal */
export const requireEpsilon = (owner: string, epsilon: number): void =>
  requireOption(epsilon > 0 && Number.isFinite(epsilon), owner, 'epsilon', 'a number > 0', epsilon);

/** The last dimension of vectors or sequences; anything else is refused. */
function featuresOf(kind: string, x: Tensor, ctx: Context): number {
  const features: Shape[number] | undefined = x.shape.at(-1);
  if ((x.shape.length === 2 || x.shape.length === 3) && typeof features === 'number') return features;
  const todo = 'For images use groupNorm or batchNorm.';
  throw wrongShape(kind, ctx, x.shape, 'vectors [B, features] or sequences [B, T, features]', todo);
}
