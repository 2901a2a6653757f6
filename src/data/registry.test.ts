import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchDataset, listDatasets, loadDataset, type DatasetSpec } from './registry.ts';

let root = '';
beforeAll(async () => (root = await mkdtemp(join(tmpdir(), 'attune-registry-'))));
afterAll(() => rm(root, { recursive: true, force: true }));

test('an unknown name is answered with near ones and all there are', async () => {
  const asked = loadDataset('cifar-10', { dataDirs: [root] });
  await expect(asked).rejects.toThrow(
    /no data set "cifar-10": did you mean "cifar10"\? Known: "digits", "cifar10", "sst2"/,
  );
  await expect(fetchDataset('digit', { dataDirs: [root] })).rejects.toThrow(/did you mean "digits"/);
});

test('the list tells where the files of each set are and what brings them', async () => {
  const list = await listDatasets([root]);
  expect(list.map(({ name, path }) => [name, path !== null])).toEqual([
    ['digits', true], // a devDependency of this repository
    ['cifar10', false],
    ['sst2', false],
  ]);
  expect(list[1]?.fetch).toContain('attune data fetch cifar10');
});

test('options stand beside a name', async () => {
  const dataset = await loadDataset({ name: 'digits', normalize: 'unit' });
  expect(dataset.fit(Int32Array.of(0)).preprocessing).toEqual({
    kind: 'image',
    channels: 1,
    height: 28,
    width: 28,
    scale: 1 / 255,
  });
});

test('a folder of images in a data folder goes by its name, and any folder by its path', async () => {
  for (const label of ['cat', 'dog']) {
    await mkdir(join(root, 'pets', label), { recursive: true });
    for (const i of [1, 2, 3])
      await writeFile(join(root, 'pets', label, `${i}.png`), PNG.sync.write(new PNG({ width: 2, height: 2 })));
  }
  expect((await loadDataset('pets', { dataDirs: [root] })).task).toMatchObject({ labels: ['cat', 'dog'] });
  expect((await loadDataset(join(root, 'pets'), { dataDirs: [] })).name).toBe('pets');
  expect((await loadDataset({ images: join(root, 'pets'), name: 'friends' })).name).toBe('friends');
});

test('a CSV file by name asks for the target', async () => {
  await expect(loadDataset('loans.csv', { dataDirs: [root] })).rejects.toThrow(/\{ csv: "loans\.csv", target: "…" \}/);
});

test('a data set that was made elsewhere is taken as it is', async () => {
  const digits = await loadDataset('digits');
  expect(await loadDataset(digits)).toBe(digits);
});

test('specs with unknown keys or wrong values, as from a YAML file, are refused by key', async () => {
  const load = (spec: unknown) => loadDataset(spec as DatasetSpec, { dataDirs: [root] }); // wrong on purpose
  await expect(load({ csv: 'a.csv', taget: 'y' })).rejects.toThrow(/no option "taget": did you mean "target"/);
  await expect(load({ csv: 'a.csv' })).rejects.toThrow(/needs the column to predict/);
  await expect(load({ csv: 'a.csv', target: 'y', task: 'clustering' })).rejects.toThrow(
    /dataset\.task must be 'classification' or 'regression'; got "clustering"/,
  );
  await expect(load({ csv: 'a.csv', target: 'y', test: 1 })).rejects.toThrow(/dataset\.test must be/);
  await expect(load({ images: 'dir', channels: 2 })).rejects.toThrow(/dataset\.channels must be 1 or 3; got 2/);
  await expect(load({ name: 'digits', normalize: 'zscore' })).rejects.toThrow(/dataset\.normalize must be/);
  await expect(load({ folder: 'x' })).rejects.toThrow(/A data set is a name/);
  await expect(load('')).rejects.toThrow(/A data set is a name/);
  await expect(load(7)).rejects.toThrow(/got 7/);
});
