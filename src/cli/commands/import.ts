/** `attune import FILE [--study NAME] [--as NAME]`: a study of Optuna's as a new one here. Everything is read and checked before anything is written. */
import { statSync } from 'node:fs';
import { replay } from '#core';
import type { OptunaStudy } from '#exchange';
import { didYouMean } from '#math';
import { openStorage } from '#storage';
import { count } from '#text';
import { EXIT, usage } from '../failure.ts';
import type { ExitCode } from '../failure.ts';
import type { ImportFlags } from '../flags.ts';
import { writeLine, writeNote } from '../output.ts';

export async function importStudy(given: string, { storage: url, study, as }: ImportFlags): Promise<ExitCode> {
  const path = given.replace(/^sqlite:(\/\/\/)?/, '');
  if (url === 'memory')
    throw usage('--storage memory is gone when the command ends; name a file, as sqlite:attune.db.');
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) throw usage(`There is no file ${path} to import.`, { path });
  const { readOptunaFile, toStudy } = await import('#exchange');
  const from = chosen(await readOptunaFile(path), path, study);
  const now = Date.now();
  const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  const { definition, events, notes } = toStudy(from, { path, name: as ?? from.name, seed, now });
  // What the reducer refuses must not get into a log.
  const { counts, trials } = replay([{ type: 'studyCreated', at: now, definition }, ...events]);
  const storage = await openStorage(url);
  try {
    if ((await storage.find(definition.name)) !== null) {
      throw usage(`${url} has a study "${definition.name}" already; give this one another name with --as NAME.`);
    }
    const id = await storage.createStudy(definition);
    if ((await storage.append(id, 1, events)) === 'conflict') throw new Error('internal: a new study has a longer log');
  } finally {
    await storage.close();
  }
  const { complete, pruned, failed } = counts;
  writeLine(
    `${definition.name}: ${count(trials.length, 'trial')} (${complete} complete, ${pruned} pruned, ${failed} failed)`,
  );
  for (const note of notes) writeNote(note);
  return EXIT.done;
}

function chosen(studies: readonly OptunaStudy[], path: string, name: string | undefined): OptunaStudy {
  const names = studies.map((one) => one.name);
  const [only, second] = studies;
  if (only === undefined) throw usage(`${path} holds no studies.`, { path });
  if (name === undefined && second === undefined) return only;
  if (name === undefined)
    throw usage(`${path} holds ${studies.length} studies: choose one with --study (${names.join(', ')}).`, { path });
  const found = studies.find((one) => one.name === name);
  if (found === undefined) throw usage(`There is no study "${name}" in ${path}: ${didYouMean(name, names)}`, { path });
  return found;
}
