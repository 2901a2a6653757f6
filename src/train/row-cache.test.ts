import { expect, test } from 'vitest';
import { type Encoder, fromArrays } from '#data';
import { cacheRows } from './row-cache.ts';

const dataset = fromArrays({
  name: 'steps',
  inputShape: [2],
  x: Float32Array.from({ length: 20 }, (_, i) => i),
  y: Array.from({ length: 10 }, (_, i) => i % 2),
  labels: ['even', 'odd'],
  test: { x: Float32Array.of(-1, -2), y: [0] },
  normalize: 'standardize',
});
const encoder = dataset.fit(Int32Array.of(0, 1, 2, 3));

/** Counts the rows that are really encoded. */
function counting(): { encoder: Encoder; encoded: () => number } {
  let count = 0;
  const read: Encoder['read'] = (split, indices, into) => {
    count += indices.length;
    encoder.read(split, indices, into);
  };
  return { encoder: { ...encoder, read }, encoded: () => count };
}

test('rows are those of the encoder, whatever the order, and are encoded once', () => {
  const { encoder: counted, encoded } = counting();
  const cached = cacheRows(counted, dataset.train, 2);
  for (const rows of [[3, 1], [1, 3, 7, 7], [0, 9, 3], [9]]) {
    const [got, wanted] = [new Float32Array(rows.length * 2), new Float32Array(rows.length * 2)];
    cached.read(dataset.train, Int32Array.from(rows), got);
    encoder.read(dataset.train, Int32Array.from(rows), wanted);
    expect(got).toEqual(wanted);
  }
  expect(encoded()).toBe(6); // 3 1, 7 7, 0 9: a row asked for twice in one batch is encoded twice
});

test('another split passes through, and so does one that would not fit', () => {
  if (!dataset.test) throw new Error('made with a test split');
  const [got, wanted] = [new Float32Array(2), new Float32Array(2)];
  cacheRows(encoder, dataset.train, 2).read(dataset.test, Int32Array.of(0), got);
  encoder.read(dataset.test, Int32Array.of(0), wanted);
  expect(got).toEqual(wanted);
  expect(cacheRows(encoder, { ...dataset.train, size: 50000 }, 3072)).toBe(encoder);
});
