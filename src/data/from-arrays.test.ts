import { expect, test } from 'vitest';
import { fromArrays } from './from-arrays.ts';

const labels = ['no', 'yes'];

test('float rows pass unchanged unless standardising is asked for', () => {
  const x = Float32Array.of(1, 10, 3, 30, 5, 50);
  const plain = fromArrays({ name: 'a', inputShape: [2], x, y: [0, 1, 1], labels });
  const into = new Float32Array(4);
  plain.fit(Int32Array.of(0)).read(plain.train, Int32Array.of(2, 0), into);
  expect([...into]).toEqual([5, 50, 1, 10]);

  const scaled = fromArrays({ name: 'a', inputShape: [2], x, y: [0, 1, 1], labels, normalize: 'standardize' });
  // rows 0 and 1: feature means 2 and 20, population std 1 and 10
  scaled.fit(Int32Array.of(0, 1)).read(scaled.train, Int32Array.of(2, 0), into);
  expect([...into]).toEqual([3, 3, -1, -1]);
});

test('bytes with a [C, H, W] shape are images', () => {
  const dataset = fromArrays({ name: 'b', inputShape: [1, 1, 2], x: Uint8Array.of(0, 255, 5, 5), y: [0, 1], labels });
  expect(dataset.fit(Int32Array.of(0, 1)).preprocessing).toMatchObject({
    kind: 'image',
    channels: 1,
    height: 1,
    width: 2,
  });
  expect(dataset.inputShape).toEqual([1, 1, 2]);
});

test('a named target makes it regression: one output, target scale of the training rows', () => {
  const dataset = fromArrays({
    name: 'c',
    inputShape: [1],
    x: Float32Array.of(1, 2, 3),
    y: [10, 20, 99],
    target: 'price',
  });
  expect(dataset.task).toEqual({ kind: 'regression', target: 'price' });
  expect(dataset.classes).toBe(1);
  expect(dataset.fit(Int32Array.of(0, 1)).targetScale).toEqual({ mean: 15, std: 5 });
  expect(dataset.train.targets).toBeInstanceOf(Float32Array);
});

test('wrong sizes, classes out of range and numbers that are not finite are refused with the place', () => {
  const make = (x: number[], y: number[]) => () =>
    fromArrays({ name: 'd', inputShape: [2], x: Float32Array.from(x), y, labels });
  expect(make([1, 2, 3], [0, 1])).toThrow(/x must hold 4 numbers; got 3/);
  expect(make([1, 2, 3, 4], [0, 2])).toThrow(/y\[1\] of train must be a class number from 0 to 1; got 2/);
  expect(make([1, 2, 3, 4], [0, NaN])).toThrow(/y\[1\]/);
  expect(make([1, 2, NaN, 4], [0, 1])).toThrow(
    'fromArrays("d"): x[2] of train, which is column 0 of sample 1, must be a finite number; got NaN.',
  );
  const pictures = Float32Array.from({ length: 2 * 2 * 3 * 4 }, (_, i) => (i === 24 + 12 + 7 ? Infinity : i));
  expect(() => fromArrays({ name: 'd', inputShape: [2, 3, 4], x: pictures, y: [0, 1], labels })).toThrow(
    'x[43] of train, which is the number at [1, 1, 3] of sample 1, must be a finite number; got Infinity.',
  );
  expect(make([], [])).toThrow(/0 targets/);
});
