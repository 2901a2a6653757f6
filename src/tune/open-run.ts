/**
 * Which study a run works on: a new one, or one to go on with.
 * Without a name it is the file's, with -2, -3 … if taken. A name that is taken needs `resume`; `resume` without a name takes the newest
 * unfinished study of the file. What the study was begun with (seed, epochs, lag) stays: an option that says otherwise is refused.
 */
import { basename, extname, resolve } from 'node:path';
import { TuneError, type Storage, type StudyDefinition } from '#core';
import { predicatesOf } from '#space';
import { openStorage, shownAddress, storageExists } from '#storage';
import { createStudy, openStudy, type Study } from '#study';
import { applyEdit } from './edit-run.ts';
import { environment, ENVIRONMENT } from './environment.ts';
import type { BegunWith, Tuned } from './tuned.ts';
import { DEFAULT_STORAGE, type RunOptions } from './run-options.ts';

const usage = (message: string, facts: Readonly<Record<string, unknown>> = {}): TuneError =>
  new TuneError('usage', message, facts);

export interface RunStorage {
  readonly address: string;
  /** The address without a password: what messages say. */
  readonly shown: string;
  /** The storage if it is there; nothing is created by asking. */
  existing(): Promise<Storage | null>;
  /** The storage, created if it is not there. */
  open(): Promise<Storage>;
  close(): Promise<void>;
}

export function runStorage(address: string = DEFAULT_STORAGE): RunStorage {
  let opened: Storage | null = null;
  const open = async (): Promise<Storage> => (opened ??= await openStorage(address));
  return {
    address,
    shown: shownAddress(address),
    existing: async () => (opened === null && !(await storageExists(address)) ? null : open()),
    open,
    close: async () => opened?.close(),
  };
}

/** To look at a study; a sampler or pruner of the experiment's own need not be known for that. */
const LOOKING = { sampler: 'random', pruner: 'none' };

/** A study that is to be gone on with. */
export interface Resumed extends BegunWith {
  readonly definition: StudyDefinition;
}

/** The study that is to be gone on with; null if a new one is begun. */
export async function findResumed(options: RunOptions, storage: RunStorage): Promise<Resumed | null> {
  const { file, study: name, resume = false, transferFrom = [] } = options;
  if (resume && storage.address === 'memory')
    throw usage('A study in memory cannot be resumed; keep it by --storage sqlite:PATH or postgres://….');
  const store = await storage.existing();
  if (store === null && transferFrom.length > 0)
    throw usage(`There is no study "${transferFrom[0]}" in ${storage.shown} to transfer from.`);
  if (name !== undefined) {
    if (!store || (await store.find(name)) === null) return null;
    if (!resume) {
      throw usage(
        `There is a study "${name}" in ${storage.shown} already; go on with it by --resume, or choose another name.`,
        { name },
      );
    }
    return read(await openStudy(store, name, LOOKING), options);
  }
  if (!resume) return null;
  const mine = ((await store?.list()) ?? []).filter(({ definition }) => definition.source === resolve(file)).reverse();
  for (const { definition } of mine) {
    const study = store && (await openStudy(store, definition.name, LOOKING));
    if (study?.finished === null) return read(study, options);
  }
  throw usage(
    mine.length === 0
      ? `There is no study of ${file} in ${storage.shown} to resume.`
      : `Every study of ${file} in ${storage.shown} is finished; name one by --study to add trials to it.`,
    { file },
  );
}

/** What a run needs to know of a study before it goes on; refuses options that contradict how it was begun. */
function read({ name, definition, trials, attributes, lag }: Study, options: RunOptions): Resumed {
  const { seed, epochs } = options;
  if (seed !== undefined && seed !== definition.seed) {
    throw usage(`The study "${name}" was begun with seed ${definition.seed} and cannot go on with ${seed}.`, { name });
  }
  const before = typeof attributes[EPOCHS] === 'number' ? attributes[EPOCHS] : null;
  // A run that was killed before its first trial may not have come to note its epochs.
  if (epochs !== undefined && epochs !== before && trials.length > 0) {
    const begun = before === null ? 'without --epochs' : `with --epochs ${before}`;
    throw usage(`The study "${name}" was begun ${begun} and cannot go on with --epochs ${epochs}.`, { name });
  }
  if (options.lag !== undefined && lag !== null && options.lag !== lag && trials.length > 0) {
    const text = (one: number): string => (one === 0 ? '--async' : `--lag ${one}`);
    throw usage(`The study "${name}" was begun with ${text(lag)} and cannot go on with ${text(options.lag)}.`, {
      name,
    });
  }
  return { definition, epochs: epochs ?? before };
}

/** Attribute of a study: epochs of every trial, whatever the experiment says. */
const EPOCHS = 'epochs';
/** Attribute of a study: what the command asked for instead of what the file says; needed to run it again. */
const ASKED = 'asked';

export interface OpenRunOptions {
  readonly tuned: Tuned;
  readonly options: RunOptions;
  readonly storage: Storage;
  readonly resumed: Resumed | null;
  /** Planned trials, if they are known. */
  readonly trials: number | null;
  /** The last epoch that a trial can reach, if it is known: what pruners plan with. */
  readonly maxSteps: number | null;
}

/** Opens the resumed study, or creates the new one under a name that is free. */
export async function openRun({ tuned, options, storage, resumed, trials, maxSteps }: OpenRunOptions): Promise<Study> {
  const { file, epochs } = options;
  const { space, objectives, limits } = tuned;
  const sampler = options.sampler ?? (typeof tuned.sampler === 'string' && resumed ? undefined : tuned.sampler);
  const pruner = options.pruner ?? (tuned.pruner === 'auto' ? undefined : tuned.pruner);
  const { transferFrom = [] } = options;
  if (resumed !== null && transferFrom.length > 0)
    throw usage(`--transfer-from is for new studies; "${resumed.definition.name}" keeps what it was begun with.`);
  if (resumed !== null) {
    const predicates = predicatesOf(space.constraints);
    await applyEdit(await openStudy(storage, resumed.definition.name, { ...LOOKING, predicates }), tuned, options);
  }
  const study = await createStudy({
    name:
      resumed?.definition.name ??
      options.study ??
      (await freeName(tuned.name ?? basename(file, extname(file)), storage)),
    space,
    objectives: Object.fromEntries(objectives.map(({ name, direction }) => [name, direction])),
    constraints: limits,
    storage,
    seed: resumed?.definition.seed ?? options.seed ?? tuned.seed,
    source: resolve(file),
    transfer: { from: await Promise.all(transferFrom.map((earlier) => openStudy(storage, earlier, LOOKING))) },
    ...(tuned.fixed === null ? {} : { fixed: tuned.fixed }),
    ...(sampler === undefined ? {} : { sampler }),
    ...(pruner === undefined ? {} : { pruner }),
    ...(trials === null ? {} : { trials }),
    ...(maxSteps === null ? {} : { maxSteps }),
  });
  if (epochs !== undefined && study.attributes[EPOCHS] !== epochs) await study.setAttribute(null, EPOCHS, epochs);
  const { sampler: askedSampler, pruner: askedPruner } = options;
  const asked = {
    ...(askedSampler === undefined ? {} : { sampler: askedSampler }),
    ...(askedPruner === undefined ? {} : { pruner: askedPruner }),
  };
  if (resumed === null && Object.keys(asked).length > 0) await study.setAttribute(null, ASKED, asked);
  if (study.attributes[ENVIRONMENT] === undefined) await study.setAttribute(null, ENVIRONMENT, environment());
  return study;
}

async function freeName(base: string, storage: Storage): Promise<string> {
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base}-${n}`;
    if ((await storage.find(name)) === null) return name;
  }
}
