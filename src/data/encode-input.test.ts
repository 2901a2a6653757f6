import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadCsv } from './csv.ts';
import type { Preprocessing } from './dataset.ts';
import { encodeInput, readRecords } from './encode-input.ts';
import { fromArrays } from './from-arrays.ts';
import { loadImageFolder } from './image-folder.ts';

let root = '';
beforeAll(async () => (root = await mkdtemp(join(tmpdir(), 'attune-encode-'))));
afterAll(() => rm(root, { recursive: true, force: true }));

const png = (width: number, height: number, seed: number): Buffer => {
  const image = new PNG({ width, height });
  for (let p = 0; p < width * height; p++) image.data.set([(p * seed) % 256, (p * 7) % 256, seed, 255], 4 * p);
  return PNG.sync.write(image);
};
/** What goes into a bundle is JSON. */
const throughJson = (preprocessing: Preprocessing) => JSON.parse(JSON.stringify(preprocessing)) as Preprocessing;

test('an image file is encoded to the bit as its training row was', async () => {
  const { mkdir } = await import('node:fs/promises');
  for (const [label, seed] of [
    ['a', 11],
    ['b', 23],
  ] as const) {
    await mkdir(join(root, 'set', label), { recursive: true });
    await writeFile(join(root, 'set', label, '1.png'), png(5, 4, seed));
  }
  const dataset = await loadImageFolder({ images: join(root, 'set'), test: 0 });
  const encoder = dataset.fit(Int32Array.of(0, 1));
  const row = new Float32Array(60);
  encoder.read(dataset.train, Int32Array.of(1), row);
  expect(await encodeInput(throughJson(encoder.preprocessing), png(5, 4, 23))).toEqual(row);
});

test('an image of another size is refused with both sizes, unless the set was resized', async () => {
  const preprocessing: Preprocessing = { kind: 'image', channels: 1, height: 28, width: 28, scale: 1 / 255 };
  await expect(encodeInput(preprocessing, png(30, 20, 3), 'seven.png')).rejects.toThrow(
    /seven\.png is 20 × 30 pixels \(height × width\), this model takes 28 × 28/,
  );
  await expect(encodeInput(preprocessing, { a: 1 })).rejects.toThrow(/takes images/);
});

test('a table row is encoded to the bit as its training row was, whether its cells are texts or values', async () => {
  const csv = join(root, 'rows.csv');
  await writeFile(csv, 'a,flag,c,y\n1.25,1,red,no\n,0,blue,yes\n4,1,,no\n-3,0,red,yes\n');
  const dataset = await loadCsv({ csv, target: 'y', test: 0, categorical: ['flag'] });
  const encoder = dataset.fit(Int32Array.of(0, 1, 2, 3));
  const preprocessing = throughJson(encoder.preprocessing);
  const width = dataset.inputShape[0] ?? 0;
  const rows = new Float32Array(4 * width);
  encoder.read(dataset.train, Int32Array.of(0, 1, 2, 3), rows);
  const records = await readRecords(csv);
  expect(records.map(({ line }) => line)).toEqual([2, 3, 4, 5]);
  for (const [k, { record }] of records.entries()) {
    expect(await encodeInput(preprocessing, record)).toEqual(rows.slice(k * width, (k + 1) * width));
  }
  expect(await encodeInput(preprocessing, { a: 1.25, flag: 1, c: 'red' })).toEqual(rows.slice(0, width));
  expect(await encodeInput(preprocessing, { a: null, flag: '0.0', c: 'blue', more: 'ignored' })).toEqual(
    rows.slice(width, 2 * width),
  );
});

test('a row that lacks a column or has a word for a number is refused by name', async () => {
  const preprocessing: Preprocessing = {
    kind: 'table',
    columns: [{ name: 'age', kind: 'number', mean: 0, std: 1, fill: 0, indicator: false }],
  };
  await expect(encodeInput(preprocessing, { agee: 1 }, 'new.csv, line 3')).rejects.toThrow(
    /new\.csv, line 3 has no column "age": did you mean "agee"/,
  );
  await expect(encodeInput(preprocessing, { age: 'old' })).rejects.toThrow(/column "age": "old" is not a number/);
  await expect(encodeInput(preprocessing, { age: Infinity })).rejects.toThrow(/is not a number/);
  expect(await encodeInput(preprocessing, { age: NaN })).toEqual(Float32Array.of(0)); // NaN is missing here as in files
  await expect(encodeInput(preprocessing, [1])).rejects.toThrow(/takes table rows/);
});

test('plain numbers are taken flat or nested and must be as many as the model takes', async () => {
  const dataset = fromArrays({
    name: 'n',
    inputShape: [2],
    x: Float32Array.of(1, 2, 3, 6),
    y: [0, 1],
    labels: ['a', 'b'],
    normalize: 'standardize',
  });
  const { preprocessing } = dataset.fit(Int32Array.of(0, 1)); // means 2 and 4, std 1 and 2
  expect(await encodeInput(preprocessing, [[3], [6]])).toEqual(Float32Array.of(1, 1));
  expect(await encodeInput(preprocessing, Float32Array.of(1, 4))).toEqual(Float32Array.of(-1, 0));
  await expect(encodeInput(preprocessing, [1, 2, 3])).rejects.toThrow(/holds 3 numbers, this model takes 2/);
  await expect(encodeInput(preprocessing, [1, NaN])).rejects.toThrow(/expected numbers/);
});
