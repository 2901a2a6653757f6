import { expect, test } from 'vitest';
import { imageSet, type ImageRows, type Normalization } from './image-set.ts';

/** Two 2-channel 1 × 2 images, one label byte before each row as in CIFAR files. */
const rows: ImageRows = {
  bytes: Uint8Array.of(9, 0, 255, 10, 30, 9, 255, 255, 20, 20, 9, 7, 7, 7, 7),
  offset: 1,
  stride: 5,
  targets: Int32Array.of(0, 1, 1),
};
const make = (normalize?: Normalization) =>
  imageSet({
    name: 'tiny',
    description: '',
    task: { kind: 'classification', classes: 2, labels: ['a', 'b'] },
    shape: [2, 1, 2],
    train: rows,
    test: null,
    normalize,
  });

test('mean and std come from the training rows alone, per channel', () => {
  const { preprocessing } = make().fit(Int32Array.of(0, 1));
  if (preprocessing.kind !== 'image') throw new Error('images');
  // channel 0: 0 255 255 255 → mean 191.25, variance 191.25² · 1/4 + 63.75² · 3/4 = 12192.1875, std 110.4182…
  // channel 1: 10 30 20 20 → mean 20, variance (100 + 100) / 4 = 50
  expect(preprocessing.mean?.map((m) => m * 255)).toEqual([expect.closeTo(191.25, 9), expect.closeTo(20, 9)]);
  expect(preprocessing.std?.map((s) => s * 255)).toEqual([
    expect.closeTo(Math.sqrt(12192.1875), 9),
    expect.closeTo(Math.sqrt(50), 9),
  ]);
});

test('read writes the asked rows one after the other as (v / 255 − mean) / std', () => {
  const dataset = make();
  const encoder = dataset.fit(Int32Array.of(0, 1));
  const into = new Float32Array(8);
  encoder.read(dataset.train, Int32Array.of(2, 0), into);
  const std0 = Math.sqrt(12192.1875);
  const std1 = Math.sqrt(50);
  const expected = [
    ...[7, 7].map((v) => (v - 191.25) / std0),
    ...[7, 7].map((v) => (v - 20) / std1),
    ...[0, 255].map((v) => (v - 191.25) / std0),
    ...[10, 30].map((v) => (v - 20) / std1),
  ];
  // float32 rounding: 2⁻²⁴ relative, largest value about 2
  expected.forEach((value, i) => expect(into[i]).toBeCloseTo(value, 6));
});

test('"unit" divides by 255 and "none" leaves the bytes', () => {
  const into = new Float32Array(4);
  const unit = make('unit');
  unit.fit(Int32Array.of(0)).read(unit.train, Int32Array.of(0), into);
  expect([...into]).toEqual([0, 1, Math.fround(10 / 255), Math.fround(30 / 255)]);
  const none = make('none');
  none.fit(Int32Array.of(0)).read(none.train, Int32Array.of(0), into);
  expect([...into]).toEqual([0, 255, 10, 30]);
});

test('a constant channel is centred and not divided by zero', () => {
  const dataset = make();
  const into = new Float32Array(4);
  dataset.fit(Int32Array.of(2)).read(dataset.train, Int32Array.of(2), into);
  expect([...into]).toEqual([0, 0, 0, 0].map(() => expect.closeTo(0, 6) as number));
});

test('a split of another set is refused', () => {
  const dataset = make();
  const encoder = dataset.fit(Int32Array.of(0));
  expect(() => encoder.read(make().train, Int32Array.of(0), new Float32Array(4))).toThrow(
    /internal: a split of another/,
  );
});
