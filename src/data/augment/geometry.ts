/**
 * Changes of place. What comes in from outside the picture is 0 in encoded numbers: the mean colour of standardised images, else black.
 *   flip        mirrored left to right with probability `chance`
 *   paddedCrop  `padding` pixels added on each side and a crop of the old size cut out: moved by whole pixels.  He et al. 2016, arXiv:1512.03385, §4.2
 *   translate   moved by up to a share of the size, whole pixels
 *   rotate      turned around the centre by up to so many degrees, bilinear
 */
import { type Augmentation, requireAtLeast, requireShare, type Sample } from './augmentation.ts';

export function flip({ chance = 0.5 } = {}): Augmentation {
  requireShare('flip', 'chance', chance);
  return {
    kind: 'flip',
    of: 'images',
    apply({ values, width }, rng) {
      if (rng.float() >= chance) return;
      for (let start = 0; start < values.length; start += width) values.subarray(start, start + width).reverse();
    },
  };
}

export function paddedCrop(padding = 4): Augmentation {
  requireAtLeast('paddedCrop', 'padding', padding, 0);
  return {
    kind: 'paddedCrop',
    of: 'images',
    apply: (sample, rng) => move(sample, rng.int(-padding, padding), rng.int(-padding, padding)),
  };
}

export function translate(share = 0.1): Augmentation {
  requireShare('translate', 'share', share);
  return {
    kind: 'translate',
    of: 'images',
    apply(sample, rng) {
      const [down, right] = [Math.floor(share * sample.height), Math.floor(share * sample.width)];
      move(sample, rng.int(-down, down), rng.int(-right, right));
    },
  };
}

export function rotate(degrees = 15): Augmentation {
  requireAtLeast('rotate', 'degrees', degrees, 0);
  return {
    kind: 'rotate',
    of: 'images',
    apply(sample, rng) {
      const angle = ((2 * rng.float() - 1) * degrees * Math.PI) / 180;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      warp(sample, [cos, sin, -sin, cos]);
    },
  };
}

/** @internal Moved by whole pixels, down and to the right. */
export function move({ values, channels, height, width, scratch }: Sample, down: number, right: number): void {
  if (down === 0 && right === 0) return;
  scratch.set(values);
  values.fill(0);
  const [from, to] = [Math.max(0, -right), Math.min(width, width - right)];
  if (from >= to) return;
  for (let c = 0; c < channels; c++) {
    for (let y = Math.max(0, down); y < Math.min(height, height + down); y++) {
      const source = (c * height + y - down) * width;
      values.set(scratch.subarray(source + from, source + to), (c * height + y) * width + from + right);
    }
  }
}

/** @internal Each pixel at (x, y) from the centre is taken from (a x + b y, c x + d y), bilinear. */
export function warp(
  { values, channels, height, width, scratch }: Sample,
  [a, b, c, d]: readonly [number, number, number, number],
): void {
  scratch.set(values);
  const [cy, cx] = [(height - 1) / 2, (width - 1) / 2];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sx = a * (x - cx) + b * (y - cy) + cx;
      const sy = c * (x - cx) + d * (y - cy) + cy;
      const [x0, y0] = [Math.floor(sx), Math.floor(sy)];
      const [fx, fy] = [sx - x0, sy - y0];
      for (let channel = 0; channel < channels; channel++) {
        const plane = channel * height * width;
        const at = (py: number, px: number): number =>
          py >= 0 && py < height && px >= 0 && px < width ? (scratch[plane + py * width + px] ?? 0) : 0;
        values[plane + y * width + x] =
          (1 - fy) * ((1 - fx) * at(y0, x0) + fx * at(y0, x0 + 1)) +
          fy * ((1 - fx) * at(y0 + 1, x0) + fx * at(y0 + 1, x0 + 1));
      }
    }
  }
}
