/**
 * One study, live: its log in pages, then each new event as the server sees it, folded by the reducer that the server uses.
 *
 *   pages    GET …/log?after=N    10,000 events each, the first 1,000, compressed; the next is on its way while one is folded
 *   then     GET …/events?after=N  server-sent; after a break it goes on behind the last event that was folded
 *
 * Subscribers are called once a frame at most. One page is folded in a frame, so that the page never stands still while a log of 228,000 events is read (4 s, `npm run bench:dashboard`);
 * a worker thread would have to copy the records back and would cost more than it saves.
 * A log that was replaced (another study of that name) is read again from its beginning. An event that cannot be folded is skipped and told.
 */
import { eventFromJson, StudyState, type StudyEvent } from '#core';
import { call, Refused, studyPath } from './client.ts';
import type { StudyView } from './contract.ts';
import { serverEvents } from './server-events.ts';

/** Where the connection stands; `gone`: there is no such study (any more), and nobody tries again. */
export type Link =
  | { readonly state: 'loading'; readonly read: number; readonly total: number }
  | { readonly state: 'live' }
  | { readonly state: 'away'; readonly message: string }
  | { readonly state: 'gone'; readonly message: string };

export interface LiveSnapshot {
  readonly view: StudyView | null;
  readonly link: Link;
  /** Events of the log that are damaged and were left out; null if none was. */
  readonly damage: string | null;
}

interface LogPage {
  readonly createdAt: number;
  readonly total: number;
  /** Place of the event before the first; the page may begin before what was asked for. */
  readonly after: number;
  readonly events: readonly unknown[];
}

const RETRY_MS = [500, 1000, 2000, 4000];

export class LiveStudy {
  readonly #name: string;
  readonly #listeners = new Set<() => void>();
  readonly #abort = new AbortController();
  #state: StudyState | null = null;
  /** Place in the log, which runs ahead of the reducer's count where events were skipped. */
  #place = 0;
  #createdAt: number | null = null;
  #damaged: string[] = [];
  #link: Link = { state: 'loading', read: 0, total: 0 };
  #snapshot: LiveSnapshot;
  #frame: number | null = null;

  constructor(name: string) {
    this.#name = name;
    this.#snapshot = { view: null, link: this.#link, damage: null };
    void this.#run();
  }

  /** The same object until something has changed. */
  readonly snapshot = (): LiveSnapshot => this.#snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  close(): void {
    this.#abort.abort();
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        await this.#readLog();
        failures = 0;
        await this.#listen();
        if (this.#link.state === 'gone') return;
        this.#link = { state: 'away', message: 'The server ended the connection.' };
      } catch (error) {
        if (signal.aborted) return;
        const message = error instanceof Error ? error.message : String(error);
        if (error instanceof Refused && (error.status === 404 || error.status === 401 || error.status === 403)) {
          this.#link = { state: 'gone', message };
          this.#change();
          return;
        }
        this.#link = { state: 'away', message };
      }
      this.#change();
      await new Promise((done) => setTimeout(done, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]));
    }
  }

  async #page(after: number): Promise<LogPage> {
    const response = await call(`${studyPath(this.#name)}/log?after=${after}`, { signal: this.#abort.signal });
    const header = (name: string): number => Number(response.headers.get(name));
    const page = (await response.json()) as Pick<LogPage, 'after' | 'events'>; // of the server that this page came with
    return { ...page, total: header('attune-log-total'), createdAt: header('attune-log-created') };
  }

  /** Reads on to the end of the log. */
  async #readLog(): Promise<void> {
    let next = this.#page(this.#place);
    for (;;) {
      const { createdAt, total, after, events } = await next;
      const replaced = this.#createdAt !== null && (createdAt !== this.#createdAt || total < this.#place);
      this.#createdAt = createdAt;
      if (replaced) {
        [this.#state, this.#place, this.#damaged] = [null, 0, []];
        next = this.#page(0);
        continue;
      }
      const last = after + events.length;
      const more = last < total;
      if (more) {
        next = this.#page(last);
        // Awaited in the next round: until then its failure is not unhandled.
        next.catch(() => undefined);
      }
      for (const json of events.slice(this.#place - after)) {
        this.#fold(json);
        this.#place++;
      }
      this.#link = more ? { state: 'loading', read: last, total } : { state: 'live' };
      this.#change();
      if (!more) return;
      await nextFrame();
    }
  }

  async #listen(): Promise<void> {
    const response = await call(`${studyPath(this.#name)}/events?after=${this.#place}`, {
      accept: 'text/event-stream',
      signal: this.#abort.signal,
    });
    if (response.body === null) return;
    for await (const { id, event, data } of serverEvents(response.body)) {
      if (event === 'gone') {
        this.#link = { state: 'gone', message: data };
        this.#change();
        return;
      }
      if (event === 'trouble') throw new Error(data);
      this.#fold(parsed(data));
      this.#place = Number(id);
      this.#change();
    }
  }

  #fold(json: unknown): void {
    try {
      const event: StudyEvent = eventFromJson(json, `event ${this.#place + 1}`);
      if (this.#state !== null) this.#state.apply(event);
      else if (event.type === 'studyCreated') this.#state = new StudyState(event);
    } catch (error) {
      this.#damaged.push(error instanceof Error ? error.message : String(error));
    }
  }

  /** Subscribers hear of it with the next frame; in a tab that is not seen, when it is seen again. */
  #change(): void {
    if (this.#frame !== null) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = null;
      const state = this.#state;
      const [first] = this.#damaged;
      this.#snapshot = {
        view: state && {
          definition: state.definition,
          trials: state.trials,
          counts: { ...state.counts },
          finished: state.finished,
          attributes: state.attributes,
          seq: this.#place,
        },
        link: this.#link,
        damage:
          first === undefined
            ? null
            : `${this.#damaged.length} ${this.#damaged.length === 1 ? 'event' : 'events'} of the log could not be read and ${this.#damaged.length === 1 ? 'was' : 'were'} left out; the first: ${first}`,
      };
      for (const listener of this.#listeners) listener();
    });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const nextFrame = (): Promise<void> => new Promise((done) => requestAnimationFrame(() => done()));
