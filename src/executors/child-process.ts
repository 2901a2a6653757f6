/**
 * Runs jobs as child processes of this one, with Node's IPC channel for messages.
 * A child is ended by SIGTERM, then SIGKILL after a grace time, and ends by itself when this process dies (`endWithParent`, called in the child).
 * Messages travel as structured clones, so NaN, Infinity and typed arrays arrive as they were.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { TuneError } from '#core';
import type { Executor, Exit, Handle, Job } from './executor.ts';
import { watchOutOfMemory } from './out-of-memory.ts';
import { PARENT_PID } from './parent.ts';
import { createTail } from './tail.ts';

export interface ChildProcessOptions {
  /** How much of stdout and stderr is kept for the report of a failure. */
  readonly tailBytes?: number;
  /** From SIGTERM to SIGKILL in `stop()`. */
  readonly graceMs?: number;
}

// A grandchild may hold stdout open after the child is gone: its text is not worth waiting longer than this.
const DRAIN_MS = 500;

export function childProcess({ tailBytes = 8192, graceMs = 5000 }: ChildProcessOptions = {}): Executor {
  return { name: 'childProcess', start: (job) => start(job, tailBytes, graceMs) };
}

function start(job: Job, tailBytes: number, defaultGraceMs: number): Promise<Handle> {
  const tail = createTail(tailBytes);
  const ranOutOfMemory = watchOutOfMemory();
  const child = fork(job.entry.startsWith('file:') ? fileURLToPath(job.entry) : job.entry, [...(job.args ?? [])], {
    cwd: job.cwd,
    env: { ...process.env, ...job.env, [PARENT_PID]: String(process.pid) },
    execArgv: [...(job.nodeArgs ?? [])],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const drained = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.stdout?.on('data', (chunk: Buffer) => tail.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => tail.push(chunk));

  let ended: Exit | null = null;
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      const outOfMemory = ranOutOfMemory();
      const timer = setTimeout(finish, DRAIN_MS);
      void drained.then(finish);
      function finish(): void {
        clearTimeout(timer);
        ended ??= { code, signal, output: tail.text(), outOfMemory };
        resolve(ended);
      }
    });
  });

  let listener: ((message: unknown) => void) | undefined;
  const early: unknown[] = [];
  child.on('message', (message) => {
    if (listener) listener(message);
    else early.push(message);
  });

  const handle = (pid: number): Handle => ({
    pid,
    send(message) {
      if (!child.connected) return;
      // The callback takes the error of a channel that closed meanwhile; without one Node would emit 'error'.
      child.send(message as Parameters<typeof child.send>[0], () => undefined); // `send` takes any clonable value; its type names only some
    },
    onMessage(next) {
      listener = next;
      for (const message of early.splice(0)) next(message);
    },
    signal: (name) => void child.kill(name),
    poll: () => ended,
    output: () => tail.text(),
    exited,
    async stop(graceMs = defaultGraceMs) {
      if (ended) return ended;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      try {
        return await exited;
      } finally {
        clearTimeout(timer);
      }
    },
  });

  return new Promise<Handle>((resolve, reject) => {
    child.once('spawn', () => {
      // After a start, 'error' tells of a message or signal that did not arrive; `exited` tells what matters.
      child.on('error', () => undefined);
      const { pid } = child;
      if (pid === undefined) reject(new Error('internal: a spawned process has no pid'));
      else resolve(handle(pid));
    });
    child.once('error', (error) => {
      reject(
        new TuneError('processNotStarted', `Could not start a worker process (${job.entry}): ${error.message}`, {
          entry: job.entry,
        }),
      );
    });
  });
}
