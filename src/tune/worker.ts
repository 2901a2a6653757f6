/**
 * The module that a worker process runs: imports the experiment once, loads its data once, then trains and tests trials one after another as the run asks.
 * Built to dist/worker.js. It ends when its run does.
 */
import { endWithParent, parentChannel } from '#executors';
import { isTuneError } from '#math';
import { loadExperiment } from './load-experiment.ts';
import type { EpochDecision, FromWorker, ToWorker, WireError } from './protocol.ts';
import { checkAll, createTrainer, type Trainer } from './trainer.ts';

endWithParent();
// Ctrl-C in a terminal reaches the whole process group: the run decides when its workers end.
process.on('SIGINT', () => undefined);

const parent = parentChannel();
if (parent === null) throw new Error('internal: a worker is started by a run, not by hand');
const send = (message: FromWorker): void => parent.send(message);

let trainer: Trainer | null = null;
let decide: ((decision: EpochDecision) => void) | null = null;

parent.onMessage((message) => {
  const request = message as ToWorker; // our own run of the same version speaks the protocol
  if (request.type === 'decision') decide?.(request.decision);
  else void answer(request).then(send);
});

async function answer(request: Exclude<ToWorker, { type: 'decision' }>): Promise<FromWorker> {
  if (request.type === 'prepare') {
    if (request.setup.kind !== 'experiment') throw new Error('internal: an experiment worker was given a command');
    const { file, check, ...options } = request.setup;
    try {
      const experiment = await loadExperiment(file);
      trainer = await createTrainer({ experiment, ...options, onDownload: (p) => send({ type: 'download', ...p }) });
      checkAll(trainer, check);
      return { type: 'prepared' };
    } catch (error) {
      return { type: 'refused', error: wire(error) };
    }
  }
  if (trainer === null) throw new Error('internal: asked to work before it was prepared');
  const { job } = request;
  try {
    if (request.type === 'test') return { type: 'tested', values: await trainer.test(job) };
    const began = performance.now();
    const outcome = await trainer.train(job, {
      onProgress: (progress) => send({ type: 'progress', ...progress }),
      onEpoch: (report) =>
        new Promise((resolve) => {
          decide = resolve;
          send({ type: 'epoch', report });
        }),
    });
    if (outcome === 'paused') return { type: 'paused' };
    const seconds = (performance.now() - began) / 1000;
    return { type: 'trained', ...outcome, seconds };
  } catch (error) {
    return { type: 'failed', error: wire(error) };
  }
}

/** A TuneError says all in its message; of other errors, which come from user code, the stack tells where. */
function wire(error: unknown): WireError {
  if (isTuneError(error)) return { code: error.code, message: error.message };
  if (!(error instanceof Error)) return { code: 'threw', message: String(error) };
  return {
    code: 'threw',
    message: `${error.name}: ${error.message}`,
    ...(error.stack === undefined ? {} : { stack: error.stack }),
  };
}
