/**
 * Changes of colour, made on brightness u in [0, 1] and clipped there.
 *   colorJitter  brightness, contrast and saturation by factors drawn from [1 − s, 1 + s], in this order, as torchvision's ColorJitter
 *                (without hue); gray is 0.2989 R + 0.587 G + 0.114 B (ITU-R BT.601)
 */
import type { Rng } from '#math';
import { type Augmentation, requireShare, type Sample } from './augmentation.ts';

export function colorJitter({ brightness = 0.2, contrast = 0.2, saturation = 0.2 } = {}): Augmentation {
  for (const [option, value] of Object.entries({ brightness, contrast, saturation })) {
    requireShare('colorJitter', option, value);
  }
  const around = (strength: number, rng: Rng): number => 1 + strength * (2 * rng.float() - 1);
  return {
    kind: 'colorJitter',
    of: 'images',
    apply(sample, rng) {
      const factors = [around(brightness, rng), around(contrast, rng), around(saturation, rng)] as const;
      withBrightness(sample, () => {
        brighten(sample, factors[0]);
        stretchContrast(sample, factors[1]);
        saturate(sample, factors[2]);
      });
    },
  };
}

/** @internal Runs `change` on brightness instead of encoded values; the result is clipped to [0, 1]. */
export function withBrightness({ values, channels, shift, spread }: Sample, change: () => void): void {
  const plane = values.length / channels;
  for (let c = 0; c < channels; c++) {
    const [m, s] = [shift[c] ?? 0, spread[c] ?? 1];
    for (let i = c * plane; i < (c + 1) * plane; i++) values[i] = (values[i] ?? 0) * s + m;
  }
  change();
  for (let c = 0; c < channels; c++) {
    const [m, s] = [shift[c] ?? 0, spread[c] ?? 1];
    for (let i = c * plane; i < (c + 1) * plane; i++) values[i] = (Math.min(1, Math.max(0, values[i] ?? 0)) - m) / s;
  }
}

/** @internal */
export function brighten({ values }: Sample, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.min(1, (values[i] ?? 0) * factor);
}

/** @internal Away from, or towards, the mean gray. */
export function stretchContrast(sample: Sample, factor: number): void {
  const { values, channels } = sample;
  const plane = values.length / channels;
  let mean = 0;
  for (let i = 0; i < plane; i++) mean += grayAt(sample, i) / plane;
  for (let i = 0; i < values.length; i++) values[i] = clamp(mean + factor * ((values[i] ?? 0) - mean));
}

/** @internal Away from, or towards, each pixel's gray. */
export function saturate(sample: Sample, factor: number): void {
  const { values, channels } = sample;
  if (channels !== 3) return;
  const plane = values.length / 3;
  for (let i = 0; i < plane; i++) {
    const gray = grayAt(sample, i);
    for (let at = i; at < values.length; at += plane) values[at] = clamp(gray + factor * ((values[at] ?? 0) - gray));
  }
}

function grayAt({ values, channels }: Sample, i: number): number {
  const plane = values.length / channels;
  if (channels !== 3) return values[i] ?? 0;
  return 0.2989 * (values[i] ?? 0) + 0.587 * (values[i + plane] ?? 0) + 0.114 * (values[i + 2 * plane] ?? 0);
}

const clamp = (u: number): number => Math.min(1, Math.max(0, u));
