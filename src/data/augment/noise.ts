/**
 * Gaussian noise on every encoded number: with standardised columns `spread` is in standard deviations of the data. For tables, also for images.
 * Bishop 1995 (Neural Computation 7): in the limit a penalty on the slope.
 */
import { type Augmentation, requireAtLeast } from './augmentation.ts';

export function noise(spread = 0.1): Augmentation {
  requireAtLeast('noise', 'spread', spread, 0);
  return {
    kind: 'noise',
    of: 'anything',
    apply({ values }, rng) {
      for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) + spread * rng.normal();
    },
  };
}
