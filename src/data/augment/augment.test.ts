import { expect, test } from 'vitest';
import { PNG } from 'pngjs';
import { createRng, type Rng } from '#math';
import { fromArrays } from '../from-arrays.ts';
import type { ImagePreprocessing } from '../dataset.ts';
import { type Augmentation, createAugmenter } from './augmentation.ts';
import { brighten, colorJitter, saturate, stretchContrast } from './colour.ts';
import { cutout } from './cutout.ts';
import { flip, move, paddedCrop, rotate, translate, warp } from './geometry.ts';
import { cutMix, mixup } from './mix.ts';
import { noise } from './noise.ts';
import { randAugment } from './rand-augment.ts';
import { augmentedSamplesPng } from './samples-picture.ts';

const image = (channels: number, height: number, width: number): ImagePreprocessing => ({
  kind: 'image',
  channels,
  height,
  width,
  scale: 1 / 255,
  mean: Array.from({ length: channels }, (_, c) => 0.4 + 0.05 * c),
  std: Array.from({ length: channels }, () => 0.25),
});

/** One row [channels, height, width] changed by a chain, from a stream of its own. */
function changed(
  values: readonly number[],
  shape: readonly [number, number, number],
  chain: readonly Augmentation[],
  seed = 1,
): number[] {
  const row = Float32Array.from(values);
  createAugmenter(chain, shape, image(...shape)).apply(row, Int32Array.of(0), () => createRng(seed));
  return [...row];
}
const sampleOf = (values: Float32Array, channels: number, height: number, width: number) => ({
  values,
  channels,
  height,
  width,
  shift: Array.from({ length: channels }, () => 0),
  spread: Array.from({ length: channels }, () => 1),
  scratch: new Float32Array(values.length),
});

test('flip mirrors each line of each channel, half of the time', () => {
  const picture = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
  expect(changed(picture, [2, 2, 3], [flip({ chance: 1 })])).toEqual([3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10]);
  expect(changed(picture, [2, 2, 3], [flip({ chance: 0 })])).toEqual(picture);
  const flipped = Array.from({ length: 400 }, (_, seed) => changed([1, 2], [1, 1, 2], [flip()], seed)[0] === 2);
  // Binomial(400, ½): 400 seeds are fixed; 60 from 200 are six standard deviations.
  expect(Math.abs(flipped.filter(Boolean).length - 200)).toBeLessThan(60);
});

test('a picture moves by whole pixels and zeros come in', () => {
  const sample = sampleOf(Float32Array.of(1, 2, 3, 4, 5, 6), 1, 2, 3);
  move(sample, 1, -1);
  expect([...sample.values]).toEqual([0, 0, 0, 2, 3, 0]);
  move(sample, 0, 5);
  expect([...sample.values]).toEqual([0, 0, 0, 0, 0, 0]);
});

test('paddedCrop and translate reach every place within their bounds and none beyond', () => {
  const centre = Array.from({ length: 49 }, (_, i) => (i === 24 ? 1 : 0)); // 7 × 7
  const places = (chain: Augmentation[]): Set<number> =>
    new Set(Array.from({ length: 300 }, (_, seed) => changed(centre, [1, 7, 7], chain, seed).indexOf(1)));
  expect(places([paddedCrop(1)]).size).toBe(9);
  expect(places([paddedCrop(2)]).size).toBe(25);
  expect(places([translate(0.3)]).size).toBe(25); // ⌊0.3 · 7⌋ = 2
});

test('a quarter turn puts each pixel where it belongs', () => {
  const sample = sampleOf(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), 1, 3, 3);
  warp(sample, [0, 1, -1, 0]);
  // (x, y) from the centre is taken from (y, −x).
  expect([...sample.values]).toEqual([7, 4, 1, 8, 5, 2, 9, 6, 3]);
  const turned = changed([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3], [rotate(10)]);
  expect(turned[4]).toBeCloseTo(5, 6); // the centre stays
  expect(turned).not.toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('cutout blanks a square of the given size, clipped at the border', () => {
  const ones = Array<number>(2 * 100).fill(1);
  for (let seed = 0; seed < 50; seed++) {
    const cut = changed(ones, [2, 10, 10], [cutout(4)], seed);
    const blank = cut.slice(0, 100).filter((v) => v === 0).length;
    expect(blank).toBeGreaterThanOrEqual(2 * 2); // a corner
    expect(blank).toBeLessThanOrEqual(16);
    expect(cut.slice(100)).toEqual(cut.slice(0, 100)); // all channels alike
  }
});

test('brightness, contrast and saturation are those of torchvision', () => {
  // By hand for one pixel (0.2, 0.4, 0.6) and one (0.6, 0.2, 0.4): gray = 0.2989 R + 0.587 G + 0.114 B.
  const pixels = (): Float32Array => Float32Array.of(0.2, 0.6, 0.4, 0.2, 0.6, 0.4);
  const [gray1, gray2] = [0.2989 * 0.2 + 0.587 * 0.4 + 0.114 * 0.6, 0.2989 * 0.6 + 0.587 * 0.2 + 0.114 * 0.4];
  const bright = sampleOf(pixels(), 3, 1, 2);
  brighten(bright, 2);
  [0.4, 1, 0.8, 0.4, 1, 0.8].forEach((v, i) => expect(bright.values[i]).toBeCloseTo(v, 6));
  const gray = sampleOf(pixels(), 3, 1, 2);
  saturate(gray, 0);
  [gray1, gray2, gray1, gray2, gray1, gray2].forEach((v, i) => expect(gray.values[i]).toBeCloseTo(v, 6));
  const flat = sampleOf(pixels(), 3, 1, 2);
  stretchContrast(flat, 0);
  flat.values.forEach((v) => expect(v).toBeCloseTo((gray1 + gray2) / 2, 6));
});

test('colours stay within what a pixel can be, and strength 0 changes nothing', () => {
  const picture = Array.from({ length: 48 }, (_, i) => (i % 7) / 3 - 1);
  const low = [0, 1, 2].map((c) => (0 - (0.4 + 0.05 * c)) / 0.25);
  const high = [0, 1, 2].map((c) => (1 - (0.4 + 0.05 * c)) / 0.25);
  const inside = picture.map((v, i) =>
    Math.min(high[Math.floor(i / 16)] ?? 0, Math.max(low[Math.floor(i / 16)] ?? 0, v)),
  );
  const none = changed(inside, [3, 4, 4], [colorJitter({ brightness: 0, contrast: 0, saturation: 0 })]);
  none.forEach((v, i) => expect(v).toBeCloseTo(inside[i] ?? NaN, 5));
  for (let seed = 0; seed < 100; seed++) {
    const strong = changed(
      inside,
      [3, 4, 4],
      [randAugment({ count: 3, magnitude: 30 }), colorJitter({ brightness: 1 })],
      seed,
    );
    strong.forEach((v, i) => {
      const c = Math.floor(i / 16);
      expect(v).toBeGreaterThanOrEqual((low[c] ?? 0) - 1e-5);
      expect(v).toBeLessThanOrEqual((high[c] ?? 0) + 1e-5);
    });
  }
});

test('randAugment draws all of its fourteen changes', () => {
  // Each seed is one change of full strength; distinct results of an uneven picture count how many there are, signs included.
  const picture = Array.from({ length: 3 * 64 }, (_, i) => Math.sin(i) * 1.2);
  const seen = new Set(
    Array.from({ length: 300 }, (_, seed) =>
      changed(picture, [3, 8, 8], [randAugment({ count: 1, magnitude: 20 })], seed)
        .map((v) => v.toFixed(4))
        .join(),
    ),
  );
  // Identity, posterize, solarize, autocontrast, equalize: one result each; nine signed changes: two each.
  expect(seen.size).toBe(5 + 9 * 2);
});

test('noise has the spread that was asked for', () => {
  const noisy = changed(Array<number>(4000).fill(1), [1, 40, 100], [noise(0.5)]);
  const mean = noisy.reduce((a, b) => a + b / 4000, 0);
  const spread = Math.sqrt(noisy.reduce((a, b) => a + (b - mean) ** 2 / 4000, 0));
  expect(Math.abs(mean - 1)).toBeLessThan(0.05); // 6 · 0.5/√4000
  expect(Math.abs(spread - 0.5)).toBeLessThan(0.04); // 6 · 0.5/√8000
});

test('mixup mixes each row with its partner by one share', () => {
  const rows = Float32Array.of(1, 10, 2, 20, 3, 30);
  const { partners, own } = mixup({ alpha: 1 }).apply(rows, 3, [2], createRng(4));
  expect([...partners].sort()).toEqual([0, 1, 2]);
  partners.forEach((partner, row) => {
    const expected = own * (row + 1) + (1 - own) * (partner + 1);
    expect(rows[2 * row]).toBeCloseTo(expected, 5);
    expect(rows[2 * row + 1]).toBeCloseTo(10 * expected, 4);
  });
});

test('shares of mixup follow Beta(α, α)', () => {
  for (const alpha of [0.2, 1, 3]) {
    const draws = Array.from(
      { length: 4000 },
      (_, i) => mixup({ alpha }).apply(new Float32Array(1), 1, [1], createRng(`${alpha}/${i}`)).own,
    );
    const mean = draws.reduce((a, b) => a + b / draws.length, 0);
    const variance = draws.reduce((a, b) => a + (b - mean) ** 2 / draws.length, 0);
    const expected = 1 / (4 * (2 * alpha + 1)); // variance of Beta(α, α)
    expect(Math.abs(mean - 0.5)).toBeLessThan(6 * Math.sqrt(expected / draws.length));
    // The variance of (x − ½)² is at most ¼ of its mean.
    expect(Math.abs(variance - expected)).toBeLessThan(6 * Math.sqrt(expected / 4 / draws.length));
  }
});

test('cutMix puts in a rectangle whose area is the share of the partner', () => {
  for (let seed = 0; seed < 50; seed++) {
    const rows = Float32Array.from({ length: 3 * 2 * 64 }, (_, i) => Math.floor(i / 128)); // row k is all k, 2 × 8 × 8
    const { partners, own } = cutMix().apply(rows, 3, [2, 8, 8], createRng(seed));
    partners.forEach((partner, row) => {
      const plane = rows.subarray(row * 128, row * 128 + 64);
      const kept = plane.filter((v) => v === row).length / 64;
      expect(kept).toBeCloseTo(partner === row ? 1 : own, 6);
      expect([...rows.subarray(row * 128 + 64, row * 128 + 128)]).toEqual([...plane]);
    });
  }
});

test('the same stream gives the same picture, another one another', () => {
  const chain = [flip(), paddedCrop(2), rotate(), colorJitter(), cutout(3), randAugment()];
  const picture = Array.from({ length: 3 * 64 }, (_, i) => Math.sin(i));
  expect(changed(picture, [3, 8, 8], chain, 7)).toEqual(changed(picture, [3, 8, 8], chain, 7));
  expect(changed(picture, [3, 8, 8], chain, 7)).not.toEqual(changed(picture, [3, 8, 8], chain, 8));
});

test('changes of images are refused for rows that are none, and bad strengths where they are written', () => {
  const table = { kind: 'table', columns: [] } as const;
  expect(() => createAugmenter([rotate()], [7], table)).toThrow(
    'augment: rotate changes images [channels, height, width], but a row of this data set has the shape [7].',
  );
  expect(() => cutout(0)).toThrow('cutout: size must be a number >= 1; got 0.');
  expect(() => flip({ chance: 2 })).toThrow('flip: chance must be a number in [0, 1]; got 2.');
  expect(() => randAugment({ magnitude: 31 })).toThrow('magnitude must be a number in [0, 30]; got 31.');
  expect(() => mixup({ alpha: 0 })).toThrow('mixup: alpha must be a number >= 0.001; got 0.');
});

test('the picture of augmented samples shows each sample as it is, then changed', () => {
  const rng: Rng = createRng(3);
  const x = Uint8Array.from({ length: 4 * 36 }, () => rng.int(0, 255));
  const dataset = fromArrays({
    name: 'p',
    inputShape: [1, 6, 6],
    x,
    y: [0, 1, 0, 1],
    labels: ['a', 'b'],
    normalize: 'standardize',
  });
  const png = PNG.sync.read(
    augmentedSamplesPng({ dataset, augment: [flip({ chance: 1 })], rows: Int32Array.of(2, 3), copies: 1, zoom: 1 }),
  );
  expect([png.width, png.height]).toEqual([6 + 2 + 6, 6 + 2 + 6]);
  const at = (row: number, column: number): number => png.data[(row * 14 + column) * 4] ?? -1;
  for (let y = 0; y < 6; y++) {
    for (let c = 0; c < 6; c++) {
      expect(at(y, c)).toBe(x[2 * 36 + y * 6 + c]);
      expect(at(y + 8, 8 + c)).toBe(x[3 * 36 + y * 6 + (5 - c)]);
    }
  }
});
