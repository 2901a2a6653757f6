/**
 * The module that a worker process of a command study runs: starts the command of each trial it is given and reports for it.
 * A process of its own, so that the command ends with its run however the run ends: when the channel to the run closes, the command is stopped.
 * Built to dist/command-worker.js.
 */
import { parentChannel } from '#executors';
import type { CommandSetup } from './command/command-study.ts';
import { runCommand, type CommandRun } from './command/run-command.ts';
import type { EpochDecision, FromWorker, ToWorker } from './protocol.ts';

const parent = parentChannel();
if (parent === null) throw new Error('internal: a worker is started by a run, not by hand');
const send = (message: FromWorker): void => parent.send(message);

let setup: CommandSetup | null = null;
let running: CommandRun | null = null;
let decide: ((decision: EpochDecision) => void) | null = null;

// Ctrl-C in a terminal reaches the whole process group: the run decides when its workers end.
process.on('SIGINT', () => undefined);
const end = (): void => void Promise.resolve(running?.stop()).finally(() => process.exit(0));
process.once('SIGTERM', end);
process.once('disconnect', end);
if (process.channel !== undefined && !process.connected) process.exit(0);

parent.onMessage((message) => {
  const request = message as ToWorker; // our own run of the same version speaks the protocol
  switch (request.type) {
    case 'prepare':
      if (request.setup.kind !== 'command') throw new Error('internal: a command worker was given an experiment');
      setup = request.setup;
      return send({ type: 'prepared' });
    case 'decision':
      return decide?.(request.decision);
    case 'train': {
      if (setup === null) throw new Error('internal: asked to work before it was prepared');
      running = runCommand(setup, request.job, (step, values) => {
        send({ type: 'step', step, values });
        return new Promise((resolve) => (decide = resolve));
      });
      return void running.answer.then((answer) => {
        running = null;
        send(answer);
      });
    }
    case 'test':
      throw new Error('internal: a command has no test phase');
  }
});
