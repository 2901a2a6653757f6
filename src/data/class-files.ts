/**
 * Finds the files of a folder that is sorted by class: images or recordings. Two layouts:
 *   DIR/train/<class>/*   with optional DIR/test/<class>/* and DIR/validation/<class>/* (also val, valid)
 *   DIR/<class>/*
 * Files come ordered by class, then by name (code units), whatever order the file system gives. Hidden files and other endings are passed over.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { didYouMean, TuneError } from '#math';
import { sortLabels } from './labels.ts';

export interface ClassFile {
  readonly path: string;
  readonly label: number;
}

export interface ClassFiles {
  readonly labels: readonly string[];
  readonly train: readonly ClassFile[];
  readonly validation: readonly ClassFile[] | null;
  readonly test: readonly ClassFile[] | null;
  readonly notes: readonly string[];
}

export type FileKind = 'images' | 'audio';

/** What each kind of file ends with, and the code of errors about its folders. */
const KINDS = {
  images: {
    files: 'images',
    ending: /\.(jpe?g|png)$/i,
    endings: '.jpg, .jpeg or .png',
    example: '*.jpg',
    code: 'imageFolder',
  },
  audio: { files: 'recordings', ending: /\.wav$/i, endings: '.wav', example: '*.wav', code: 'audioFolder' },
} as const;
type Kind = (typeof KINDS)[FileKind];
const VALIDATION = ['validation', 'val', 'valid'];

export async function findClassFiles(root: string, kindOf: FileKind): Promise<ClassFiles> {
  const kind = KINDS[kindOf];
  const folders = (await list(root, kind)).filter((entry) => entry.folder).map((entry) => entry.name);
  const byPart = folders.includes('train');
  const trainDir = byPart ? join(root, 'train') : root;
  const labels = sortLabels((await list(trainDir, kind)).filter((entry) => entry.folder).map((entry) => entry.name));
  if (labels.length < 2) {
    const found = labels.length === 0 ? 'no folder' : `only "${labels[0]}"`;
    throw new TuneError(
      kind.code,
      `${trainDir} must hold one folder of ${kind.files} per class, at least two; there is ${found}. Lay it out as DIR/train/<class>/${kind.example} or DIR/<class>/${kind.example}.`,
      { path: trainDir, labels },
    );
  }
  const part = (name: string | undefined) =>
    byPart && name !== undefined ? filesIn(join(root, name), labels, kind) : null;
  const validationName = VALIDATION.find((name) => folders.includes(name));
  const testName = folders.find((name) => name === 'test');
  const unused = byPart ? folders.filter((name) => !['train', validationName, testName].includes(name)) : [];
  return {
    labels,
    train: await filesIn(trainDir, labels, kind),
    validation: await part(validationName),
    test: await part(testName),
    notes: unused.map((name) => `the folder "${name}" is not used`),
  };
}

async function filesIn(dir: string, labels: readonly string[], kind: Kind): Promise<ClassFile[]> {
  const folders = (await list(dir, kind)).filter((entry) => entry.folder).map((entry) => entry.name);
  const strange = folders.find((name) => !labels.includes(name));
  if (strange !== undefined) {
    throw new TuneError(
      kind.code,
      `${join(dir, strange)} is no class of the training ${kind.files}: ${didYouMean(strange, labels)}`,
      { dir, strange },
    );
  }
  const perClass = await Promise.all(
    labels.map(async (name, label) => {
      if (!folders.includes(name)) return [];
      const entries = await list(join(dir, name), kind);
      const files = entries.filter((entry) => !entry.folder && kind.ending.test(entry.name));
      if (files.length === 0) {
        const other = entries[0] === undefined ? 'it is empty' : `there is ${entries[0].name}`;
        throw new TuneError(kind.code, `${join(dir, name)} holds no ${kind.endings} file: ${other}.`, {
          dir,
          name,
        });
      }
      return files.map((file): ClassFile => ({ path: join(dir, name, file.name), label }));
    }),
  );
  return perClass.flat();
}

/** Entries that are not hidden, in order of their names; links count as what they lead to. */
async function list(dir: string, kind: Kind): Promise<{ name: string; folder: boolean }[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: unknown) => {
    const why =
      error instanceof Error && 'code' in error && error.code === 'ENOENT'
        ? 'does not exist'
        : 'is not a readable folder';
    throw new TuneError(kind.code, `The folder of ${kind.files} ${dir} ${why}.`, { path: dir });
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
