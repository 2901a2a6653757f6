import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadImageFolder } from './image-folder.ts';

let root = '';
beforeAll(async () => (root = await mkdtemp(join(tmpdir(), 'attune-images-'))));
afterAll(() => rm(root, { recursive: true, force: true }));

const flat = (width: number, height: number, [r, g, b]: readonly [number, number, number]): Buffer => {
  const image = new PNG({ width, height });
  for (let p = 0; p < width * height; p++) image.data.set([r, g, b, 255], 4 * p);
  return PNG.sync.write(image);
};
/** Writes flat 3 × 2 images: path below root → colour. */
async function lay(
  name: string,
  files: Record<string, readonly [number, number, number] | Buffer | string>,
): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    const full = join(root, name, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, typeof content === 'string' || Buffer.isBuffer(content) ? content : flat(3, 2, content));
  }
  return join(root, name);
}
const gray = (v: number) => [v, v, v] as const;

test('train and test folders are read in the order of class and file name; R = G = B everywhere makes one channel', async () => {
  const images = await lay('parts', {
    'train/b/2.png': gray(40),
    'train/b/1.png': gray(30),
    'train/a/9.PNG': gray(20),
    'train/a/10.png': gray(10),
    'test/a/x.png': gray(50),
    'test/b/y.png': gray(60),
    'train/a/.hidden.png': 'x',
    'train/a/notes.txt': 'x',
  });
  const dataset = await loadImageFolder({ images, normalize: 'none' });
  expect(dataset.name).toBe('parts');
  expect(dataset.inputShape).toEqual([1, 2, 3]);
  expect(dataset.task).toEqual({ kind: 'classification', classes: 2, labels: ['a', 'b'] });
  const into = new Float32Array(4 * 6);
  dataset.fit(Int32Array.of(0)).read(dataset.train, Int32Array.of(0, 1, 2, 3), into);
  expect([0, 6, 12, 18].map((at) => into[at])).toEqual([10, 20, 30, 40]); // "10.png" < "9.PNG" by code unit
  expect([...dataset.train.targets, ...(dataset.test?.targets ?? [])]).toEqual([0, 0, 1, 1, 0, 1]);
  expect(dataset.train.ids?.(0)).toBe(join(images, 'train', 'a', '10.png'));
});

test('one coloured image makes the set coloured; gray ones get three equal planes', async () => {
  const images = await lay('mixed', { 'a/1.png': gray(7), 'b/1.png': [1, 2, 3] });
  const dataset = await loadImageFolder({ images, test: 0, normalize: 'none' });
  expect(dataset.inputShape).toEqual([3, 2, 3]);
  expect(dataset.test).toBeNull();
  const into = new Float32Array(2 * 18);
  dataset.fit(Int32Array.of(0)).read(dataset.train, Int32Array.of(0, 1), into);
  expect([0, 6, 12, 18, 24, 30].map((at) => into[at])).toEqual([7, 7, 7, 1, 2, 3]);
});

test('channels: 1 turns colour into luma', async () => {
  const images = await lay('luma', { 'a/1.png': gray(7), 'b/1.png': [10, 200, 77] });
  const dataset = await loadImageFolder({ images, test: 0, channels: 1, normalize: 'none' });
  const into = new Float32Array(6);
  dataset.fit(Int32Array.of(0)).read(dataset.train, Int32Array.of(1), into);
  expect(into[0]).toBe(129); // Pillow 9.4.0, see decode-image.test.ts
});

test('a folder without test part gives a fifth of each class, the same images each time', async () => {
  const files: Record<string, readonly [number, number, number]> = {};
  for (let i = 0; i < 10; i++) for (const label of ['x', 'y']) files[`${label}/${i}.png`] = gray(i);
  const images = await lay('plain', files);
  const [one, two] = [await loadImageFolder({ images }), await loadImageFolder({ images })];
  expect([one.train.size, one.test?.size]).toEqual([16, 4]);
  expect([...(one.test?.targets ?? [])]).toEqual([0, 0, 1, 1]);
  const names = (dataset: typeof one) => [0, 1, 2, 3].map((i) => dataset.test?.ids?.(i));
  expect(names(one)).toEqual(names(two));
  expect(one.profile().notes[0]).toMatch(/4 of the 20 training images were set aside/);
});

test('a validation folder becomes the validation rows of train', async () => {
  const images = await lay('val', {
    'train/a/1.png': gray(1),
    'train/b/1.png': gray(2),
    'val/a/1.png': gray(3),
    'val/b/1.png': gray(4),
    'test/b/1.png': gray(5),
    'extra/b/1.png': gray(5),
  });
  const dataset = await loadImageFolder({ images });
  expect([...(dataset.validation ?? [])]).toEqual([2, 3]);
  expect(dataset.train.ids?.(2)).toBe(join(images, 'val', 'a', '1.png'));
  expect(dataset.profile().rows).toEqual({ train: 2, validation: 2, test: 1 });
  expect(dataset.profile().notes).toEqual(['the folder "extra" is not used']);
});

test('class folders that are numbers are numbered by value', async () => {
  const images = await lay('numbers', { '10/1.png': gray(1), '9/1.png': gray(2), '0/1.png': gray(3) });
  expect((await loadImageFolder({ images, test: 0 })).task).toMatchObject({ labels: ['0', '9', '10'] });
});

test('links to class folders are followed', async () => {
  const images = await lay('links', { 'a/1.png': gray(1) });
  await lay('elsewhere', { '1.png': gray(2) });
  await symlink(join(root, 'elsewhere'), join(images, 'b'), 'dir');
  expect((await loadImageFolder({ images, test: 0 })).train.size).toBe(2);
});

test('the first image of another size is named with both sizes', async () => {
  const images = await lay('sizes', {
    'a/1.png': gray(1),
    'a/2.png': flat(3, 5, gray(1)),
    'b/1.png': flat(9, 9, gray(1)),
  });
  await expect(loadImageFolder({ images })).rejects.toThrow(
    /2\.png is 5 × 3 \(height × width\), expected 2 × 3 as .*1\.png.*`size`/,
  );
});

test('of several broken images the first in order is named', async () => {
  const images = await lay('broken', {
    'a/1.png': gray(1),
    'a/2.png': 'no image',
    'b/1.png': flat(3, 2, gray(1)).subarray(0, 40),
    'b/2.png': 'x',
  });
  await expect(loadImageFolder({ images })).rejects.toThrow(/a.2\.png is no JPEG or PNG image/);
});

test('folders that do not fit say what was expected', async () => {
  await expect(loadImageFolder({ images: join(root, 'nowhere') })).rejects.toThrow(/nowhere does not exist/);
  const one = await lay('single', { 'a/1.png': gray(1) });
  await expect(loadImageFolder({ images: one })).rejects.toThrow(
    /one folder of images per class, at least two; there is only "a"/,
  );
  const webp = await lay('webp', { 'a/1.png': gray(1), 'b/1.webp': 'x' });
  await expect(loadImageFolder({ images: webp })).rejects.toThrow(
    /b holds no \.jpg, \.jpeg or \.png file: there is 1\.webp/,
  );
  const strange = await lay('strange', {
    'train/cat/1.png': gray(1),
    'train/dog/1.png': gray(1),
    'test/cats/1.png': gray(1),
  });
  await expect(loadImageFolder({ images: strange })).rejects.toThrow(
    /cats is no class of the training images: did you mean "cat"/,
  );
  await expect(loadImageFolder({ images: one, size: 0 })).rejects.toThrow(/side length or \[height, width\]/);
});

const shared = process.env['ATTUNE_DATA_DIR'];
const archive = join(shared ?? '', 'cifar10', 'cifar10_jpeg.tar.xz');
describe.skipIf(shared === undefined || !existsSync(archive))('real JPEGs (skipped without ATTUNE_DATA_DIR)', () => {
  test('100 CIFAR-10 JPEGs of two classes load as colour, 32 × 32', async () => {
    const images = join(root, 'cifar');
    await mkdir(images);
    const pattern = ['train/cat/00[0-4]?.jpg', 'train/ship/00[0-4]?.jpg'];
    execFileSync('tar', ['-xJf', archive, '-C', images, '--wildcards', ...pattern]);
    const dataset = await loadImageFolder({ images });
    const count =
      (await readdir(join(images, 'train', 'cat'))).length + (await readdir(join(images, 'train', 'ship'))).length;
    expect(dataset.train.size + (dataset.test?.size ?? 0)).toBe(count);
    expect(dataset.inputShape).toEqual([3, 32, 32]);
    // natural photographs: no channel is black or white on the average
    for (const feature of dataset.profile().features) {
      if (feature.kind === 'number') expect(feature.mean > 60 && feature.mean < 200).toBe(true);
    }
  }, 60_000);
});
