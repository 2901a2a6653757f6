/**
 * Finds the image files of a folder that is sorted by class. Two layouts:
 *   DIR/train/<class>/*   with optional DIR/test/<class>/* and DIR/validation/<class>/* (also val, valid)
 *   DIR/<class>/*
 * Files come ordered by class, then by name (code units), whatever order the file system gives. Hidden files and other endings are passed over.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { didYouMean, TuneError } from '#math';
import { sortLabels } from './labels.ts';

export interface ImageFile {
  readonly path: string;
  readonly label: number;
}

export interface ImageFiles {
  readonly labels: readonly string[];
  readonly train: readonly ImageFile[];
  readonly validation: readonly ImageFile[] | null;
  readonly test: readonly ImageFile[] | null;
  readonly notes: readonly string[];
}

const IMAGE = /\.(jpe?g|png)$/i;
const VALIDATION = ['validation', 'val', 'valid'];

export async function findImages(root: string): Promise<ImageFiles> {
  const folders = (await list(root)).filter((entry) => entry.folder).map((entry) => entry.name);
  const byPart = folders.includes('train');
  const trainDir = byPart ? join(root, 'train') : root;
  const labels = sortLabels((await list(trainDir)).filter((entry) => entry.folder).map((entry) => entry.name));
  if (labels.length < 2) {
    const found = labels.length === 0 ? 'no folder' : `only "${labels[0]}"`;
    throw new TuneError(
      'imageFolder',
      `${trainDir} must hold one folder of images per class, at least two; there is ${found}. Lay it out as DIR/train/<class>/*.jpg or DIR/<class>/*.jpg.`,
      { path: trainDir, labels },
    );
  }
  const part = (name: string | undefined) => (byPart && name !== undefined ? imagesIn(join(root, name), labels) : null);
  const validationName = VALIDATION.find((name) => folders.includes(name));
  const testName = folders.find((name) => name === 'test');
  const unused = byPart ? folders.filter((name) => !['train', validationName, testName].includes(name)) : [];
  return {
    labels,
    train: await imagesIn(trainDir, labels),
    validation: await part(validationName),
    test: await part(testName),
    notes: unused.map((name) => `the folder "${name}" is not used`),
  };
}

async function imagesIn(dir: string, labels: readonly string[]): Promise<ImageFile[]> {
  const folders = (await list(dir)).filter((entry) => entry.folder).map((entry) => entry.name);
  const strange = folders.find((name) => !labels.includes(name));
  if (strange !== undefined) {
    throw new TuneError(
      'imageFolder',
      `${join(dir, strange)} is no class of the training images: ${didYouMean(strange, labels)}`,
      { dir, strange },
    );
  }
  const perClass = await Promise.all(
    labels.map(async (name, label) => {
      if (!folders.includes(name)) return [];
      const entries = await list(join(dir, name));
      const images = entries.filter((entry) => !entry.folder && IMAGE.test(entry.name));
      if (images.length === 0) {
        const other = entries[0] === undefined ? 'it is empty' : `there is ${entries[0].name}`;
        throw new TuneError('imageFolder', `${join(dir, name)} holds no .jpg, .jpeg or .png file: ${other}.`, {
          dir,
          name,
        });
      }
      return images.map((image): ImageFile => ({ path: join(dir, name, image.name), label }));
    }),
  );
  return perClass.flat();
}

/** Entries that are not hidden, in order of their names; links count as what they lead to. */
async function list(dir: string): Promise<{ name: string; folder: boolean }[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: unknown) => {
    const why =
      error instanceof Error && 'code' in error && error.code === 'ENOENT'
        ? 'does not exist'
        : 'is not a readable folder';
    throw new TuneError('imageFolder', `The image folder ${dir} ${why}.`, { path: dir });
  });
  const seen = entries.filter((entry) => !entry.name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1));
  return Promise.all(
    seen.map(async (entry) => {
      const folder = entry.isSymbolicLink()
        ? await stat(join(dir, entry.name)).then(
            (s) => s.isDirectory(),
            () => false,
          )
        : entry.isDirectory();
      return { name: entry.name, folder };
    }),
  );
}
