/**
 * Batch normalization. Ioffe & Szegedy 2015 (arXiv:1502.03167), Algorithms 1 and 2.
 *   training:  y = γ x̂ + β,  x̂ = (x - μ)/σ,  μ and σ² = mean and biased variance of the batch, σ² + ε under the root
 *              dβ = Σ dy,  dγ = Σ dy x̂,  dx = γ/σ (dy - dβ/m - x̂ dγ/m),  sums over everything but the channel, m terms each
 *   inference: the same with running statistics, which are constants: dx = γ/σ dy
 *   X [B, C, …]   γ, β, μ, σ² [C]
 * No gradient flows through the returned statistics; they are for the running averages.
 */
import { TuneError } from '#math';
import { sameShape, showShape } from '../dim.ts';
import { differentiable, node, nodeOutputs } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { div } from './div.ts';
import { countOver } from './mean.ts';
import { mul } from './mul.ts';
import { reciprocal } from './reciprocal.ts';
import { reshape } from './reshape.ts';
import { sqrt } from './sqrt.ts';
import { sub } from './sub.ts';
import { sum } from './sum.ts';

export interface BatchNormOptions {
  readonly epsilon?: number;
}

export interface BatchNormResult {
  readonly y: Tensor;
  readonly mean: Tensor;
  /** Biased: divided by m, not m - 1. */
  readonly variance: Tensor;
  /** m, elements per channel, as a scalar: m/(m - 1) times the variance is the unbiased one. */
  readonly count: Tensor;
}

export function batchNorm(
  x: Tensor,
  scale: Tensor,
  bias: Tensor,
  { epsilon = 1e-5 }: BatchNormOptions = {},
): BatchNormResult {
  checkChannels(x, scale, bias);
  const channels = scale.shape;
  // ONNX Runtime writes the new statistics over the running ones it is given: they must be two different temporaries,
  // else one overwrites the other without an error.
  const runningMean = node('Sub', [scale, scale]);
  const runningVariance = node('Sub', [bias, bias]);
  const attributes = { training_mode: 1, momentum: { float: 0 }, epsilon: { float: epsilon } };
  const [y, mean, variance] = nodeOutputs(
    'BatchNormalization',
    [x, scale, bias, runningMean, runningVariance],
    attributes,
    [{ shape: x.shape }, { shape: channels }, { shape: channels }],
  );
  if (y === undefined || mean === undefined || variance === undefined)
    throw new Error('internal: BatchNormalization outputs');
  const axes = overChannels(x);
  const count = countOver(x, axes);
  const result = differentiable(y, [x, scale, bias], (dy) => {
    const inverse = reciprocal(sqrt(add(variance, epsilon))); // 1/σ [C]
    const centered = sub(x, perChannel(mean, x));
    const dBias = sum(dy, { axes });
    const dScale = mul(sum(mul(dy, centered), { axes }), inverse);
    // dx = a dy + (b (x - μ) + c): three numbers for each channel.
    const a = mul(scale, inverse);
    const b = mul(mul(a, inverse), div(dScale, count));
    const c = mul(a, div(dBias, count));
    const correction = add(mul(centered, perChannel(b, x)), perChannel(c, x));
    return [sub(mul(dy, perChannel(a, x)), correction), dScale, dBias];
  });
  return { y: result, mean, variance, count };
}

/** Normalizes by statistics that are given. */
export function batchNormInference(
  x: Tensor,
  scale: Tensor,
  bias: Tensor,
  mean: Tensor,
  variance: Tensor,
  { epsilon = 1e-5 }: BatchNormOptions = {},
): Tensor {
  checkChannels(x, scale, bias, mean, variance);
  const attributes = { epsilon: { float: epsilon } };
  const y = node('BatchNormalization', [x, scale, bias, mean, variance], { attributes });
  return differentiable(y, [x, scale, bias], (dy) => {
    const inverse = reciprocal(sqrt(add(variance, epsilon)));
    const axes = overChannels(x);
    return [
      mul(dy, perChannel(mul(scale, inverse), x)),
      mul(sum(mul(dy, sub(x, perChannel(mean, x))), { axes }), inverse),
      sum(dy, { axes }),
    ];
  });
}

const overChannels = (x: Tensor): number[] => x.shape.map((_, i) => i).filter((axis) => axis !== 1);

/** [C] → [C, 1, 1], to broadcast over the planes of x. */
const perChannel = (v: Tensor, x: Tensor): Tensor => reshape(v, [...v.shape, ...x.shape.slice(2).map(() => 1)]);

function checkChannels(x: Tensor, ...vectors: readonly Tensor[]): void {
  const wanted = x.shape.slice(1, 2);
  for (const { shape } of vectors) {
    if (x.shape.length < 2 || !sameShape(shape, wanted)) {
      throw new TuneError(
        'shapeMismatch',
        `batchNorm: ${showShape(x.shape)} needs vectors ${showShape(wanted)}; got ${showShape(shape)}.`,
      );
    }
  }
}
