/**
 * Runs jobs as commands in any language. A command says what it has to say on stdout: each line is a message. It hears signals only.
 * A job is a program and its arguments; no shell looks at them, so no value can be taken for something else.
 * The command leads a process group: signals, limits and the end reach everything it started. What it leaves behind when it ends is killed.
 *
 * Limits: time by a timer; memory by looking every 250 ms at what the session's processes hold (Linux only). `ulimit -v` would count address space, of
 * which PyTorch and Node map many times what they use. A process that allocates everything between two looks is not caught.
 */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { TuneError } from '#core';
import type { Executor, Exit, Handle, Job } from './executor.ts';
import { createLines } from './lines.ts';
import { watchOutOfMemory } from './out-of-memory.ts';
import { sessionMemory, signalGroup } from './process-group.ts';
import { createTail } from './tail.ts';

export interface ShellCommandOptions {
  /** How much of stdout and stderr is kept for the report of a failure. */
  readonly tailBytes?: number;
  /** From SIGTERM to SIGKILL in `stop()`. */
  readonly graceMs?: number;
  /** Files that get everything printed; appended to. */
  readonly logs?: { readonly stdout: string; readonly stderr: string };
  readonly timeoutMs?: number;
  readonly memoryLimitBytes?: number;
}

const MEMORY_LOOK_MS = 250;
// A process that left the session may hold stdout open after all others are gone: its text is not worth waiting longer than this.
const DRAIN_MS = 500;
const MAX_TIMER_MS = 2 ** 31 - 1;

export const shellCommand = (options: ShellCommandOptions = {}): Executor => ({
  name: 'shellCommand',
  start: (job) => start(job, options),
});

function start(
  job: Job,
  { tailBytes = 8192, graceMs: usualGraceMs = 5000, logs, timeoutMs, memoryLimitBytes }: ShellCommandOptions,
): Promise<Handle> {
  const tail = createTail(tailBytes);
  const ranOutOfMemory = watchOutOfMemory();
  const child = spawn(job.entry, [...(job.args ?? [])], {
    cwd: job.cwd,
    env: { ...process.env, ...job.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });

  let listener: ((line: string) => void) | undefined;
  const early: string[] = [];
  const lines = createLines((line) => {
    if (listener) listener(line);
    else early.push(line);
  });
  const logsWritten: Promise<void>[] = [];
  for (const [stream, file] of [
    [child.stdout, logs?.stdout],
    [child.stderr, logs?.stderr],
  ] as const) {
    stream.on('data', (chunk: Buffer) => tail.push(chunk));
    if (file === undefined) continue;
    // A log that cannot be written (a full disk) must not end the command.
    const log = createWriteStream(file, { flags: 'a' }).on('error', () => stream.resume());
    logsWritten.push(finished(stream.pipe(log)).catch(() => undefined));
  }
  child.stdout.on('data', (chunk: Buffer) => lines.push(chunk));
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve())).then(() =>
    Promise.all(logsWritten),
  );

  let limit: string | undefined;
  let ended: Exit | null = null;
  const kill = (why?: string): void => {
    limit ??= why;
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
  };
  const timer =
    timeoutMs !== undefined && timeoutMs <= MAX_TIMER_MS
      ? setTimeout(() => void stopFor(`took longer than ${timeoutMs / 1000} s`), timeoutMs)
      : undefined;
  const watch =
    memoryLimitBytes === undefined
      ? undefined
      : setInterval(() => {
          const bytes = child.pid === undefined ? null : sessionMemory(child.pid);
          if (bytes !== null && bytes > memoryLimitBytes)
            kill(`used ${megabytes(bytes)} of memory, more than its limit of ${megabytes(memoryLimitBytes)}`);
        }, MEMORY_LOOK_MS);

  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      clearInterval(watch);
      const outOfMemory = ranOutOfMemory();
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
      const drain = setTimeout(finish, DRAIN_MS);
      void closed.then(finish);
      function finish(): void {
        clearTimeout(drain);
        if (ended !== null) return;
        lines.end();
        ended = { code, signal, output: tail.text(), outOfMemory, ...(limit === undefined ? {} : { limit }) };
        resolve(ended);
      }
    });
  });

  async function stopFor(why: string | undefined, graceMs = usualGraceMs): Promise<Exit> {
    if (ended) return ended;
    limit ??= why;
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGTERM');
    const last = setTimeout(() => kill(), graceMs);
    try {
      return await exited;
    } finally {
      clearTimeout(last);
    }
  }

  const handle = (pid: number): Handle => ({
    pid,
    send: () => undefined,
    onMessage(next) {
      listener = next;
      for (const line of early.splice(0)) next(line);
    },
    signal: (name) => signalGroup(pid, name),
    poll: () => ended,
    output: () => tail.text(),
    exited,
    stop: (graceMs) => stopFor(undefined, graceMs),
  });

  return new Promise<Handle>((resolve, reject) => {
    child.once('spawn', () => {
      child.on('error', () => undefined);
      if (child.pid === undefined) reject(new Error('internal: a spawned process has no pid'));
      else resolve(handle(child.pid));
    });
    child.once('error', (error) => {
      clearTimeout(timer);
      clearInterval(watch);
      reject(
        new TuneError('processNotStarted', `Could not start "${job.entry}": ${error.message}.`, { entry: job.entry }),
      );
    });
  });
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
