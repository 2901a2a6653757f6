/**
 * Overlap losses for segmentation: 1 minus a soft count of how far prediction and truth cover each other, so that a small object in a
 * large image is not outvoted by the background. p = σ(z), sums over the positions of a channel, the mean over channels.
 *   dice  1 − (2 Σ p y + s)/(Σ p + Σ y + s)            Milletari, Navab & Ahmadi 2016, arXiv:1606.04797, without their squares
 *   iou   1 − (Σ p y + s)/(Σ p + Σ y − Σ p y + s)      Rahman & Wang 2016 (ISVC), the Jaccard index
 * z [B, C, H, W], y of the same shape, 0 or 1. The smoothing s makes an empty mask that is predicted empty cost nothing.
 */
import { add, div, mul, sigmoid, type Shape, showShape, sub, sum, type Tensor } from '#graph';
import { TuneError } from '#math';
import { requireOption } from '../errors.ts';
import { type Loss, perSampleMean, requireTargets } from './loss.ts';

export interface OverlapOptions {
  /** s > 0, in positions. */
  readonly smooth?: number;
}

export const dice = ({ smooth = 1 }: OverlapOptions = {}): Loss =>
  overlap('dice', smooth, (both, p, y) => div(add(mul(both, 2), smooth), add(add(p, y), smooth)));

export const iou = ({ smooth = 1 }: OverlapOptions = {}): Loss =>
  overlap('iou', smooth, (both, p, y) => div(add(both, smooth), add(sub(add(p, y), both), smooth)));

/** `share` of the sums Σ p y, Σ p, Σ y, each [B, C]. */
function overlap(name: string, smooth: number, share: (both: Tensor, p: Tensor, y: Tensor) => Tensor): Loss {
  requireOption(smooth > 0 && Number.isFinite(smooth), name, 'smooth', 'a number > 0', smooth);
  const targetShape = (output: Shape): Shape => {
    if (output.length === 4) return output;
    const message = `${name} wants an output [B, channels, height, width] of logits; got ${showShape(output)}. End the model with a conv2d.`;
    throw new TuneError('shapeMismatch', message, { loss: name, got: output });
  };
  return {
    name,
    config: { fromLogits: true, smooth },
    targetDtype: 'float32',
    targetShape,
    perSample(output, target) {
      requireTargets(name, target, targetShape(output.shape), output);
      const p = sigmoid(output);
      const over = { axes: [2, 3] };
      return perSampleMean(sub(1, share(sum(mul(p, target), over), sum(p, over), sum(target, over))));
    },
  };
}
