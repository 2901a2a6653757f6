/** Optuna's files, both ways. SQLite is loaded only for a SQLite file. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { damaged, type OptunaStudy } from './model.ts';
import { optunaJournal, readOptunaJournal } from './journal.ts';

export type OptunaFormat = 'sqlite' | 'journal';

/** Writes a new file, whole or not at all: it gets its name when it is complete. */
export async function writeOptunaFile(path: string, format: OptunaFormat, study: OptunaStudy): Promise<void> {
  const part = `${path}.part`;
  rmSync(part, { force: true });
  try {
    if (format === 'sqlite') (await import('./sqlite.ts')).writeOptunaSqlite(part, study);
    else writeFileSync(part, optunaJournal(study));
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

/** The studies in a file of Optuna's, SQLite or journal, whichever it is. A TuneError 'damaged-file' if it is neither or not whole. */
export async function readOptunaFile(path: string): Promise<OptunaStudy[]> {
  const bytes = readFileSync(path);
  if (bytes.length === 0) throw damaged(path, 'it is empty');
  if (bytes.subarray(0, 15).toString('latin1') === 'SQLite format 3')
    return (await import('./sqlite.ts')).readOptunaSqlite(path);
  return readOptunaJournal(bytes.toString('utf8'), path);
}
