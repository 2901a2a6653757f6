/**
 * Studies as the reading commands see them: a storage opened for reading only, which never creates anything, and the records folded from a log.
 */
import type { Storage, StudyState, TrialRecord } from '#core';
import { didYouMean, type TuneError } from '#math';
import { isDamage, openStorage, readAround, readState, shownAddress, workerAlive } from '#storage';
import { usage } from './failure.ts';
import type { TrialRow } from './report.ts';

export async function withStorage<T>(url: string, read: (storage: Storage) => Promise<T>): Promise<T> {
  if (url === 'memory')
    throw usage('--storage memory holds nothing to read; name a file, as sqlite:attune.db.', { url });
  const storage = await openStorage(url, { readonly: true });
  try {
    return await read(storage);
  } finally {
    await storage.close();
  }
}

/**
 * The study of that name; a sentence with near names if there is none. Where its log is damaged: an error that names the event, or with `skip` what the rest tells, each
 * event that is left out being told to it.
 */
export async function readStudy(url: string, name: string, skip?: (why: TuneError) => void): Promise<StudyState> {
  return withStorage(url, async (storage) => {
    const found = await storage.find(name);
    if (found !== null) {
      try {
        return (await readState(storage, found.id)).state;
      } catch (error) {
        if (skip === undefined || !isDamage(error)) throw error;
        return await readAround(storage, found.id, skip);
      }
    }
    const where = shownAddress(url);
    const known = (await storage.list()).map(({ definition }) => definition.name);
    if (known.length === 0)
      throw usage(`There is no study "${name}": ${where} holds no studies.`, { name, url: where });
    // A long list of names helps nobody: then only those near the asked one are named.
    const hint = known.length <= 12 ? didYouMean(name, known) : didYouMean(name, known).replace(/ ?[Kk]nown: .*$/, '');
    throw usage(`There is no study "${name}" in ${where}: ${hint || '"attune studies" lists those there are.'}`, {
      name,
      url: where,
    });
  });
}

/** Running trials whose process lives, and those whose process is gone: they run again when the study is resumed. */
export function runningTrials({ trials, running }: StudyState): { readonly alive: number; readonly lost: number } {
  let alive = 0;
  for (const number of running) {
    const trial = trials[number];
    if (trial?.state === 'running' && workerAlive(trial.worker)) alive++;
  }
  return { alive, lost: running.size - alive };
}

/** A record as a row of the table; what a trial was on test is kept as its attribute `test`. */
export function rowOf(trial: TrialRecord): TrialRow {
  const test = trial.attributes['test'];
  return {
    number: trial.number,
    state: trial.state,
    params: trial.params,
    values: 'values' in trial ? trial.values : null,
    test: typeof test === 'object' && test !== null ? numbersOf(test) : null,
    epochs: trial.measurements.at(-1)?.step ?? null,
    seconds: 'endedAt' in trial ? (trial.endedAt - trial.startedAt) / 1000 : null,
  };
}

const numbersOf = (record: object): Record<string, number> =>
  Object.fromEntries(Object.entries(record).filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
