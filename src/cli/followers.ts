/** Those who copy a study elsewhere while `attune run` goes on, by its flags. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { MlflowOptions } from '#exchange';
import type { RunFollower, RunOptions } from '#tune';
import { oneLine, usage } from './failure.ts';
import type { RunFlags } from './flags.ts';

/** What cannot work is refused here, before the run begins; what fails later is told to `note` and does not hurt the run. */
export async function followers(
  { tensorboard, mlflow }: RunFlags,
  note: (sentence: string) => void,
): Promise<RunOptions['follow']> {
  if (tensorboard === undefined && mlflow === undefined) return undefined;
  if (tensorboard !== undefined) checkFolder(tensorboard);
  const { checkMlflowUrl, followToMlflow, followToTensorBoard } = await import('#exchange');
  if (mlflow !== undefined) checkMlflowUrl(mlflow);
  const onTrouble = (sentence: string): void => note(oneLine(sentence));
  return (study) => {
    const all: RunFollower[] = [];
    if (tensorboard !== undefined) all.push(followToTensorBoard(study, tensorboard, { onTrouble }));
    if (mlflow !== undefined) all.push(followToMlflow(study, { ...mlflowOptions(mlflow), onTrouble }));
    return Promise.resolve({ close: async () => void (await Promise.all(all.map((follower) => follower.close()))) });
  };
}

/** The server with what MLflow's own clients read from the environment. */
export const mlflowOptions = (url: string): MlflowOptions => ({
  url,
  token: process.env['MLFLOW_TRACKING_TOKEN'],
  experiment: process.env['MLFLOW_EXPERIMENT_NAME'] || undefined,
});

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
