/**
 * What a place to run trials in must offer, kept narrow so that a cluster can be one: start a job, talk to it, signal it, look at it, reap it.
 * An executor knows nothing of studies: it moves messages (any structured-clonable value) and reports how a process ended.
 */

/** A module to run, with what it needs to know at its start. */
export interface Job {
  /** What the process runs: path or file URL of a module; of a command, its program. */
  readonly entry: string;
  readonly args?: readonly string[];
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Node's own flags, e.g. `--import tsx`. */
  readonly nodeArgs?: readonly string[];
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
  /** The last of what it printed, stdout and stderr as they came. */
  readonly output: string;
  /** The operating system ended a process for lack of memory while this one ran (known on Linux; elsewhere never true). */
  readonly outOfMemory: boolean;
  /** Which limit of its job it was ended for, as the end of a sentence: `took longer than 60 s`. */
  readonly limit?: string;
}

export interface Handle {
  readonly pid: number;
  /** Sends a message; one sent to a process that has ended is dropped, as `exited` tells of the end. */
  send(message: unknown): void;
  /** Called with every message of the process; messages that came before the first listener are kept for it. */
  onMessage(listener: (message: unknown) => void): void;
  signal(name: 'SIGTERM' | 'SIGKILL'): void;
  /** Looks without waiting: null while it runs. */
  poll(): Exit | null;
  /** What it has printed lately. */
  output(): string;
  /** Settles once the process is gone and reaped; never rejects. */
  readonly exited: Promise<Exit>;
  /** SIGTERM, then SIGKILL if it is still there after the grace time. */
  stop(graceMs?: number): Promise<Exit>;
}

export interface Executor {
  readonly name: string;
  start(job: Job): Promise<Handle>;
}
