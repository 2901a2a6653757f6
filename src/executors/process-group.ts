/**
 * A command and all that it starts, as one: the command leads a session and a process group of its own (`detached` does setsid), and signals go to the group.
 * On Linux /proc also finds members of the session that made another group, and how much memory all of them hold.
 * Cost: a look through /proc reads one small file for each process of the machine, some milliseconds.
 */
import { readdirSync, readFileSync } from 'node:fs';

type Signal = 'SIGTERM' | 'SIGKILL';

/** Sends a signal to every process of the group that `leader` leads; SIGKILL also to the rest of its session. */
export function signalGroup(leader: number, signal: Signal): void {
  send(-leader, signal);
  if (signal === 'SIGKILL') for (const pid of sessionMembers(leader)) send(pid, signal);
}

/** The bytes that all processes of the session hold in memory (resident set; what they share counts for each); null where there is no /proc. */
export function sessionMemory(leader: number): number | null {
  if (process.platform !== 'linux') return null;
  let kilobytes = 0;
  for (const pid of sessionMembers(leader))
    kilobytes += Number(/^VmRSS:\s+(\d+) kB$/m.exec(read(pid, 'status'))?.[1] ?? 0);
  return kilobytes * 1024;
}

/** The environment a process was started with; null if it is gone or cannot be looked at. */
export function environmentOf(pid: number): ReadonlyMap<string, string> | null {
  const text = read(pid, 'environ');
  if (text === '') return null;
  return new Map(text.split('\0').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

function sessionMembers(leader: number): number[] {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return pids.filter((pid) => {
    // `pid (name) state parent group session …`; the name may hold anything, blanks and brackets too. A zombie (Z) has nothing left to signal.
    const stat = read(pid, 'stat');
    const [state, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(session) === leader && state !== 'Z';
  });
}

/** A file of /proc/PID; empty when the process is gone. */
function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

function send(pid: number, signal: Signal): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone already.
  }
}
