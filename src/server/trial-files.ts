/**
 * What a trial has written to its folder: logs and artifacts. A file is found by listing the folder and comparing names, so what a request says never becomes
 * a path; links are not followed.
 */
import { open, readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** The folder of a trial, which need not exist. */
export type FolderOf = (study: string, number: number) => string;

const MOST_FILES = 1000;
const MOST_BYTES = 1_000_000;

export interface TrialFile {
  /** Path within the folder, with `/`. */
  readonly name: string;
  readonly bytes: number;
}

/** Plain files, by size. */
export async function listFiles(folder: string): Promise<TrialFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).slice(0, MOST_FILES);
  const found = await Promise.all(
    files.map(async (entry): Promise<TrialFile[]> => {
      const path = join(entry.parentPath, entry.name);
      const bytes = await stat(path).then(
        ({ size }) => size,
        () => null,
      );
      return bytes === null ? [] : [{ name: relative(folder, path).replaceAll('\\', '/'), bytes }];
    }),
  );
  return found.flat().sort((a, b) => a.bytes - b.bytes || (a.name < b.name ? -1 : 1));
}

export interface FilePart {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly from: number;
  readonly size: number;
}

/** The file's bytes from a place on (negative: from its end); null if the folder has no such file. */
export async function readPart(folder: string, name: string, from: number): Promise<FilePart | null> {
  const file = (await listFiles(folder)).find((each) => each.name === name);
  if (file === undefined) return null;
  const handle = await open(join(folder, file.name)).catch(() => null);
  if (handle === null) return null;
  try {
    const { size } = await handle.stat();
    const start = Math.min(size, from < 0 ? Math.max(0, size + from) : from);
    const buffer = new Uint8Array(Math.min(MOST_BYTES, size - start));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
    return { bytes: buffer.subarray(0, bytesRead), from: start, size };
  } finally {
    await handle.close();
  }
}
