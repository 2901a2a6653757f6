import { expect, test } from 'vitest';
import { createRng } from '#math';
import type { PairPreprocessing, TextPreprocessing } from '../dataset.ts';
import { type Augmentation, createAugmenter } from './augmentation.ts';
import { flip } from './geometry.ts';
import { noise } from './noise.ts';
import { randomMask, tokenDropout } from './tokens.ts';

const text: TextPreprocessing = { kind: 'text', column: 'text', length: 8, words: [...'abcdefgh'] };
const pair: PairPreprocessing = {
  kind: 'pair',
  sourceLength: 4,
  targetLength: 4,
  sourceWords: [...'abcdefgh'],
  targetWords: ['<start>', '<end>', ...'abcdef'],
};

function changed(
  row: readonly number[],
  chain: readonly Augmentation[],
  seed = 1,
  preprocessing: TextPreprocessing | PairPreprocessing = text,
): number[] {
  const values = Float32Array.from(row);
  createAugmenter(chain, [row.length], preprocessing).apply(values, Int32Array.of(0), () => createRng(seed));
  return [...values];
}
const row = [2, 3, 4, 5, 6, 0, 0, 0];
const SEEDS = 2000;
const results = (chain: Augmentation[]): number[][] =>
  Array.from({ length: SEEDS }, (_, seed) => changed(row, chain, seed));

test('tokenDropout leaves tokens out, keeps the order of the others and pads behind them', () => {
  const left = results([tokenDropout(0.3)]).map((values) => {
    const kept = values.filter((v) => v !== 0);
    expect(kept.length).toBeGreaterThan(0);
    expect(values).toEqual([...kept, ...Array<number>(8 - kept.length).fill(0)]);
    expect(kept).toEqual(row.filter((v) => v !== 0 && kept.includes(v)));
    return kept.length;
  });
  const total = left.reduce((a, b) => a + b, 0);
  // 10,000 tokens, 7,000 kept with a standard deviation of √2,100 = 46 (and a handful of rows that kept one of none): six of them.
  expect(Math.abs(total - 0.7 * 5 * SEEDS)).toBeLessThan(280);
  expect(changed(row, [tokenDropout(0)])).toEqual(row);
});

test('a text that would lose all of its tokens keeps one, each as often as any', () => {
  const counts = new Map<number, number>();
  for (const values of results([tokenDropout(1)])) {
    expect(values.slice(1)).toEqual(Array<number>(7).fill(0));
    counts.set(values[0] ?? 0, (counts.get(values[0] ?? 0) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual([2, 3, 4, 5, 6]);
  // 400 each with a standard deviation of √320 = 18: six of them.
  for (const count of counts.values()) expect(Math.abs(count - 400)).toBeLessThan(108);
});

test('randomMask makes tokens unknown where they stand, and never padding', () => {
  const masked = results([randomMask(0.3)]).map((values) => {
    values.forEach((v, i) => expect([row[i], row[i] === 0 ? 0 : 1]).toContain(v));
    return values.filter((v) => v === 1).length;
  });
  // Binomial(10,000, 0.3), six standard deviations of 46.
  expect(Math.abs(masked.reduce((a, b) => a + b, 0) - 0.3 * 5 * SEEDS)).toBeLessThan(276);
  expect(changed(row, [randomMask(1)])).toEqual([1, 1, 1, 1, 1, 0, 0, 0]);
});

test('of a pair only the source is changed', () => {
  const both = [2, 3, 4, 0, 2, 5, 6, 0];
  expect(changed(both, [randomMask(1)], 1, pair)).toEqual([1, 1, 1, 0, 2, 5, 6, 0]);
  const dropped = changed(both, [tokenDropout(1)], 1, pair);
  expect(dropped.slice(1)).toEqual([0, 0, 0, 2, 5, 6, 0]);
});

test('a text without tokens stays as it is, a full one may be changed to its end', () => {
  const empty = Array<number>(8).fill(0);
  expect(changed(empty, [tokenDropout(0.5), randomMask(1)])).toEqual(empty);
  expect(changed([2, 3, 4, 5, 6, 7, 8, 9], [randomMask(1)])).toEqual(Array<number>(8).fill(1));
});

test('the same stream gives the same text, another one another', () => {
  const chain = [tokenDropout(0.4), randomMask(0.4)];
  expect(changed(row, chain, 7)).toEqual(changed(row, chain, 7));
  expect(new Set(results(chain).map(String)).size).toBeGreaterThan(50);
});

test('what changes numbers is refused for texts, what changes texts for numbers, and bad rates where they are written', () => {
  expect(() => createAugmenter([noise()], [8], text)).toThrow(
    'augment: noise changes numbers, but this data set has the numbers of words.',
  );
  expect(() => createAugmenter([flip()], [8], pair)).toThrow('augment: flip changes numbers, but');
  expect(() => createAugmenter([tokenDropout()], [7], { kind: 'table', columns: [] })).toThrow(
    'augment: tokenDropout changes texts, but a row of this data set has the shape [7] and no words.',
  );
  expect(() => tokenDropout(1.5)).toThrow('tokenDropout: rate must be a number in [0, 1]; got 1.5.');
  expect(() => randomMask(NaN)).toThrow('randomMask: rate must be a number in [0, 1]; got NaN.');
});
