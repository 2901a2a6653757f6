import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeInput } from './encode-input.ts';
import { targetTokens } from './pair-set.ts';
import { loadDataset } from './registry.ts';

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'attune-pairs-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const put = (name: string, lines: readonly string[]): string => {
  writeFileSync(join(dir, name), `${lines.join('\n')}\n`);
  return join(dir, name);
};

test('a row is the source and the target moved by one, and the target ends with END', async () => {
  const source = put('a.en', ['a dog', 'a cat .', 'a dog runs', 'dog cat cat']);
  const target = put('a.de', ['ein hund', 'eine katze .', 'ein hund', 'eine katze katze']);
  const set = await loadDataset({ pairs: [source, target], test: 0 });
  // S = 3 tokens; T = 3 and END. Words of at least two: a, cat, dog (3, 3, 3 times); eine, ein, hund (2 each), katze (3).
  expect([set.inputShape, set.task]).toEqual([[7], { kind: 'sequence', length: 4, vocabulary: 8 }]);
  expect(set.vocabulary).toBe(5);
  const encoder = set.fit(Int32Array.of(0, 1, 2, 3));
  const { preprocessing } = encoder;
  if (preprocessing.kind !== 'pair') throw new Error('no pairs');
  expect(preprocessing.sourceWords).toEqual(['a', 'cat', 'dog']);
  expect(preprocessing.targetWords).toEqual(['<start>', '<end>', 'katze', 'ein', 'eine', 'hund']);
  const [x, y] = [new Float32Array(14), new Int32Array(8)];
  encoder.read(set.train, Int32Array.of(1, 3), x);
  encoder.readTargets?.(set.train, Int32Array.of(1, 3), y);
  // Numbers: 0 padding, 1 unknown, 2 start, 3 end, then katze 4, ein 5, eine 6, hund 7; the sources' a 2, cat 3, dog 4.
  expect([...x]).toEqual([...[2, 3, 1], ...[2, 6, 4, 1], ...[4, 3, 3], ...[2, 6, 4, 4]]);
  expect([...y]).toEqual([...[6, 4, 1, 3], ...[6, 4, 4, 3]]);
  const short = new Float32Array(7);
  encoder.read(set.train, Int32Array.of(0), short);
  expect([...short]).toEqual([...[2, 4, 0], ...[2, 5, 7, 0]]); // END is never fed
  expect(targetTokens(preprocessing, [6, 1, 3, 4])).toEqual(['eine', '<unknown>']);
  expect([...(await encodeInput(preprocessing, 'A cat'))]).toEqual([2, 3, 0, 2, 0, 0, 0]);
});

test('longer texts are cut, and a cut target has no END', async () => {
  const long = 'a b c d e f g h';
  const set = await loadDataset({
    pairs: put('p.tsv', [`${long}\t${long}`, `${long}\t${long}`]),
    test: 0,
    maxLength: 5,
  });
  const encoder = set.fit(Int32Array.of(0, 1));
  const [x, y] = [new Float32Array(10), new Int32Array(5)];
  encoder.read(set.train, Int32Array.of(0), x);
  encoder.readTargets?.(set.train, Int32Array.of(0), y);
  expect([...x]).toEqual([2, 3, 4, 5, 6, 2, 4, 5, 6, 7]);
  expect([...y]).toEqual([4, 5, 6, 7, 8]);
  expect(set.profile().notes).toEqual(['2 of 2 targets are longer than 4 tokens and are cut there']);
});

test('translations of one sentence are held out together', async () => {
  const lines = Array.from({ length: 60 }, (_, i) => `sentence ${i % 20}\tsatz ${i}`);
  const set = await loadDataset({ pairs: put('p.tsv', lines), test: 0.25 });
  const sources = (split: typeof set.train | null): Set<number> =>
    new Set(
      Array.from(
        { length: split?.size ?? 0 },
        (_, i) => (Number(/line (\d+)/.exec(split?.ids?.(i) ?? '')?.[1]) - 1) % 20,
      ),
    );
  expect([set.train.size, set.test?.size]).toEqual([45, 15]);
  const train = sources(set.train);
  expect([...sources(set.test)].filter((source) => train.has(source))).toEqual([]);
});

test('files that are no pairs are said with line and file', async () => {
  const two = [put('a', ['x', 'y']), put('b', ['x'])] as const;
  await expect(loadDataset({ pairs: two })).rejects.toThrow('has 2 lines and');
  await expect(loadDataset({ pairs: put('c', ['x\ty', 'x']) })).rejects.toThrow(
    'c, line 2 has 1 cells, expected a source, a tab and a target.',
  );
  await expect(loadDataset({ pairs: join(dir, 'nothing') })).rejects.toThrow('does not exist or cannot be read.');
  await expect(loadDataset({ pairs: put('d', ['x\ty']), maxLength: 2 })).rejects.toThrow(
    'dataset.maxLength must be a whole number of at least 5; got 2.',
  );
});
