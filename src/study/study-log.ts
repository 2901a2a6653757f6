/**
 * The log of a study as this process has read it, folded into its state, and the one way to change it: an append at the place it has been read to.
 * If another process was faster, what it wrote is read and the change is decided again. Nothing is locked while a sampler thinks or a trial runs.
 * Within a process the calls on one log take turns, so they may be made concurrently.
 */
import { setImmediate as soon } from 'node:timers/promises';
import { TuneError, type RunningTrial, type Storage, type StudyEvent, type StudyState, type TrialRecord } from '#core';
import { predicatesOf, spaceFromJson, type Constraint, type Predicates, type Space } from '#space';
import { keepState } from '#storage';
import { markAfter, needsSnapshot } from './marks.ts';
import { OrderedView } from './order.ts';
import type { TrialHandle } from './trial.ts';

export type StudyListener = (event: StudyEvent) => void;

/** What createStudy and openStudy know of the log. */
export interface LogParts {
  readonly storage: Storage;
  /** Its id in the storage. */
  readonly id: string;
  readonly state: StudyState;
  /** How many events were folded to open it. */
  readonly folded: number;
  readonly space: Space;
  /** Code of predicates that the space may come to have by an edit of another process. */
  readonly predicates: Predicates;
  /** How this process signs for the trials it runs. */
  readonly worker: string;
  readonly now: () => number;
}

export class StudyLog {
  readonly storage: Storage;
  readonly id: string;
  readonly state: StudyState;
  readonly worker: string;
  readonly now: () => number;
  #space: Space;
  #predicates: Predicates;
  readonly #listeners = new Set<StudyListener>();
  #turn: Promise<unknown> = Promise.resolve();
  /** A snapshot that is being kept. */
  #keeping: Promise<unknown> | null = null;
  /** The length at which the next one is due. */
  #mark: number;
  /** Only kept where ordered mode is used. */
  #order: OrderedView | null = null;

  constructor({ storage, id, state, folded, space, predicates, worker, now }: LogParts) {
    this.storage = storage;
    this.id = id;
    this.state = state;
    this.worker = worker;
    this.now = now;
    this.#space = space;
    this.#predicates = predicates;
    this.knowPredicates(space.constraints);
    this.#mark = markAfter(state.seq);
    if (needsSnapshot(state.seq, folded)) this.#keepSnapshot();
  }

  /** As last edited. */
  get space(): Space {
    return this.#space;
  }

  /** Remembers the code of these predicates: the log keeps their names only. */
  knowPredicates(constraints: readonly Constraint[]): void {
    this.#predicates = { ...this.#predicates, ...predicatesOf(constraints) };
  }

  /** Runs `work` after the calls made before. */
  takeTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Waits for the calls under way. */
  async settled(): Promise<void> {
    await this.#turn.catch(() => undefined);
    await this.#keeping;
  }

  /** Takes a turn to append what `decide` makes of the state; decides again after a conflict. Appends nothing for no events. */
  change(decide: () => readonly StudyEvent[]): Promise<void> {
    return this.takeTurn(async () => {
      for (;;) {
        const events = decide();
        if (events.length === 0 || (await this.append(events))) return;
      }
    });
  }

  /** Within a turn. False after a conflict: what others wrote has then been read, and the caller decides again. */
  async append(events: readonly StudyEvent[]): Promise<boolean> {
    if ((await this.storage.append(this.id, this.state.seq, events)) === 'conflict') {
      await this.readOn();
      return false;
    }
    for (const event of events) this.#apply(event);
    // Exactly one process appends the event at a mark.
    if (this.state.seq >= this.#mark) this.#keepSnapshot();
    return true;
  }

  /** Within a turn: reads what other processes have written. */
  async readOn(): Promise<void> {
    for (const { event } of await this.storage.read(this.id, this.state.seq)) this.#apply(event);
    if (this.state.seq >= this.#mark) this.#mark = markAfter(this.state.seq);
  }

  subscribe(listener: StudyListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What trials in ordered mode may know. */
  async ordered(): Promise<OrderedView> {
    this.#order ??= new OrderedView((await this.storage.read(this.id, 0)).slice(0, this.state.seq));
    return this.#order;
  }

  /** The record of a trial; refuses a handle whose trial was lost and taken over. */
  recordOf(of: TrialHandle | number): TrialRecord {
    const number = typeof of === 'number' ? of : of.number;
    const record = this.state.trials[number];
    if (record === undefined)
      throw new TuneError('no-trial', `the study has no trial ${number}; it has ${this.state.trials.length}.`, {
        number,
      });
    if (typeof of !== 'number' && of.attempt !== record.attempt)
      throw new TuneError(
        'taken-over',
        `trial ${number} was given up as lost and taken over; this result of attempt ${of.attempt} comes too late.`,
        { number },
      );
    return record;
  }

  running(number: number): RunningTrial {
    const record = this.state.trials[number];
    if (record?.state !== 'running')
      throw new Error(`internal: trial ${number} is ${record?.state ?? 'unknown'}, not running`);
    return record;
  }

  allRunning(): RunningTrial[] {
    return [...this.state.running].map((number) => this.running(number));
  }

  /** When what is under way has been answered. If it fails, the next who opens the study folds more events. */
  #keepSnapshot(): void {
    this.#mark = markAfter(this.state.seq);
    this.#keeping ??= soon()
      .then(() => keepState(this.storage, this.id, this.state))
      .catch(() => undefined)
      .finally(() => (this.#keeping = null));
  }

  #apply(event: StudyEvent): void {
    this.state.apply(event);
    this.#order?.apply(event);
    if (event.type === 'spaceEdited') this.#space = spaceFromJson(event.space, { predicates: this.#predicates });
    for (const listener of this.#listeners) listener(event);
  }
}
