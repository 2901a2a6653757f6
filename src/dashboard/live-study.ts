/**
 * One study, live: its log in pages, then each new event as the server sees it, folded by the reducer that the server uses.
 *
 *   pages    GET …/log?after=N    10,000 events each, the first 1,000, compressed; the next is on its way while one is folded
 *   then     GET …/events?after=N  server-sent; after a break it goes on behind the last event that was folded
 *
 * Subscribers are called once a frame at most. One page is folded in a frame, so that the page never stands still while a log of 228,000 events is read (4 s, `npm run bench:dashboard`);
 * a worker thread would have to copy the records back and would cost more than it saves.
 * A log that was replaced (another study of that name) is read again from its beginning; a study that was removed is looked for until there is one of that name again.
 * An event that is damaged, or cannot be folded, is skipped and told.
 */
import { eventFromJson, StudyState, type StudyEvent } from '#core';
import { count } from '#text';
import { call, Refused, studyPath } from './client.ts';
import type { StudyView } from './contract.ts';
import { serverEvents } from './server-events.ts';

/** Where the connection stands; `gone`: there is no such study (any more); `refused`: only with another token, and nobody tries again. */
export type Link =
  | { readonly state: 'loading'; readonly read: number; readonly total: number }
  | { readonly state: 'live' }
  | { readonly state: 'away' | 'refused'; readonly message: string }
  | { readonly state: 'gone' };

export interface LiveSnapshot {
  readonly view: StudyView | null;
  readonly link: Link;
  /** What is said of the events that are damaged and were left out; null if none was. */
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
        this.#link = { state: 'away', message: 'The server ended the connection.' };
      } catch (error) {
        if (signal.aborted) return;
        const message = error instanceof Error ? error.message : String(error);
        const status = error instanceof Refused ? error.status : 0;
        if (status === 404) this.#link = { state: 'gone' };
        else this.#link = { state: status === 401 || status === 403 ? 'refused' : 'away', message };
      }
      this.#change();
      if (this.#link.state === 'refused') return;
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
      const readOn = (): void => {
        next = this.#page(last);
        // Awaited in the next round: until then its failure is not unhandled.
        next.catch(() => undefined);
      };
      // The first trials are to be seen before the server is busy with the rest.
      const isFirst = after === 0;
      if (more && !isFirst) readOn();
      for (const json of events.slice(this.#place - after)) {
        this.#fold(json);
        this.#place++;
      }
      this.#link = more ? { state: 'loading', read: last, total } : { state: 'live' };
      this.#change();
      if (!more) return;
      await nextFrame();
      if (isFirst) readOn();
    }
  }

  async #listen(): Promise<void> {
    const response = await call(`${studyPath(this.#name)}/events?after=${this.#place}`, {
      accept: 'text/event-stream',
      signal: this.#abort.signal,
    });
    if (response.body === null) return;
    for await (const { id, event, data } of serverEvents(response.body)) {
      if (event === 'gone') throw new Refused(404, { code: 'no-study', message: data });
      if (event === 'trouble') throw new Error(data);
      this.#fold(event === 'damage' ? data : parsed(data));
      this.#place = Number(id);
      this.#change();
    }
  }

  /** `json` is an event, or a text that says why there is none to be read. */
  #fold(json: unknown): void {
    const place = `event ${this.#place + 1}`;
    if (typeof json === 'string') this.#damaged.push(json);
    else {
      try {
        this.#apply(eventFromJson(json, place));
      } catch (error) {
        const what = error instanceof Error ? error.message : String(error);
        // The reducer does not know where in the log it is.
        this.#damaged.push(what.replace(/^internal:/, `${place}:`));
      }
    }
  }

  #apply(event: StudyEvent): void {
    if (this.#state !== null) this.#state.applyPast(event, this.#damaged.length);
    else if (event.type === 'studyCreated') this.#state = new StudyState(event);
    else throw new Error(`internal: ${event.type} before the study was made`);
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
        damage: first === undefined ? null : damageText(this.#damaged.length, first),
      };
      for (const listener of this.#listeners) listener();
    });
  }
}

const damageText = (events: number, first: string): string =>
  `${count(events, 'event')} of the log could not be read and ${events === 1 ? 'is' : 'are'} left out; the first: ${first}`;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // no event
  }
}

/** Behind the drawing of the next frame, so that what was read is seen before more is folded. */
const nextFrame = (): Promise<void> => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
