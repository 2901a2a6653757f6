/**
 * Which study a run works on: a new one, or one to go on with.
 * Without a name it is the file's, with -2, -3 … if taken. A name that is taken needs `resume`; `resume` without a name takes the newest
 * unfinished study of the file. What the study was begun with (seed, epochs) stays: an option that says otherwise is refused.
 */
import { existsSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { TuneError, type Storage, type StudyDefinition } from '#core';
import { openStorage } from '#storage';
import { createStudy, openStudy, type Study } from '#study';
import type { Experiment } from './experiment.ts';
import { DEFAULT_STORAGE, type RunOptions } from './run-options.ts';

const usage = (message: string, facts: Readonly<Record<string, unknown>> = {}): TuneError =>
  new TuneError('usage', message, facts);

export interface RunStorage {
  readonly address: string;
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
    async existing() {
      const path = /^sqlite:(.+)$/.exec(address)?.[1];
      return path !== undefined && !existsSync(path) ? null : open();
    },
    open,
    close: async () => opened?.close(),
  };
}

/** The definition of the study that is to be gone on with; null if a new one is begun. */
export async function findResumed(options: RunOptions, storage: RunStorage): Promise<StudyDefinition | null> {
  const { file, study: name, resume = false } = options;
  if (resume && storage.address === 'memory')
    throw usage('A study in memory cannot be resumed; keep it in a file by --storage sqlite:PATH.');
  const store = await storage.existing();
  if (name !== undefined) {
    const found = await store?.find(name);
    if (found && !resume) {
      throw usage(
        `There is a study "${name}" in ${storage.address} already; go on with it by --resume, or choose another name.`,
        { name },
      );
    }
    return found?.definition ?? null;
  }
  if (!resume) return null;
  const mine = ((await store?.list()) ?? []).filter(({ definition }) => definition.source === resolve(file)).reverse();
  for (const { definition } of mine) {
    if (store && (await isUnfinished(store, definition.name))) return definition;
  }
  throw usage(
    mine.length === 0
      ? `There is no study of ${file} in ${storage.address} to resume.`
      : `Every study of ${file} in ${storage.address} is finished; name one by --study to add trials to it.`,
    { file },
  );
}

async function isUnfinished(storage: Storage, name: string): Promise<boolean> {
  const study = await openStudy(storage, name);
  const unfinished = study.finished === null;
  await study.close();
  return unfinished;
}

/** Options that contradict how the study was begun. */
export function checkResumed(definition: StudyDefinition, { seed, epochs }: RunOptions): void {
  const { name, hints } = definition;
  if (seed !== undefined && seed !== definition.seed) {
    throw usage(`The study "${name}" was begun with seed ${definition.seed} and cannot go on with ${seed}.`, { name });
  }
  if (epochs !== undefined && epochs !== hints.maxSteps) {
    const before = hints.maxSteps === undefined ? 'without --epochs' : `with --epochs ${hints.maxSteps}`;
    throw usage(`The study "${name}" was begun ${before} and cannot go on with --epochs ${epochs}.`, { name });
  }
}

export interface OpenRunOptions {
  readonly experiment: Experiment;
  readonly options: RunOptions;
  readonly storage: Storage;
  readonly resumed: StudyDefinition | null;
  /** Planned trials, if they are known. */
  readonly trials: number | null;
}

/** Opens the resumed study, or creates the new one under a name that is free. */
export async function openRun({ experiment, options, storage, resumed, trials }: OpenRunOptions): Promise<Study> {
  const { file, epochs } = options;
  const { space, objective } = experiment;
  const sampler =
    options.sampler ?? (typeof experiment.sampler === 'string' && resumed ? undefined : experiment.sampler);
  const pruner = options.pruner ?? (experiment.pruner === 'auto' ? undefined : experiment.pruner);
  return createStudy({
    name: resumed?.name ?? options.study ?? (await freeName(basename(file, extname(file)), storage)),
    space,
    objectives: { [objective.name]: objective.direction },
    storage,
    seed: resumed?.seed ?? options.seed ?? experiment.seed,
    source: resolve(file),
    ...(sampler === undefined ? {} : { sampler }),
    ...(pruner === undefined ? {} : { pruner }),
    ...(trials === null ? {} : { trials }),
    ...(epochs === undefined ? {} : { maxSteps: epochs }),
  });
}

async function freeName(base: string, storage: Storage): Promise<string> {
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base}-${n}`;
    if ((await storage.find(name)) === null) return name;
  }
}
