import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchCifar10, findCifar10, readCifar10 } from './cifar10.ts';
import { imageSet } from './image-set.ts';

const NAMES = [1, 2, 3, 4, 5].map((k) => `data_batch_${k}.bin`).concat('test_batch.bin');
const ROW = 3073;
const rowsPerFile = 3;
let root = '';
beforeAll(async () => (root = await mkdtemp(join(tmpdir(), 'attune-cifar-'))));
afterAll(() => rm(root, { recursive: true, force: true }));

/** Six small files in the official form: the label of row r of file f is (f + r) % 10, its first red, green and blue bytes are 10 f + r, 100, 200. */
async function smallSet(name: string): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder, { recursive: true });
  for (const [f, file] of NAMES.entries()) {
    const bytes = new Uint8Array(rowsPerFile * ROW);
    for (let r = 0; r < rowsPerFile; r++) bytes.set([(f + r) % 10, 10 * f + r], r * ROW);
    for (let r = 0; r < rowsPerFile; r++) {
      bytes[r * ROW + 1 + 1024] = 100;
      bytes[r * ROW + 1 + 2048] = 200;
    }
    await writeFile(join(folder, file), bytes);
  }
  return folder;
}

test('rows come in the order of the files, label first, then planes of red, green and blue', async () => {
  const dataset = await readCifar10(await smallSet('order'), { rowsPerFile, normalize: 'none' });
  expect([...dataset.train.targets]).toEqual([0, 1, 2, 1, 2, 3, 2, 3, 4, 3, 4, 5, 4, 5, 6]);
  expect([...(dataset.test?.targets ?? [])]).toEqual([5, 6, 7]);
  expect(dataset.inputShape).toEqual([3, 32, 32]);
  const into = new Float32Array(3072);
  dataset.fit(Int32Array.of(0)).read(dataset.train, Int32Array.of(7), into); // file 2, row 1
  expect([into[0], into[1024], into[2048], into[1]]).toEqual([21, 100, 200, 0]);
  expect(dataset.train.ids?.(7)).toBe('data_batch_3.bin row 1');
});

test('a file that is cut off is named, with its size, the size expected and the row in which it ends', async () => {
  const folder = await smallSet('cut');
  await truncate(join(folder, 'data_batch_4.bin'), ROW + 100);
  await expect(readCifar10(folder, { rowsPerFile })).rejects.toThrow(
    /data_batch_4\.bin has 3,173 bytes, expected 9,219 \(3 rows of 3,073\): it ends in row 1/,
  );
});

test('a file that is too long is named', async () => {
  const folder = await smallSet('long');
  await writeFile(join(folder, 'test_batch.bin'), new Uint8Array(4 * ROW));
  await expect(readCifar10(folder, { rowsPerFile })).rejects.toThrow(
    /test_batch\.bin has 12,292 bytes, expected 9,219.*too long/,
  );
});

test('a label above 9 is named by file, row and byte', async () => {
  const folder = await smallSet('label');
  const path = join(folder, 'data_batch_2.bin');
  const bytes = await readFile(path);
  bytes[2 * ROW] = 23;
  await writeFile(path, bytes);
  await expect(readCifar10(folder, { rowsPerFile })).rejects.toThrow(
    /data_batch_2\.bin: row 2 \(byte 6146\) has label 23, expected 0 to 9/,
  );
});

test('files are found in DIR/cifar10 and in DIR/cifar10/cifar-10-batches-bin of any data folder', async () => {
  const plain = await smallSet('a/cifar10');
  const unpacked = await smallSet('b/cifar10/cifar-10-batches-bin');
  expect(await findCifar10([join(root, 'nothing'), join(root, 'a')])).toBe(plain);
  expect(await findCifar10([join(root, 'b'), join(root, 'a')])).toBe(unpacked);
  expect(await findCifar10([join(root, 'nothing')])).toBeNull();
});

test('a folder that lacks one of the files is an error that names it', async () => {
  const folder = await smallSet('part/cifar10');
  await rm(join(folder, 'data_batch_3.bin'));
  await expect(findCifar10([join(root, 'part')])).rejects.toThrow(/data_batch_3\.bin is missing/);
});

test('offline, the message says what is missing and where to put it', async () => {
  const dir = join(root, 'empty');
  const asked = fetchCifar10({ dataDirs: [dir], offline: true });
  await expect(asked).rejects.toThrow(/data_batch_1\.bin … data_batch_5\.bin and test_batch\.bin/);
  await expect(fetchCifar10({ dataDirs: [dir], offline: true })).rejects.toThrow(join(dir, 'cifar10'));
});

test('a server that cannot be reached ends in the same advice', async () => {
  const archive = { url: 'http://127.0.0.1:9/cifar.tar.gz', sha256: '', files: [] }; // port 9 (discard): nobody listens, or fetch refuses it
  const asked = fetchCifar10({ dataDirs: [join(root, 'unreachable')], archive });
  await expect(asked).rejects.toThrow(/is not on this machine.*failed.*Unpack http:\/\/127\.0\.0\.1:9/);
});

const shared = process.env['ATTUNE_DATA_DIR'];
const lossless = shared === undefined ? '' : join(shared, 'cifar10', 'lossless_train_3400.bin');
describe.skipIf(shared === undefined)('real CIFAR-10 rows (skipped without ATTUNE_DATA_DIR)', () => {
  test('real rows in this form have the known channel means and deviations', async () => {
    const bytes = new Uint8Array(await readFile(lossless));
    const rows = bytes.length / ROW;
    const targets = Int32Array.from({ length: rows }, (_, i) => bytes[i * ROW] ?? 0);
    const dataset = imageSet({
      name: 'lossless',
      description: '',
      task: { kind: 'classification', classes: 10, labels: [] },
      shape: [3, 32, 32],
      train: { bytes, offset: 1, stride: ROW, targets },
      test: null,
    });
    const { preprocessing } = dataset.fit(Int32Array.from({ length: rows }, (_, i) => i));
    if (preprocessing.kind !== 'image') throw new Error('images');
    // Published over all 50,000: mean .4914 .4822 .4465, std .2470 .2435 .2616. The mean of one image spreads by about .13 between images,
    // so the mean over 3,400 has a standard error of .0022; 0.01 is more than four of them.
    const near = (got: readonly number[] | undefined, published: readonly number[]) =>
      published.forEach((value, c) => expect(Math.abs((got?.[c] ?? 0) - value)).toBeLessThan(0.01));
    near(preprocessing.mean, [0.4914, 0.4822, 0.4465]);
    near(preprocessing.std, [0.247, 0.2435, 0.2616]);
    expect(new Set(targets).size).toBe(10);
  });
});
