/**
 * Changes of place, of a picture and of its mask alike. What comes in from outside the picture is 0 in encoded numbers: the mean colour of standardised images, else black.
 *   quarterTurns  turned by 0, 90, 180 or 270 degrees and mirrored or not: for pictures without an up, as those of microscopes
 *   flip        mirrored left to right with probability `chance`
 *   paddedCrop  `padding` pixels added on each side and a crop of the old size cut out: moved by whole pixels.  He et al. 2016, arXiv:1512.03385, §4.2
 *   translate   moved by up to a share of the size, whole pixels
 *   rotate      turned around the centre by up to so many degrees, bilinear
 */
import { TuneError } from '#math';
import { type Augmentation, type Planes, requireAtLeast, requireShare, type Sample } from './augmentation.ts';

export function flip({ chance = 0.5 } = {}): Augmentation {
  requireShare('flip', 'chance', chance);
  return {
    kind: 'flip',
    of: 'images',
    apply(sample, rng) {
      if (rng.float() < chance) withMask(sample, mirror);
    },
  };
}

export function quarterTurns(): Augmentation {
  return {
    kind: 'quarterTurns',
    of: 'images',
    apply(sample, rng) {
      const turns = rng.int(0, 3);
      if (sample.height !== sample.width) {
        const message = `augment: quarterTurns needs square pictures; got ${sample.height} × ${sample.width}.`;
        throw new TuneError('augment', message);
      }
      if (rng.float() < 0.5) withMask(sample, mirror);
      for (let i = 0; i < turns; i++) withMask(sample, turn);
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

/** The change made on the picture and on what is to be seen in it. */
function withMask(sample: Sample, change: (planes: Planes) => void): void {
  change(sample);
  if (sample.mask) change(sample.mask);
}

function mirror({ values, width }: Planes): void {
  for (let start = 0; start < values.length; start += width) values.subarray(start, start + width).reverse();
}

/** By 90 degrees to the left: the last column becomes the first row. */
function turn({ values, channels, width: side, scratch }: Planes): void {
  scratch.set(values);
  for (let plane = 0; plane < channels * side * side; plane += side * side) {
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) values[plane + y * side + x] = scratch[plane + x * side + side - 1 - y] ?? 0;
    }
  }
}

/** @internal Moved by whole pixels, down and to the right. */
export const move = (sample: Sample, down: number, right: number): void =>
  withMask(sample, (planes) => movePlanes(planes, down, right));

function movePlanes({ values, channels, height, width, scratch }: Planes, down: number, right: number): void {
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
export const warp = (sample: Sample, matrix: Matrix): void => withMask(sample, (planes) => warpPlanes(planes, matrix));

type Matrix = readonly [a: number, b: number, c: number, d: number];

function warpPlanes({ values, channels, height, width, scratch }: Planes, [a, b, c, d]: Matrix): void {
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
