import { expect, test } from 'vitest';
import { createRng } from '#math';
import { type Augmentation, createAugmenter } from './augmentation.ts';
import { backgroundNoise, pitchShift, specAugment, timeShift } from './spectrogram.ts';

const [bands, frames] = [20, 30];
const audio = { kind: 'audio', sampleRate: 8000, samples: 2600, mels: bands, mean: [-2], std: [3] } as const;

/** `values` after the change, with the stream `seed`. */
function changed(values: ArrayLike<number>, change: Augmentation, seed: number): Float32Array {
  const row = Float32Array.from(values);
  createAugmenter([change], [1, bands, frames], audio).apply(row, Int32Array.of(0), () => createRng(seed));
  return row;
}
const ones = new Float32Array(bands * frames).fill(1);

test('specAugment clears whole bands and whole stretches of time, no wider than asked', () => {
  const widths = { bands: new Set<number>(), frames: new Set<number>() };
  for (let seed = 0; seed < 300; seed++) {
    const one = { frequencyMasks: 1, frequencyWidth: 0.2, timeMasks: 1, timeWidth: 0.1 };
    const row = changed(ones, specAugment(one), seed);
    const band = Array.from({ length: bands }, (_, m) =>
      row.subarray(m * frames, (m + 1) * frames).every((v) => v === 0),
    );
    const frame = Array.from({ length: frames }, (_, t) =>
      band.every((cleared, m) => cleared || row[m * frames + t] === 0),
    );
    row.forEach((v, i) => expect(v).toBe(band[Math.floor(i / frames)] === true || frame[i % frames] === true ? 0 : 1));
    for (const [key, flags] of Object.entries({ bands: band, frames: frame })) {
      const first = flags.indexOf(true);
      const count = flags.filter(Boolean).length;
      expect(flags.slice(first, first + count).every(Boolean) || count === 0).toBe(true); // one stretch
      widths[key as 'bands' | 'frames'].add(count); // the two keys of the object above
    }
  }
  expect([...widths.bands].sort()).toEqual([0, 1, 2, 3, 4]); // 0.2 · 20 bands
  expect([...widths.frames].sort()).toEqual([0, 1, 2, 3]); // 0.1 · 30 frames
});

test('timeShift moves all bands alike, up to the share, and lets silence in', () => {
  const ramp = Array.from({ length: bands * frames }, (_, i) => Math.floor(i / frames) + (i % frames) / 100);
  const moves = new Set<number>();
  for (let seed = 0; seed < 200; seed++) {
    const row = changed(ramp, timeShift(0.1), seed);
    const by = 15 - Math.round(((row[15] ?? 0) % 1) * 100); // frame 15 is never at the edge for moves up to 3
    moves.add(by);
    row.forEach((v, i) => {
      const [m, t] = [Math.floor(i / frames), i % frames];
      const from = t - by;
      expect(v).toBeCloseTo(from >= 0 && from < frames ? m + from / 100 : m, 5);
    });
  }
  expect([...moves].sort((a, b) => a - b)).toEqual([-3, -2, -1, 0, 1, 2, 3]);
});

test('pitchShift moves all bands alike, up to the share, and repeats the outermost', () => {
  const ramp = Array.from({ length: bands * frames }, (_, i) => Math.floor(i / frames) + (i % frames) / 100);
  const moves = new Set<number>();
  for (let seed = 0; seed < 200; seed++) {
    const row = changed(ramp, pitchShift(0.1), seed);
    const by = 10 - Math.round(row[10 * frames] ?? NaN);
    moves.add(by);
    row.forEach((v, i) => {
      const band = Math.floor(i / frames) - by;
      expect(v).toBeCloseTo(Math.min(bands - 1, Math.max(0, band)) + (i % frames) / 100, 5);
    });
  }
  expect([...moves].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
});

test('backgroundNoise adds the power that the ratio says', () => {
  const mean = (row: Float32Array): number => row.reduce((sum, v) => sum + Math.exp(v * 3 - 2) / row.length, 0);
  const before = mean(ones);
  for (const decibels of [0, 10]) {
    const runs = Array.from({ length: 50 }, (_, seed) =>
      changed(ones, backgroundNoise({ snr: [decibels, decibels] }), seed),
    );
    const added = runs.reduce((sum, row) => sum + (mean(row) - before) / before / runs.length, 0);
    const wanted = 10 ** (-decibels / 10);
    // The mean of 30,000 exponential numbers: a deviation of 1/√30000, five of them.
    expect(Math.abs(added / wanted - 1)).toBeLessThan(5 / Math.sqrt(30_000));
    runs.forEach((row) => row.forEach((v) => expect(v).toBeGreaterThanOrEqual(0.9999)));
  }
});

test('bad strengths are refused where they are written', () => {
  expect(() => specAugment({ timeWidth: 1.5 })).toThrow('specAugment: timeWidth must be a number in [0, 1]; got 1.5.');
  expect(() => timeShift(-1)).toThrow('timeShift: share must be a number in [0, 1]; got -1.');
  expect(() => backgroundNoise({ snr: [30, 5] })).toThrow(
    'backgroundNoise: snr must be [low, high] in decibels; got [30, 5].',
  );
});
