/**
 * The name a process signs its trials with, and how the process of a name is.
 * `host:pid:start`: a process id alone is reused sooner or later, so the start time of the process is part of the name
 * (Linux: clock ticks since boot, field 22 of /proc/PID/stat, see proc(5); elsewhere "?" and the process id must do).
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

interface ProcessStat {
  readonly state: string;
  readonly start: string;
}

/** Null where there is no /proc or no such process. */
function processStat(pid: number): ProcessStat | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // The second field is the command in brackets and may itself contain blanks and brackets.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, start] = [fields[0], fields[19]];
  return state === undefined || start === undefined ? null : { state, start };
}

/** The name of this process, or of one of its children. */
export const workerName = (pid: number = process.pid): string =>
  `${hostname()}:${pid}:${processStat(pid)?.start ?? '?'}`;

/**
 * The name of a client that is no process anybody here can see (over HTTP): one for each trial it is given. It is held for `leaseMs` after the client
 * was last heard of; the time stands in the name, so that whoever looks judges alike, also after a restart of the server.
 */
export const clientName = (leaseMs: number): string => `client:${leaseMs}ms:${randomUUID()}`;

/** The lease of a client by its name; null for a worker of another kind. */
export function clientLeaseMs(name: string): number | null {
  const match = /^client:(\d+)ms:/.exec(name);
  return match === null ? null : Number(match[1]);
}

/** 'stopped' is told on Linux only; 'unknown' are workers of other hosts and unknown forms of name. */
export type WorkerCondition = 'running' | 'stopped' | 'gone' | 'unknown';

/** What this machine can tell of a worker's process. */
export function workerCondition(name: string): WorkerCondition {
  const match = /^(.*):(\d+):([^:]*)$/.exec(name);
  if (match === null || match[1] !== hostname()) return 'unknown';
  const pid = Number(match[2]);
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to someone else.
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return 'gone';
  }
  const stat = processStat(pid);
  if (stat === null) return 'running';
  if (stat.state === 'Z' || stat.state === 'X' || (match[3] !== '?' && match[3] !== stat.start)) return 'gone';
  return stat.state === 'T' || stat.state === 't' ? 'stopped' : 'running';
}

/** False only if the process is surely gone. */
export const workerAlive = (name: string): boolean => workerCondition(name) !== 'gone';
