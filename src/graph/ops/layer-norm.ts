/**
 * Layer normalization over the last axis. Ba, Kiros & Hinton 2016 (arXiv:1607.06450), eq. 3 and 4.
 *   y = γ x̂ + β,  x̂ = (x - μ) r,  r = 1/√(σ² + ε),  μ and σ² = mean and biased variance of the n numbers of a row
 *   dβ = Σ dy,  dγ = Σ dy x̂  over the rows;  dx = r (g - mean g - x̂ mean(g x̂)),  g = γ dy
 *   X [..., n]   γ, β [n]   μ, r [..., 1]
 * Cost: a pass forward, three reductions backward.
 */
import { TuneError } from '#math';
import { sameShape, showShape } from '../dim.ts';
import { differentiable, nodeOutputs } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { mean } from './mean.ts';
import { mul } from './mul.ts';
import { sub } from './sub.ts';
import { sumTo } from './sum.ts';

export interface NormOptions {
  /** Added to the variance under the root. */
  readonly epsilon?: number;
}

export function layerNorm(x: Tensor, scale: Tensor, bias: Tensor, { epsilon = 1e-5 }: NormOptions = {}): Tensor {
  checkRow('layerNorm', x, scale, bias);
  const statistics = [...x.shape.slice(0, -1), 1];
  const [y, mu, r] = nodeOutputs(
    'LayerNormalization',
    [x, scale, bias],
    { axis: -1, epsilon: { float: epsilon }, stash_type: 1 },
    [{ shape: x.shape }, { shape: statistics }, { shape: statistics }],
  );
  if (y === undefined || mu === undefined || r === undefined) throw new Error('internal: LayerNormalization outputs');
  return differentiable(y, [x, scale, bias], (dy) => {
    const normal = mul(sub(x, mu), r); // x̂
    const g = mul(dy, scale);
    const overRow = { axes: [-1], keepDims: true };
    const centered = sub(sub(g, mean(g, overRow)), mul(normal, mean(mul(g, normal), overRow)));
    return [mul(centered, r), sumTo(mul(dy, normal), scale.shape), sumTo(dy, bias.shape)];
  });
}

/** Vectors must be as long as the rows of x. */
export function checkRow(what: string, x: Tensor, ...vectors: readonly Tensor[]): void {
  const wanted = x.shape.slice(-1);
  for (const { shape } of vectors) {
    if (x.shape.length < 2 || !sameShape(shape, wanted)) {
      throw new TuneError(
        'shapeMismatch',
        `${what}: ${showShape(x.shape)} needs vectors ${showShape(wanted)}; got ${showShape(shape)}.`,
      );
    }
  }
}
