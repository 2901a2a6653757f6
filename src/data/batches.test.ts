import { expect, test } from 'vitest';
import { createRng } from '#math';
import { batches } from './batches.ts';

const rows = Int32Array.from({ length: 10 }, (_, i) => i + 100);

test('the last batch is smaller and kept; without an rng the order stays', () => {
  expect([...batches(rows, 4)].map((batch) => [...batch])).toEqual([
    [100, 101, 102, 103],
    [104, 105, 106, 107],
    [108, 109],
  ]);
});

test('an rng shuffles a copy: every row once, in an order that follows the seed, the argument untouched', () => {
  const draw = (seed: number) => [...batches(rows, 3, createRng(seed))].flatMap((batch) => [...batch]);
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  expect(draw(1).sort()).toEqual([...rows]);
  expect(rows[0]).toBe(100);
});

test('a batch that was taken is not overwritten by later ones', () => {
  const iterator = batches(rows, 5, createRng(3));
  const first = iterator.next().value as Int32Array; // ten rows: there is a first batch
  const held = [...first];
  iterator.next();
  expect([...first]).toEqual(held);
});

test('batch sizes that are no whole number above 0 are refused', () => {
  for (const size of [0, -1, 2.5, NaN, Infinity]) expect(() => [...batches(rows, size)]).toThrow(/batch size/);
});
