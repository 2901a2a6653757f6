/**
 * The workers of a run, one for each slot. A slot's worker is started and prepared when it is first wanted, and anew after it died.
 */
import type { Executor, Exit } from '#executors';
import { TuneError } from '#math';
import type { WorkerSetup } from './protocol.ts';
import type { DownloadEvent } from './run-event.ts';
import { startWorker, type WorkerProcess } from './worker-process.ts';

export interface PoolOptions {
  readonly executor: Executor;
  readonly setup: WorkerSetup;
  readonly onDownload: (event: DownloadEvent) => void;
}

export interface Pool {
  /** The prepared worker of a slot; null once the pool is stopped. Throws what the experiment or its data is refused for. */
  worker(slot: number): Promise<WorkerProcess | null>;
  /** Of the workers that are there. */
  pids(): readonly number[];
  /** Ends all workers; whoever waits for one is answered with its end. */
  stop(): Promise<void>;
}

/** A worker that dies by itself this often in a row has a reason that another try does not remove. */
export const CRASH_LIMIT = 3;
/** Ends from outside (SIGKILL, SIGTERM without lack of memory) are nobody's fault: only a storm of them is given up on. */
export const KILL_LIMIT = 30;

export const isKill = ({ signal, outOfMemory }: Exit): boolean =>
  !outOfMemory && (signal === 'SIGKILL' || signal === 'SIGTERM');

/** How a process ended, for a sentence. */
export function describeExit({ code, signal, outOfMemory }: Exit): string {
  if (outOfMemory && signal === 'SIGKILL') return 'was ended by the system for lack of memory';
  return signal === null ? `ended with exit code ${code ?? '?'}` : `was ended by ${signal}`;
}

export function createPool({ executor, setup, onDownload }: PoolOptions): Pool {
  const slots = new Map<number, WorkerProcess>();
  const started = new Set<WorkerProcess>();
  let stopped = false;
  let setupToSend = setup;

  async function start(): Promise<WorkerProcess | Exit | null> {
    const worker = await startWorker(executor, setup.kind);
    started.add(worker);
    void worker.exited.then(() => started.delete(worker));
    if (stopped) {
      await worker.stop();
      return null;
    }
    const answer = await worker.prepare(setupToSend, onDownload);
    if (answer.type === 'lost') return stopped ? null : answer.exit;
    if (answer.type === 'refused') {
      await worker.stop();
      throw new TuneError(answer.error.code, answer.error.message);
    }
    // What one worker has checked need not be checked again.
    if (setup.kind === 'experiment') setupToSend = { ...setup, check: [] };
    return worker;
  }

  return {
    async worker(slot) {
      const there = slots.get(slot);
      if (there && started.has(there)) return stopped ? null : there;
      let crashes = 0;
      let kills = 0;
      while (!stopped) {
        const worker = await start();
        if (worker === null) return null;
        if ('pid' in worker) {
          slots.set(slot, worker);
          return worker;
        }
        if (isKill(worker)) kills++;
        else crashes++;
        if (crashes >= CRASH_LIMIT || kills >= KILL_LIMIT) {
          throw new TuneError(
            'workerDied',
            `A worker process ${describeExit(worker)} before it was ready${worker.output === '' ? '.' : `; it printed:\n${worker.output.trimEnd()}`}`,
            { ...worker },
          );
        }
      }
      return null;
    },
    pids: () => [...started].map(({ pid }) => pid),
    async stop() {
      stopped = true;
      await Promise.all([...started].map((worker) => worker.stop()));
    },
  };
}
