/**
 * A square of size × size pixels is set to 0 in encoded numbers, its centre anywhere in the picture, so that it may lie partly outside.
 * DeVries & Taylor 2017, arXiv:1708.04552.
 */
import { type Augmentation, requireAtLeast } from './augmentation.ts';

export function cutout(size = 8): Augmentation {
  requireAtLeast('cutout', 'size', size, 1);
  return {
    kind: 'cutout',
    of: 'images',
    apply({ values, channels, height, width }, rng) {
      const top = rng.int(0, height - 1) - Math.floor(size / 2);
      const left = rng.int(0, width - 1) - Math.floor(size / 2);
      const [from, to] = [Math.max(0, left), Math.min(width, left + size)];
      for (let c = 0; c < channels; c++) {
        for (let y = Math.max(0, top); y < Math.min(height, top + size); y++) {
          values.fill(0, (c * height + y) * width + from, (c * height + y) * width + to);
        }
      }
    },
  };
}
