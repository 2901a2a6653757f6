/** Whether the system ended processes for lack of memory: Linux counts them since boot in /proc/vmstat. */
import { readFileSync } from 'node:fs';

/** Starts watching; the returned function tells whether a process of this machine was ended so since. Always false where that is not told. */
export function watchOutOfMemory(): () => boolean {
  const before = kills();
  return () => {
    const now = kills();
    return before !== null && now !== null && now > before;
  };
}

function kills(): number | null {
  try {
    const match = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'));
    return match ? Number(match[1]) : null;
  } catch {
    return null;
  }
}
