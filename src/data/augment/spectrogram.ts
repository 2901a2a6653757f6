/**
 * Changes of spectrograms [1, bands, frames] whose numbers are ln(power), standardised.
 *   specAugment      bands of pitch and stretches of time are set to 0, the mean. Park et al. 2019, arXiv:1904.08779, §2, without time warping
 *   timeShift        moved in time by whole frames; what comes in is silence: the lowest number of the band
 *   pitchShift       moved by whole bands, as by a larger or smaller vocal tract (after Jaitly & Hinton 2013, ICML workshop on speech, who stretch
 *                    the frequencies instead); the outermost band fills the gap
 *   backgroundNoise  noise equally strong in every band is added to the power at a signal-to-noise ratio drawn evenly in decibels; the power of noise in
 *                    a cell is exponential, as that of one frequency of white noise
 */
import { TuneError } from '#math';
import { type Augmentation, requireAtLeast, requireShare } from './augmentation.ts';

export interface SpecAugmentOptions {
  readonly timeMasks?: number;
  /** Longest stretch of a mask, as a share of the frames. */
  readonly timeWidth?: number;
  readonly frequencyMasks?: number;
  /** Most bands of a mask, as a share of them. */
  readonly frequencyWidth?: number;
}

export function specAugment({
  timeMasks = 2,
  timeWidth = 0.15,
  frequencyMasks = 2,
  frequencyWidth = 0.15,
}: SpecAugmentOptions = {}): Augmentation {
  requireAtLeast('specAugment', 'timeMasks', timeMasks, 0);
  requireAtLeast('specAugment', 'frequencyMasks', frequencyMasks, 0);
  requireShare('specAugment', 'timeWidth', timeWidth);
  requireShare('specAugment', 'frequencyWidth', frequencyWidth);
  return {
    kind: 'specAugment',
    of: 'images',
    apply({ values, height, width }, rng) {
      for (let k = 0; k < frequencyMasks; k++) {
        const bands = rng.int(0, Math.floor(frequencyWidth * height));
        const first = rng.int(0, height - bands);
        for (let start = 0; start < values.length; start += height * width) {
          values.fill(0, start + first * width, start + (first + bands) * width);
        }
      }
      for (let k = 0; k < timeMasks; k++) {
        const frames = rng.int(0, Math.floor(timeWidth * width));
        const first = rng.int(0, width - frames);
        for (let at = first; at < values.length; at += width) values.fill(0, at, at + frames);
      }
    },
  };
}

export function timeShift(share = 0.1): Augmentation {
  requireShare('timeShift', 'share', share);
  return {
    kind: 'timeShift',
    of: 'images',
    apply({ values, width, scratch }, rng) {
      const most = Math.floor(share * width);
      const by = rng.int(-most, most);
      if (by === 0) return;
      scratch.set(values);
      for (let start = 0; start < values.length; start += width) {
        const band = scratch.subarray(start, start + width);
        const silence = band.reduce((low, v) => Math.min(low, v), Infinity);
        for (let t = 0; t < width; t++) values[start + t] = band[t - by] ?? silence;
      }
    },
  };
}

export function pitchShift(share = 0.1): Augmentation {
  requireShare('pitchShift', 'share', share);
  return {
    kind: 'pitchShift',
    of: 'images',
    apply({ values, channels, height, width, scratch }, rng) {
      const most = Math.floor(share * height);
      const by = rng.int(-most, most);
      if (by === 0) return;
      scratch.set(values);
      for (let row = 0; row < channels * height; row++) {
        const first = row - (row % height);
        const from = first + Math.min(height - 1, Math.max(0, (row % height) - by));
        values.set(scratch.subarray(from * width, (from + 1) * width), row * width);
      }
    },
  };
}

export function backgroundNoise({
  snr = [5, 30],
}: { readonly snr?: readonly [low: number, high: number] } = {}): Augmentation {
  const [low, high] = snr;
  if (!(Number.isFinite(low) && Number.isFinite(high) && low <= high)) {
    const message = `backgroundNoise: snr must be [low, high] in decibels; got [${low}, ${high}].`;
    throw new TuneError('augment', message, { snr });
  }
  return {
    kind: 'backgroundNoise',
    of: 'images',
    apply({ values, shift, spread }, rng) {
      const [mean, std] = [shift[0] ?? 0, spread[0] ?? 1];
      let power = 0;
      for (const v of values) power += Math.exp(v * std + mean) / values.length;
      const level = power / 10 ** ((low + (high - low) * rng.float()) / 10);
      for (let i = 0; i < values.length; i++) {
        const noise = -level * Math.log(1 - rng.float());
        values[i] = (Math.log(Math.exp((values[i] ?? 0) * std + mean) + noise) - mean) / std;
      }
    },
  };
}
