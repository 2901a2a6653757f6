/**
 * The logs of studies in pages (the first of 1,000 events, so that something shows at once, then of 10,000), for those who want all of a log at once (the dashboard). A log only grows, so a full page never changes:
 * it is kept compressed, and a study of 220,000 events is read from the storage and written as JSON once, however often it is opened.
 * In the place of an event that is damaged stands a string, which says why it cannot be read; whoever begins such a log anew sees whether it has been repaired.
 * Cost: memory for the compressed pages; the oldest studies' pages are dropped above `KEPT_BYTES`.
 */
import { promisify } from 'node:util';
import { gzip as gzipCallback } from 'node:zlib';
import { encodeEvent, TuneError, type Storage } from '#core';
import { readToDamage } from '#storage';

const gzip = promisify(gzipCallback);

const FIRST_PAGE = 1000;
const PAGE_EVENTS = 10_000;
const KEPT_BYTES = 64_000_000;

interface Log {
  readonly full: Buffer[];
  /** Events behind the full pages, as JSON. */
  tail: string[];
  damaged: boolean;
}

export interface LogPage {
  /** JSON `{ after, events }`, compressed by gzip. */
  readonly body: Buffer;
  /** Length of the whole log. */
  readonly total: number;
  /** Tells the log from another of the same name. */
  readonly createdAt: number;
}

export interface LogPages {
  /** The page with the event behind `after`; it may begin before that. A TuneError `no-study`. */
  page(name: string, after: number): Promise<LogPage>;
}

export function logPages(storage: Storage): LogPages {
  // In the order of use.
  const logs = new Map<string, Log>();
  const turns = new Map<string, Promise<unknown>>();

  /** Reads on until the page behind `after` is there: the first page of a long log need not wait for the rest. */
  async function readOn(id: string, key: string, after: number): Promise<Log> {
    const kept = logs.get(key);
    const log = kept === undefined || (kept.damaged && after === 0) ? { full: [], tail: [], damaged: false } : kept;
    logs.delete(key);
    logs.set(key, log);
    while (log.full.length <= pageWith(after)) {
      const page = log.full.length;
      const wanted = startOf(page + 1) - startOf(page);
      const missing = wanted - log.tail.length;
      if (missing > 0) {
        const { events, damage } = await readToDamage(storage, id, lengthOf(log), missing);
        for (const { event } of events) log.tail.push(encodeEvent(event));
        if (damage !== null) {
          log.damaged = true;
          while (lengthOf(log) < damage.last) log.tail.push(JSON.stringify(damage.why.message));
        } else if (events.length < missing) break;
      }
      if (log.tail.length >= wanted) log.full.push(await packed(startOf(page), log.tail.splice(0, wanted)));
    }
    forget(logs);
    return log;
  }

  async function lengthInStorage(id: string): Promise<number> {
    return (await storage.list()).find((study) => study.id === id)?.events ?? 0;
  }

  return {
    async page(name, after) {
      const found = await storage.find(name);
      if (found === null) throw new TuneError('no-study', `there is no study "${name}".`, { name });
      const { createdAt } = found.definition;
      // A study that was made anew after the first was removed may have its id.
      const key = `${found.id} ${createdAt}`;
      const mine = (turns.get(key) ?? Promise.resolve()).then(() => readOn(found.id, key, after));
      const settled = mine.catch(() => undefined);
      turns.set(key, settled);
      const log = await mine;
      if (turns.get(key) === settled) turns.delete(key);
      const inFull = startOf(log.full.length);
      const body = log.full[pageWith(after)] ?? (await packed(after, log.tail.slice(Math.max(0, after - inFull))));
      return { body, total: Math.max(lengthOf(log), await lengthInStorage(found.id)), createdAt };
    },
  };
}

/** Events before a page; pages are counted from 0. */
const startOf = (page: number): number => (page === 0 ? 0 : FIRST_PAGE + (page - 1) * PAGE_EVENTS);
const pageWith = (after: number): number =>
  after < FIRST_PAGE ? 0 : 1 + Math.floor((after - FIRST_PAGE) / PAGE_EVENTS);

const lengthOf = ({ full, tail }: Log): number => startOf(full.length) + tail.length;

/** Drops the pages of the studies that were not asked for longest. */
function forget(logs: Map<string, Log>): void {
  const size = ({ full }: Log): number => full.reduce((sum, { length }) => sum + length, 0);
  let kept = [...logs.values()].reduce((sum, log) => sum + size(log), 0);
  for (const [key, log] of logs) {
    if (kept <= KEPT_BYTES || logs.size === 1) return;
    logs.delete(key);
    kept -= size(log);
  }
}

const packed = (after: number, events: readonly string[]): Promise<Buffer> =>
  gzip(`{"after":${after},"events":[${events.join(',')}]}`, { level: 3 });
