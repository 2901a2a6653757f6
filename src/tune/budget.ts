/**
 * What a study may use before it ends by itself: epochs, failed trials, disk, memory. (Trials are counted where trials are asked for, time by a timer.)
 * Epochs and failures are those of the study, whoever ran them; disk is the study's folder; memory is what this run and its workers hold in RAM, read from
 * /proc once a second, so it is known on Linux only. Whatever is used up first ends the run as a timeout does: running trials go back with their checkpoints.
 */
import { readFileSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asLoss, type Objective, type PausedTrial } from '#core';
import { TuneError } from '#math';
import type { Study } from '#study';

export interface Budget {
  /** Of all trials together. */
  readonly maxEpochs?: number | undefined;
  /** So many failed trials end the study. */
  readonly maxFailures?: number | undefined;
  /** Bytes of the study's folder: bundles and checkpoints. */
  readonly maxDisk?: number | undefined;
  /** Bytes in RAM of this run and its workers. */
  readonly maxMemory?: number | undefined;
}

export type BudgetReason = 'epochs' | 'failures' | 'disk' | 'memory';

export interface BudgetWatch {
  /** Ends the watch. */
  readonly release: () => void;
}

export interface WatchOptions {
  readonly study: Study;
  readonly budget: Budget;
  /** The study's folder. */
  readonly folder: string;
  /** Where the checkpoint of a paused trial lies; null if it must not be removed. */
  readonly checkpointOf: ((trial: PausedTrial) => string) | null;
  /** Worker processes. */
  readonly pids: () => readonly number[];
  readonly onUsedUp: (reason: BudgetReason, sentence: string) => void;
}

const MEMORY_LOOK_MS = 1000;
/** Paused trials beyond the best so many lose their checkpoint, not their turn: a promoted one is then trained from its start. */
const PAUSED_KEPT = 100;

export function watchBudget({ study, budget, folder, checkpointOf, pids, onUsedUp }: WatchOptions): BudgetWatch {
  const { maxEpochs = Infinity, maxFailures = Infinity, maxDisk = Infinity, maxMemory = Infinity } = budget;
  const count = (): void => {
    const epochs = study.trials.reduce((sum, { measurements }) => sum + measurements.length, 0);
    const { failed } = study.counts;
    if (epochs >= maxEpochs) onUsedUp('epochs', `${epochs} epochs were trained, of ${maxEpochs}`);
    else if (failed >= maxFailures) onUsedUp('failures', `${failed} trials failed, of ${maxFailures} that may`);
  };
  const weigh = async (): Promise<void> => {
    if (checkpointOf !== null) {
      const worst = worstFirst(study);
      for (const trial of worst.slice(0, -PAUSED_KEPT)) await rm(checkpointOf(trial), { force: true });
      for (const trial of worst.slice(-PAUSED_KEPT)) {
        if (maxDisk === Infinity || (await folderBytes(folder)) <= maxDisk) return;
        await rm(checkpointOf(trial), { force: true });
      }
    }
    const used = maxDisk === Infinity ? 0 : await folderBytes(folder);
    if (used > maxDisk) onUsedUp('disk', `${folder} has ${megabytes(used)}, of ${megabytes(maxDisk)}`);
  };

  const unsubscribe = study.subscribe(({ type }) => {
    if (type === 'measured' || type === 'trialFinished') count();
    // A folder that changes while it is measured is measured again with the next trial.
    if (type === 'trialPaused' || type === 'trialFinished') weigh().catch(() => undefined);
  });
  const timer =
    maxMemory === Infinity
      ? undefined
      : setInterval(() => {
          const used = [process.pid, ...pids()].reduce((sum, pid) => sum + (residentBytes(pid) ?? 0), 0);
          if (used > maxMemory)
            onUsedUp(
              'memory',
              `this run and its workers hold ${megabytes(used)} in memory, of ${megabytes(maxMemory)}`,
            );
        }, MEMORY_LOOK_MS);
  count();
  return {
    release() {
      unsubscribe();
      clearInterval(timer);
    },
  };
}

/** Refuses a memory limit where nobody could tell what is held. */
export function checkBudget({ maxMemory }: Budget): void {
  if (maxMemory !== undefined && residentBytes(process.pid) === null)
    throw new TuneError('usage', 'a memory limit needs /proc, which this system does not have; leave it out.');
}

/** Paused trials by the best value that each has reached, the worst first; of equals the latest. */
function worstFirst({ trials, definition }: Study): PausedTrial[] {
  const [objective] = definition.objectives;
  return trials
    .filter((trial) => trial.state === 'paused')
    .map((trial) => ({ trial, loss: objective === undefined ? 0 : bestLoss(trial, objective) }))
    .sort((a, b) => (a.loss === b.loss ? b.trial.number - a.trial.number : b.loss - a.loss))
    .map(({ trial }) => trial);
}

function bestLoss({ measurements }: PausedTrial, { name, direction }: Objective): number {
  const losses = measurements.map(({ values }) => asLoss(direction, values[name] ?? NaN));
  return Math.min(Infinity, ...losses.filter((loss) => !Number.isNaN(loss)));
}

/** Bytes that the files below a folder take; 0 if it is not there. */
async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let sum = 0;
  for (const entry of entries)
    if (entry.isFile()) sum += (await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size;
  return sum;
}

/** Field 2 of /proc/PID/statm, in pages (proc(5)); null where it is not told. */
function residentBytes(pid: number): number | null {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;
  } catch {
    return null;
  }
}

/** The page size of x86-64 and of most ARM systems; /proc counts in it. */
const PAGE_BYTES = 4096;

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
