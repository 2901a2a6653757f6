/**
 * Σ wᵢ Lᵢ: several losses of one output and one target, as binary cross-entropy with Dice for segmentation (Isensee et al. 2021, nnU-Net,
 * arXiv:1904.08128). The losses must want the same targets.
 */
import { add, mul, sameShape, type Tensor } from '#graph';
import { TuneError } from '#math';
import { requireOption } from '../errors.ts';
import type { Loss } from './loss.ts';

export function weightedLosses(parts: readonly (readonly [weight: number, loss: Loss])[]): Loss {
  const name = 'weightedLosses';
  const weights = parts.map(([weight]) => weight);
  const [first] = parts.map(([, loss]) => loss);
  requireOption(weights.every(Number.isFinite), name, 'weights', 'finite numbers', weights);
  if (first === undefined) throw new TuneError('invalidOption', `${name} wants at least one loss; got none.`);
  const odd = parts.find(([, loss]) => loss.targetDtype !== first.targetDtype);
  const probabilities = (loss: Loss): boolean => loss.config['fromLogits'] === false;
  const mixed = parts.find(([, loss]) => probabilities(loss) !== probabilities(first));
  if (odd ?? mixed) {
    const other = (odd ?? mixed)?.[1].name;
    const what = odd ? 'want other targets' : 'must both take logits, or both probabilities';
    throw new TuneError('invalidOption', `${name}: ${first.name} and ${other} ${what}.`, {
      losses: [first.name, other],
    });
  }
  return {
    name,
    config: {
      ...(first.config['fromLogits'] !== undefined && { fromLogits: first.config['fromLogits'] }),
      parts: parts.map(([weight, loss]) => ({ weight, loss: loss.name, ...loss.config })),
    },
    targetDtype: first.targetDtype,
    targetShape(output) {
      const shape = first.targetShape(output);
      for (const [, loss] of parts) {
        if (sameShape(loss.targetShape(output), shape)) continue;
        throw new TuneError('shapeMismatch', `${name}: ${first.name} and ${loss.name} want targets of other shapes.`);
      }
      return shape;
    },
    perSample: (output, target) =>
      parts
        .map(([weight, loss]): Tensor => mul(loss.perSample(output, target), weight))
        .reduce((sum, one) => add(sum, one)),
  };
}
