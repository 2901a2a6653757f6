/**
 * Distances between output z and target y, for numbers, with d = z − y.
 *   meanSquaredError   d²
 *   meanAbsoluteError  |d|, the gradient 0 at d = 0
 *   huber              ½ d² up to δ, δ (|d| − δ/2) beyond: squares that outliers do not rule. Huber 1964 (Ann. Math. Stat. 35), eq. 3.1.
 */
import { abs, clip, mul, square, sub, type Tensor } from '#graph';
import type { Json } from '#math';
import { requireOption } from '../errors.ts';
import { aligned, type Loss, perSampleMean, valueTargets } from './loss.ts';

export const meanSquaredError = (): Loss => distance('meanSquaredError', {}, square);

export const meanAbsoluteError = (): Loss => distance('meanAbsoluteError', {}, abs);

/** δ > 0, in the units of the output. */
export function huber({ delta = 1 }: { delta?: number } = {}): Loss {
  requireOption(delta > 0 && Number.isFinite(delta), 'huber', 'delta', 'a number > 0', delta);
  return distance('huber', { delta }, (d) => {
    const near = clip(d, -delta, delta);
    return mul(near, sub(d, mul(near, 0.5))); // d·d/2 within, ±δ (d ∓ δ/2) beyond
  });
}

const distance = (name: string, config: Readonly<Record<string, Json>>, of: (d: Tensor) => Tensor): Loss => ({
  name,
  config,
  targetDtype: 'float32',
  targetShape: valueTargets,
  perSample(output, target) {
    const [x, y] = aligned(name, output, target);
    return perSampleMean(of(sub(x, y)));
  },
});
