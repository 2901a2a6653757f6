import { mkdtemp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeFolder } from './folder.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'attune-folder-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const version = (n: number) => [
  { name: 'mark', content: `v${n}` },
  { name: `only${n}`, content: Uint8Array.of(n) },
];

test('writes a folder with its parents, and replaces an earlier one as a whole', async () => {
  const path = join(root, 'a', 'b', 'saved');
  await writeFolder(path, version(1), 'mark');
  expect((await readdir(path)).sort()).toEqual(['mark', 'only1']);
  await writeFolder(path, version(2), 'mark');
  expect((await readdir(path)).sort()).toEqual(['mark', 'only2']);
  expect(await readFile(join(path, 'mark'), 'utf8')).toBe('v2');
  expect(await readdir(join(root, 'a', 'b'))).toEqual(['saved']); // no sibling left
});

test('an empty folder is filled, one with other things in it is left alone', async () => {
  const empty = join(root, 'empty');
  await mkdir(empty);
  await writeFolder(empty, version(1), 'mark');
  expect(await readFile(join(empty, 'mark'), 'utf8')).toBe('v1');

  const foreign = join(root, 'foreign');
  await mkdir(foreign);
  await writeFile(join(foreign, 'thesis.doc'), 'years of work');
  await expect(writeFolder(foreign, version(1), 'mark')).rejects.toThrow('foreign exists and is not a bundle');
  expect(await readdir(foreign)).toEqual(['thesis.doc']);
});

test('a path that cannot be written is one sentence', async () => {
  const file = join(root, 'file');
  await writeFile(file, '');
  await expect(writeFolder(join(file, 'below'), version(1), 'mark')).rejects.toThrow(
    /^Cannot write the bundle .*ENOTDIR/,
  );
});
