/**
 * The name a process signs its trials with, and whether the process of a name is still alive.
 * `host:pid:start`: a process id alone is reused sooner or later, so the start time of the process is part of the name
 * (Linux: clock ticks since boot, field 22 of /proc/PID/stat, see proc(5); elsewhere "?" and the process id must do).
 */
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

/** False only if the process is surely gone. A worker on another host, or of an unknown form of name, counts as alive: this machine cannot know. */
export function workerAlive(name: string): boolean {
  const match = /^(.*):(\d+):([^:]*)$/.exec(name);
  if (match === null || match[1] !== hostname()) return true;
  const pid = Number(match[2]);
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to someone else.
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
  }
  const stat = processStat(pid);
  if (stat === null) return true;
  return stat.state !== 'Z' && stat.state !== 'X' && (match[3] === '?' || match[3] === stat.start);
}
