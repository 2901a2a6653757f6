import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeInput } from './encode-input.ts';
import { loadDataset } from './registry.ts';
import { tokenize } from './tokenize.ts';

let root = '';
beforeAll(async () => (root = await mkdtemp(join(tmpdir(), 'attune-text-'))));
afterAll(() => rm(root, { recursive: true, force: true }));

async function file(name: string, lines: readonly string[]): Promise<string> {
  const path = join(root, name);
  await writeFile(path, lines.join('\n'));
  return path;
}

test('tokens are lower-case words, characters of Han, and signs by themselves', () => {
  expect(tokenize("It's Görgeous, 3rd take!  (Ok)")).toEqual([
    "it's",
    'görgeous',
    ',',
    '3rd',
    'take',
    '!',
    '(',
    'ok',
    ')',
  ]);
  expect(tokenize('很好 ok。')).toEqual(['很', '好', 'ok', '。']);
  expect(tokenize(' \t')).toEqual([]);
});

test('words are numbered by frequency in the training rows of the run, others and rare ones are unknown', async () => {
  const text = await file('a.tsv', [
    'label\ttext',
    '1\tgood good film',
    '0\tbad film film',
    '1\tgood bad zebra',
    '0\tlate late',
  ]);
  const dataset = await loadDataset({ text, target: 'label', test: 0, maxLength: 4 });
  expect(dataset.inputShape).toEqual([3]);
  expect(dataset.vocabulary).toBe(2 + 4); // film, good, bad, late occur twice or more
  const encoder = dataset.fit(Int32Array.of(0, 1, 2)); // without the row of late
  expect(encoder.preprocessing).toEqual({ kind: 'text', column: 'text', length: 3, words: ['film', 'good', 'bad'] });
  const rows = new Float32Array(6);
  encoder.read(dataset.train, Int32Array.of(2, 3), rows);
  expect([...rows]).toEqual([3, 4, 1, 1, 1, 0]);
  expect([...(await encodeInput(encoder.preprocessing, 'Good, FILM film film'))]).toEqual([3, 1, 2]);
  expect([...(await encodeInput(encoder.preprocessing, { text: 'bad', other: 1 }))]).toEqual([4, 0, 0]);
  await expect(encodeInput(encoder.preprocessing, 7)).rejects.toThrow('this model takes texts');
});

test('files of their own hold validation and test rows, and longer texts are cut', async () => {
  const text = await file('train.tsv', ['label\treview', 'no\ta a b b c c', 'yes\tb']);
  const validation = await file('dev.tsv', ['label\treview', 'yes\tc c']);
  const test = await file('test.tsv', ['label\treview', 'no\tb b']);
  const dataset = await loadDataset({ text, column: 'review', target: 'label', validation, test, maxLength: 4 });
  expect(dataset.task).toEqual({ kind: 'classification', classes: 2, labels: ['no', 'yes'] });
  expect([dataset.train.size, dataset.test?.size, [...(dataset.validation ?? [])]]).toEqual([3, 1, [2]]);
  expect(dataset.train.ids?.(2)).toBe(`${validation}, line 2`);
  const { features, notes, rows } = dataset.profile();
  expect(features).toEqual([{ name: 'review', kind: 'text', words: 3, medianTokens: 2, mostTokens: 6, missing: 0 }]);
  expect(notes).toEqual(['1 of 3 texts are longer than 4 tokens and are cut there']);
  expect(rows).toEqual({ train: 2, validation: 1, test: 1 });
});

test('columns that are not there and classes that training rows lack are named', async () => {
  const text = await file('b.tsv', ['label\ttext', '1\tx', '0\ty', '1\tx', '0\ty']);
  await expect(loadDataset({ text, target: 'lable' })).rejects.toThrow(
    /b\.tsv has no column "lable": did you mean "label"/,
  );
  await expect(loadDataset({ text, target: 'label', column: 'review' })).rejects.toThrow(/no column "review"/);
  const other = await file('c.tsv', ['label\ttext', '2\tx']);
  await expect(loadDataset({ text, target: 'label', test: other })).rejects.toThrow(
    /c\.tsv, line 2: the target "label" is "2", expected a class of the training rows \(0, 1\)/,
  );
  await expect(loadDataset({ text, target: 'label', maxLength: 0 })).rejects.toThrow(
    /maxLength must be a whole number/,
  );
  await expect(loadDataset({ text: other, target: 'label' })).rejects.toThrow(/1 classes in its column "label"/);
});

test('sst2 says where its files belong', async () => {
  await expect(loadDataset('sst2', { dataDirs: [root] })).rejects.toThrow(
    /"sst2" is not here and is not downloaded: put train\.tsv, dev\.tsv, test\.tsv, with the columns label and text, into .*sst2/,
  );
});
