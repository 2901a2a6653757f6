/** Those who copy a study elsewhere while `attune run` goes on, by its flags. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { RunFollower, RunOptions } from '#tune';
import { usage } from './failure.ts';
import type { RunFlags } from './flags.ts';

/** What cannot work is refused here, before the run begins; what fails later is told to `note` and does not hurt the run. */
export function followers({ tensorboard }: RunFlags, note: (sentence: string) => void): RunOptions['follow'] {
  if (tensorboard === undefined) return undefined;
  checkFolder(tensorboard);
  return async (study) => {
    const { followToTensorBoard } = await import('#exchange');
    const all: RunFollower[] = [followToTensorBoard(study, tensorboard, { onTrouble: note })];
    return {
      close: async () => void (await Promise.all(all.map((follower) => follower.close()))),
    };
  };
}

/** The folder, or the nearest that is there, takes files. */
function checkFolder(folder: string): void {
  let there = resolve(folder);
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  try {
    if (!statSync(there).isDirectory()) throw new Error('it is a file');
    accessSync(there, constants.W_OK);
  } catch (error) {
    const why = error instanceof Error ? ('code' in error ? String(error.code) : error.message) : String(error);
    throw usage(`--tensorboard ${folder} cannot be written (${there}: ${why}); name another folder.`, { folder });
  }
}
