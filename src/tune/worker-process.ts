/**
 * A worker as the run sees it: requests with one answer each. The end of the process is an answer too, never an exception.
 */
import type { Values } from '#core';
import type { Executor, Exit } from '#executors';
import type { EpochReport } from '#train';
import type { EpochDecision, FromWorker, ToWorker, TrialJob, WorkerSetup } from './protocol.ts';

type Of<T extends FromWorker['type']> = Extract<FromWorker, { type: T }>;
/** The process ended before it answered, or its command was ended from outside. */
export type Lost = Of<'lost'>;
type Answer = Of<'prepared' | 'refused' | 'trained' | 'ran' | 'paused' | 'tested' | 'failed'> | Lost;

export interface TrainListeners {
  readonly onProgress: (progress: Of<'progress'>) => void;
  /** Decides after each epoch; the worker waits for the answer. */
  readonly onEpoch: (report: EpochReport) => Promise<EpochDecision>;
  /** The same after each report of a command, which goes on meanwhile. */
  readonly onStep: (step: number, values: Values) => Promise<EpochDecision>;
}

export interface WorkerProcess {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  prepare(
    setup: WorkerSetup,
    onDownload: (download: Of<'download'>) => void,
  ): Promise<Of<'prepared' | 'refused'> | Lost>;
  train(job: TrialJob, listeners: TrainListeners): Promise<Of<'trained' | 'ran' | 'paused' | 'failed'> | Lost>;
  test(job: TrialJob): Promise<Of<'tested' | 'failed'> | Lost>;
  stop(): Promise<Exit>;
}

const fromSource = import.meta.url.endsWith('.ts');

export async function startWorker(executor: Executor, kind: WorkerSetup['kind']): Promise<WorkerProcess> {
  const module = kind === 'command' ? 'command-worker' : 'worker';
  const handle = await executor.start({
    entry: new URL(`./${module}.${fromSource ? 'ts' : 'js'}`, import.meta.url).href,
    nodeArgs: fromSource ? ['--import', import.meta.resolve('tsx')] : [],
  });
  let listener: (message: FromWorker) => void = () => undefined;
  handle.onMessage((message) => listener(message as FromWorker)); // our own worker of the same version speaks the protocol

  /** Sends a request and settles with the first message that is one of `answers`. */
  function request<T extends Answer['type']>(
    message: ToWorker,
    answers: readonly T[],
    onOther: (message: FromWorker) => void = () => undefined,
  ): Promise<Extract<FromWorker, { type: T }> | Lost> {
    const isAnswer = (m: FromWorker): m is Extract<FromWorker, { type: T }> => answers.some((type) => type === m.type);
    return new Promise((resolve) => {
      void handle.exited.then((exit) => resolve({ type: 'lost', exit }));
      listener = (m) => {
        if (isAnswer(m)) resolve(m);
        else onOther(m);
      };
      handle.send(message);
    });
  }

  return {
    pid: handle.pid,
    exited: handle.exited,
    prepare: (setup, onDownload) =>
      request({ type: 'prepare', setup }, ['prepared', 'refused'], (m) => {
        if (m.type === 'download') onDownload(m);
      }),
    train: (job, { onProgress, onEpoch, onStep }) =>
      new Promise((resolve, reject) => {
        const answer = request({ type: 'train', job }, ['trained', 'ran', 'paused', 'failed', 'lost'], (m) => {
          if (m.type === 'progress') onProgress(m);
          // A decision that cannot be made (the storage is gone) ends the run, not the trial.
          else if (m.type === 'epoch')
            onEpoch(m.report).then((decision) => handle.send({ type: 'decision', decision }), reject);
          else if (m.type === 'step')
            onStep(m.step, m.values).then((decision) => handle.send({ type: 'decision', decision }), reject);
        });
        void answer.then(resolve);
      }),
    test: (job) => request({ type: 'test', job }, ['tested', 'failed']),
    stop: () => handle.stop(),
  };
}
