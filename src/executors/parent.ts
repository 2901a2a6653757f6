/**
 * The child's side: messages, and an end that comes with the parent's.
 * Two ways notice a dead parent. The IPC channel closes, which the event loop sees between two training steps; and a watching thread compares the
 * parent's pid each second, which also works while the main thread is busy for long (a synchronous loop in user code, a slow native call).
 */
import { Worker } from 'node:worker_threads';

/** Environment variable with the pid of the process that started this one. */
export const PARENT_PID = 'ATTUNE_PARENT_PID';

// Windows leaves `ppid` as it was: there the signal 0 tells that the parent is gone.
const WATCH = `
const { workerData } = require('node:worker_threads');
setInterval(() => {
  let gone = process.ppid !== workerData.parent;
  if (process.platform === 'win32') {
    try { process.kill(workerData.parent, 0); gone = false; } catch { gone = true; }
  }
  if (gone) process.kill(process.pid, 'SIGKILL');
}, workerData.everyMs);
`;

export interface Parent {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
}

/** Ends this process when its parent is gone. Call it first thing in a child. */
export function endWithParent({ everyMs = 1000 }: { everyMs?: number } = {}): void {
  const parent = Number(process.env[PARENT_PID] ?? process.ppid);
  process.once('disconnect', () => process.exit(0));
  if (process.channel !== undefined && !process.connected) process.exit(0);
  const watch = new Worker(WATCH, {
    eval: true,
    workerData: { parent, everyMs },
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4, stackSizeMb: 1 },
  });
  watch.unref();
  // Without threads to spare the channel still tells.
  watch.on('error', () => undefined);
}

/** The channel to the parent; null in a process that was not started by an executor. */
export function parentChannel(): Parent | null {
  if (process.send === undefined) return null;
  return {
    // A parent that is gone is noticed by `endWithParent`.
    send: (message) => void process.send?.(message, undefined, undefined, () => undefined),
    onMessage: (listener) => void process.on('message', listener),
  };
}
