/**
 * Who runs a trial, as written into the log: `host/pid/start`. A pid alone is used again after a while, so the time at which the process began
 * belongs to the name (on Linux; elsewhere the pid must do).
 */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Clock ticks from boot to the start of a process (field 22 of /proc/PID/stat), null if it is gone or a zombie, '' where this is not told. */
function startOf(pid: number): string | null {
  if (process.platform === 'linux') {
    try {
      // The name in parentheses may hold spaces and parentheses: fields are counted behind the last one.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)\s/s, '').split(' ');
      return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? '');
    } catch {
      return null;
    }
  }
  try {
    process.kill(pid, 0);
    return '';
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? '' : null;
  }
}

/** Slashes would blur the parts. */
const host = (): string => hostname().replaceAll('/', '-');

export const thisOwner = (): string => `${host()}/${process.pid}/${startOf(process.pid) ?? ''}`;

/**
 * What is known of an owner: 'foreign' is a process of another host (or a name this version did not write), of which nothing can be seen from here.
 */
export function ownerState(owner: string): 'alive' | 'dead' | 'foreign' {
  const [where, pid, start] = owner.split('/');
  if (where !== host() || start === undefined || !/^\d+$/.test(pid ?? '')) return 'foreign';
  return startOf(Number(pid)) === start ? 'alive' : 'dead';
}
