/**
 * The lease of a worker on its trials: while it works it notes heartbeats in the storage, and whoever looks judges by them whether it still lives.
 * Gray & Cheriton 1989, "Leases: an efficient fault-tolerant mechanism for distributed file cache consistency", without their clocks: a heartbeat is a
 * counter that grows, and silence is measured by the observer's own monotonic clock from look to look. So no two clocks are ever compared, and neither skew nor
 * a clock that is set matters. A gap between two looks (this process itself was frozen, or the machine slept) counts as two heartbeats at most.
 *
 * A worker is dead if
 * - its process on this host is gone: known at once;
 * - its process on this host is stopped (SIGSTOP, Ctrl-Z) and its heartbeats have been silent for the lease time;
 * - it is on another host, or cannot be judged from here, and its heartbeats have been silent for the lease time (a client's: the one in its name).
 * A process of this host that runs but is silent lives: a synchronous objective blocks its own heartbeat.
 * Cost: one write per beat and process, one read per look.
 */
import type { Storage } from '#core';
import { clientLeaseMs, workerCondition } from '#storage';

export interface LeaseOptions {
  /** Silence after which a worker is given up. */
  readonly leaseMs?: number;
  /** Milliseconds that only grow. */
  readonly monotonic?: () => number;
}

export interface Lease {
  /** Reads the heartbeats of all; `isAlive` judges by what the looks so far have seen. */
  readonly look: () => Promise<void>;
  readonly isAlive: (worker: string) => boolean;
  /** A heartbeat for a client that has just been heard of. */
  readonly renew: (client: string) => Promise<void>;
  /** Forgets a client that holds nothing any more. */
  readonly forget: (client: string) => Promise<void>;
  /** Ends the heartbeat. */
  readonly release: () => Promise<void>;
}

export const LEASE_MS = 30_000;
/** Heartbeats in a lease time: some may fail (a locked database) before anybody is given up. */
const BEATS = 5;

interface Seen {
  readonly beats: number;
  readonly silentMs: number;
}

export async function holdLease(
  storage: Storage,
  id: string,
  worker: string,
  { leaseMs = LEASE_MS, monotonic = () => performance.now() }: LeaseOptions = {},
): Promise<Lease> {
  const everyMs = leaseMs / BEATS;
  const seen = new Map<string, Seen>();
  let lastLook = monotonic();
  await storage.beat(id, worker, true);
  const beat = (): void => {
    // A beat that fails is one the less; a storage that is gone is noticed by the calls that matter.
    storage.beat(id, worker, true).catch(() => undefined);
  };
  const timer = setInterval(beat, everyMs);
  timer.unref();
  return {
    async look() {
      const beats = await storage.beats(id);
      const now = monotonic();
      const gapMs = Math.min(now - lastLook, 2 * everyMs);
      lastLook = now;
      // Those that were asked about and have never beaten are silent, too.
      for (const name of new Set([...beats.keys(), ...seen.keys()])) {
        const count = beats.get(name) ?? 0;
        const before = seen.get(name);
        seen.set(name, { beats: count, silentMs: before?.beats === count ? before.silentMs + gapMs : 0 });
      }
    },
    isAlive(name) {
      const condition = workerCondition(name);
      if (condition === 'gone') return false;
      if (condition === 'running') return true;
      const known = seen.get(name);
      if (known === undefined) seen.set(name, { beats: 0, silentMs: 0 });
      return known === undefined || known.silentMs < (clientLeaseMs(name) ?? leaseMs);
    },
    renew: (client) => storage.beat(id, client, true),
    forget: (client) => storage.beat(id, client, false),
    async release() {
      clearInterval(timer);
      // Of no matter where the storage is gone.
      await storage.beat(id, worker, false).catch(() => undefined);
    },
  };
}
