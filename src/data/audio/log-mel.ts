/**
 * Log-mel spectrogram: how much of a sound lies in each band of pitch at each moment, as ears hear it.
 *   frames of 25 ms every 10 ms, a periodic Hann window w, |FFT|² / Σ w² (white noise of variance 1 gives 1), M triangular filters evenly spaced
 *   on the mel scale m = 2595 log₁₀(1 + f/700) (O'Shaughnessy 1987) from 0 to half the sample rate, peak 1; then ln(· + FLOOR).
 * Davis & Mermelstein 1980 (IEEE ASSP 28), without the cosine transform; filters and scale as HTK and torchaudio's `mel_scale="htk", norm=None`.
 *
 * A clip is first scaled to a root mean square of 1, so that distance to the microphone does not matter, and set in the middle of
 * `samples` samples: a shorter one is surrounded by silence, of a longer one the middle is taken.
 *   → [mels, frames], frames = ⌊(samples − 25 ms) / 10 ms⌋ + 1
 * Cost: O(frames · n log n) a clip, about 0.5 ms a second of sound at 8 kHz.
 */
import { powerSpectrum } from './fft.ts';

export interface MelShape {
  readonly sampleRate: number;
  /** Length that every clip is brought to. */
  readonly samples: number;
  readonly mels: number;
}

/** −40 dB below the clip's own loudness: what is fainter is the recording's noise. */
const FLOOR = 1e-4;

const frameOf = ({ sampleRate }: MelShape): { length: number; hop: number } => ({
  length: Math.round(0.025 * sampleRate),
  hop: Math.round(0.01 * sampleRate),
});

/** Frames of a clip. */
export function melFrames(shape: MelShape): number {
  const { length, hop } = frameOf(shape);
  return Math.floor((shape.samples - length) / hop) + 1;
}

/** A function that writes the spectrogram of a clip at into[at …]. */
export function logMel(shape: MelShape): (clip: Float32Array, into: Float32Array, at: number) => void {
  const { sampleRate, samples, mels } = shape;
  const { length, hop } = frameOf(shape);
  const frames = melFrames(shape);
  const size = 2 ** Math.ceil(Math.log2(length));
  const spectrum = powerSpectrum(size);
  const window = Float64Array.from({ length }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length));
  const energy = window.reduce((sum, w) => sum + w * w, 0);
  const filters = melFilters(mels, size, sampleRate);
  const signal = new Float64Array(samples);
  const frame = new Float64Array(size);
  const power = new Float64Array(size / 2 + 1);
  return (clip, into, at) => {
    placeInMiddle(clip, signal);
    for (let t = 0; t < frames; t++) {
      for (let i = 0; i < length; i++) frame[i] = (signal[t * hop + i] ?? 0) * (window[i] ?? 0);
      spectrum(frame, power);
      filters.forEach(({ first, weights }, m) => {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += (weights[k] ?? 0) * (power[first + k] ?? 0);
        into[at + m * frames + t] = Math.log(sum / energy + FLOOR);
      });
    }
  };
}

/** Scaled to root mean square 1; silence stays silence. */
function placeInMiddle(clip: Float32Array, signal: Float64Array): void {
  let squares = 0;
  for (const x of clip) squares += x * x;
  const gain = squares > 0 ? Math.sqrt(clip.length / squares) : 0;
  const from = Math.max(0, (clip.length - signal.length) >> 1);
  const to = Math.max(0, (signal.length - clip.length) >> 1);
  const length = Math.min(clip.length, signal.length);
  signal.fill(0);
  for (let i = 0; i < length; i++) signal[to + i] = gain * (clip[from + i] ?? 0);
}

interface Filter {
  /** The first frequency bin it reaches. */
  readonly first: number;
  readonly weights: Float64Array;
}

function melFilters(mels: number, size: number, sampleRate: number): Filter[] {
  const top = toMel(sampleRate / 2);
  const edge = (i: number): number => toHertz((top * i) / (mels + 1)); // of triangle m: m, m + 1 (its peak), m + 2
  return Array.from({ length: mels }, (_, m) => {
    const [low, peak, high] = [edge(m), edge(m + 1), edge(m + 2)];
    const all = Array.from({ length: size / 2 + 1 }, (_, k) => {
      const f = (k * sampleRate) / size;
      return Math.max(0, Math.min((f - low) / (peak - low), (high - f) / (high - peak)));
    });
    const first = Math.max(
      0,
      all.findIndex((w) => w > 0),
    );
    const last = all.findLastIndex((w) => w > 0);
    return { first, weights: Float64Array.from(all.slice(first, last + 1)) };
  });
}

const toMel = (hertz: number): number => 2595 * Math.log10(1 + hertz / 700);
const toHertz = (mel: number): number => 700 * (10 ** (mel / 2595) - 1);
