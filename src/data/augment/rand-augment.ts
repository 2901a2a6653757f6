/**
 * `count` changes drawn from a list, all of one strength. Cubuk et al. 2020, arXiv:1909.13719, with the ranges of its reference code, which
 * torchvision took over: at magnitude 30 shear 0.3, translation 150/331 of the width, rotation 30°, factors 1 ± 0.9, posterize to 4 bits,
 * solarize all. Signs are drawn. Where shears and rotations look outside the picture they find 0 in encoded numbers.
 */
import { type Rng, TuneError } from '#math';
import type { Augmentation, Sample } from './augmentation.ts';
import { requireAtLeast } from './augmentation.ts';
import { brighten, saturate, stretchContrast, withBrightness } from './colour.ts';
import { move, warp } from './geometry.ts';

const STRONGEST = 30;

/** `strength` in [0, 1]; `signed` is ± strength. */
type Change = (sample: Sample, strength: number, signed: number) => void;

const onBrightness =
  (change: Change): Change =>
  (sample, strength, signed) =>
    withBrightness(sample, () => change(sample, strength, signed));

const CHANGES: readonly Change[] = [
  () => undefined, // identity
  (sample, _, signed) => warp(sample, [1, 0.3 * signed, 0, 1]),
  (sample, _, signed) => warp(sample, [1, 0, 0.3 * signed, 1]),
  (sample, _, signed) => move(sample, 0, Math.round((150 / 331) * signed * sample.width)),
  (sample, _, signed) => move(sample, Math.round((150 / 331) * signed * sample.height), 0),
  (sample, _, signed) => {
    const angle = (signed * 30 * Math.PI) / 180;
    warp(sample, [Math.cos(angle), Math.sin(angle), -Math.sin(angle), Math.cos(angle)]);
  },
  onBrightness((sample, _, signed) => brighten(sample, 1 + 0.9 * signed)),
  onBrightness((sample, _, signed) => saturate(sample, 1 + 0.9 * signed)),
  onBrightness((sample, _, signed) => stretchContrast(sample, 1 + 0.9 * signed)),
  onBrightness((sample, _, signed) => sharpen(sample, 1 + 0.9 * signed)),
  onBrightness(({ values }, strength) => posterize(values, 8 - Math.round(4 * strength))),
  onBrightness(({ values }, strength) => solarize(values, 1 - strength)),
  onBrightness((sample) => eachChannel(sample, stretchRange)),
  onBrightness((sample) => eachChannel(sample, equalize)),
];

export function randAugment({ count = 2, magnitude = 9 } = {}): Augmentation {
  requireAtLeast('randAugment', 'count', count, 1);
  requireAtLeast('randAugment', 'magnitude', magnitude, 0);
  if (magnitude > STRONGEST) {
    throw new TuneError('augment', `randAugment: magnitude must be a number in [0, ${STRONGEST}]; got ${magnitude}.`);
  }
  const strength = magnitude / STRONGEST;
  return {
    kind: 'randAugment',
    of: 'images',
    apply(sample, rng: Rng) {
      for (let i = 0; i < count; i++) {
        const change = CHANGES[rng.int(0, CHANGES.length - 1)];
        change?.(sample, strength, rng.float() < 0.5 ? -strength : strength);
      }
    },
  };
}

/** Away from, or towards, the picture smoothed by 1 1 1 / 1 5 1 / 1 1 1 over 13 (Pillow's SMOOTH); the border stays. */
function sharpen({ values, channels, height, width, scratch }: Sample, factor: number): void {
  scratch.set(values);
  for (let c = 0; c < channels; c++) {
    for (let y = 1; y < height - 1; y++) {
      for (let x = 1; x < width - 1; x++) {
        const at = (c * height + y) * width + x;
        let total = 4 * (scratch[at] ?? 0);
        for (const row of [at - width, at, at + width]) {
          total += (scratch[row - 1] ?? 0) + (scratch[row] ?? 0) + (scratch[row + 1] ?? 0);
        }
        const smooth = total / 13;
        values[at] = smooth + factor * ((scratch[at] ?? 0) - smooth);
      }
    }
  }
}

/** Only so many bits of eight are kept. */
function posterize(values: Float32Array, bits: number): void {
  const step = 2 ** (8 - bits);
  for (let i = 0; i < values.length; i++) values[i] = (Math.floor(((values[i] ?? 0) * 255 + 0.5) / step) * step) / 255;
}

/** What is as bright as the threshold or brighter is inverted. */
function solarize(values: Float32Array, threshold: number): void {
  for (let i = 0; i < values.length; i++) if ((values[i] ?? 0) >= threshold) values[i] = 1 - (values[i] ?? 0);
}

function eachChannel({ values, channels }: Sample, change: (plane: Float32Array) => void): void {
  const size = values.length / channels;
  for (let c = 0; c < channels; c++) change(values.subarray(c * size, (c + 1) * size));
}

/** The darkest value becomes 0, the brightest 1 (autocontrast). */
function stretchRange(plane: Float32Array): void {
  let [low, high] = [Infinity, -Infinity];
  for (const u of plane) [low, high] = [Math.min(low, u), Math.max(high, u)];
  if (high > low) for (let i = 0; i < plane.length; i++) plane[i] = ((plane[i] ?? 0) - low) / (high - low);
}

/** Each brightness becomes the share of pixels darker than it, of 256 levels. */
function equalize(plane: Float32Array): void {
  const level = (u: number): number => Math.min(255, Math.max(0, Math.round(u * 255)));
  const counts = new Uint32Array(256);
  for (const u of plane) counts[level(u)] = (counts[level(u)] ?? 0) + 1;
  const last = counts.findLastIndex((count) => count > 0);
  const total = plane.length - (counts[last] ?? 0);
  if (total === 0) return;
  const darker = new Float32Array(256);
  for (let i = 1; i < 256; i++) darker[i] = (darker[i - 1] ?? 0) + (counts[i - 1] ?? 0);
  for (let i = 0; i < plane.length; i++) plane[i] = (darker[level(plane[i] ?? 0)] ?? 0) / total;
}
