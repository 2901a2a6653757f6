/**
 * Writes a folder as a whole: the files go to a hidden sibling which is then renamed, so a reader sees the old folder, the
 * new one, or none, never half of one. A crash leaves at most a hidden sibling behind.
 * An existing folder is replaced only if it holds `marker` (a file that says what the folder is) or nothing.
 */
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { TuneError } from '#math';

export interface FolderFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** Writes `files` into `path`; `marker` must be the name of one of them. */
export async function writeFolder(path: string, files: readonly FolderFile[], marker: string): Promise<void> {
  const target = resolve(path);
  const sibling = (what: string): string => join(dirname(target), `.${basename(target)}.${what}-${process.pid}`);
  const temporary = sibling('new');
  const replaced = sibling('old');
  try {
    const present = await contents(target);
    if (present && present.length > 0 && !present.includes(marker)) {
      throw new TuneError(
        'bundle',
        `${path} exists and is not a bundle (it has no ${marker}): choose another folder or remove it.`,
        { path },
      );
    }
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    for (const { name, content } of files) await writeDurably(join(temporary, name), content);
    if (present) {
      await rm(replaced, { recursive: true, force: true });
      await rename(target, replaced);
    }
    await rename(temporary, target);
    await rm(replaced, { recursive: true, force: true });
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    if (isSystemError(error)) {
      throw new TuneError(
        'bundle',
        `Cannot write the bundle ${path} (${error.code}): choose a folder that can be written.`,
        {
          path,
        },
      );
    }
    throw error;
  }
}

async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Names in a folder; null if there is none. */
async function contents(path: string): Promise<string[] | null> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** @internal What node:fs throws: an Error with a code such as ENOENT. */
export const isSystemError = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
