/**
 * A study: ask for parameters, report measurements, tell results. Everything it knows is a fold of its log; every change is an append.
 * Several processes may work on one stored study. Each decides from what it has read and appends at the place it has read to; if another
 * was faster, it reads on, decides again and retries. Nothing is locked while a sampler thinks or a trial runs.
 * Within a process the calls of one study take turns, so they may be made concurrently.
 */
import {
  bestTrial,
  kneeTrial,
  isFinished,
  paretoTrials,
  TuneError,
  type CompleteTrial,
  type FinishedTrial,
  type Hints,
  type Json,
  type Params,
  type PruneDecision,
  type Pruner,
  type RunningTrial,
  type Sampler,
  type Storage,
  type StudyDefinition,
  type StudyEvent,
  type StudyState,
  type Suggestion,
  type TrialRecord,
  type Values,
} from '#core';
import {
  completed,
  fits,
  fixedChanges,
  flatten,
  planEdit,
  predicatesOf,
  readFixed,
  restrict,
  spaceFromJson,
  type Fields,
  type Infer,
  type Predicates,
  type Space,
} from '#space';
import { showAs, studyShown, trialShown, trialsShown } from '#display';
import { workerAlive } from '#storage';
import { holdLease, type Lease, type LeaseOptions } from './lease.ts';
import { optimize, type Objective, type OptimizeOptions, type OptimizeResult } from './optimize.ts';
import { OrderedView } from './order.ts';
import { readMeasurement, readOutcome, toldMetrics, type Outcome } from './outcome.ts';
import type { FixedValues, PartialParams } from './params.ts';
import { Search, type Asked } from './search.ts';
import { Trial, type TrialHandle } from './trial.ts';

/** @internal What createStudy and openStudy have put together. */
interface StudyParts {
  readonly storage: Storage;
  readonly ownsStorage: boolean;
  readonly id: string;
  readonly state: StudyState;
  readonly space: Space;
  /** Code of predicates that the space may come to have by an edit of another process. */
  readonly predicates: Predicates;
  readonly sampler: Sampler;
  readonly pruner: Pruner;
  readonly hints: Hints;
  readonly worker: string;
  readonly now: () => number;
  /** A seed was given: whoever runs the study wants it again. */
  readonly seeded: boolean;
}

export type StudyListener = (event: StudyEvent) => void;

/** A record whose parameters have the type of the space. */
export type Typed<R extends TrialRecord, P> = R & { readonly params: P };

export interface AskOptions<P = Params> {
  /**
   * Values by path for this trial; the sampler chooses the rest, from all of the history. A waiting trial is taken only if it has them, a paused one never.
   * They win over those of the study.
   */
  readonly fixed?: FixedValues<P>;
  /** Whether the trial can be set aside and go on later: the pruner may then answer 'pause'. */
  readonly resumable?: boolean;
  /** Who runs it, for `recover`: `workerName(pid)` of a child process. Default: this process. */
  readonly worker?: string;
}

export interface RecoverOptions {
  /** The step of the checkpoint a lost trial can go on from; null: from its start. */
  readonly keptStep?: (trial: RunningTrial) => number | null;
  /** A trial that so many attempts have lost fails with that reason instead of going back in line. */
  readonly maxAttempts?: number;
}

export interface NextOptions<P = Params> extends AskOptions<P> {
  /** Ordered mode with this lag (see order.ts); else everything told so far is known. */
  readonly lag?: number | null;
}

type Work<P> =
  | { readonly trial: Trial<P> }
  /** Nothing is left to run; the sentence says why. */
  | { readonly nothing: string }
  /** In ordered mode: whether there is more depends on trials that still run. */
  | { readonly later: string };

/** Of a trial: what ends its workers again and again is in the trial itself. */
const MAX_ATTEMPTS = 30;

/** Attribute of a study: true while a person holds it, so that no trial is started. */
const HELD = 'held';

/** Attribute of a study: the lag of its ordered mode; 0 if it was begun without. */
const LAG = 'lag';

export class Study<P = Params, O extends string = string> {
  #space: Space;
  #predicates: Predicates;
  /** As in the definition, or as given when the study was continued. */
  readonly hints: Hints;
  readonly #parts: StudyParts;
  readonly #state: StudyState;
  readonly #search: Search;
  readonly #listeners = new Set<StudyListener>();
  /** The array of trials that has been told how notebooks see it. */
  #shown: readonly TrialRecord[] | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  /** Only kept where ordered mode is used. */
  #order: OrderedView | null = null;

  /** @internal Use createStudy or openStudy. */
  constructor(parts: StudyParts) {
    this.#parts = parts;
    this.#state = parts.state;
    this.#space = parts.space;
    this.#predicates = { ...parts.predicates, ...predicatesOf(parts.space.constraints) };
    this.hints = parts.hints;
    const { sampler, pruner, hints, state } = parts;
    this.#search = new Search(sampler, pruner, hints, state.definition.seed);
  }

  /** As last edited. */
  get space(): Space {
    return this.#space;
  }
  get definition(): StudyDefinition {
    return this.#state.definition;
  }
  get name(): string {
    return this.definition.name;
  }
  get sampler(): string {
    return this.#parts.sampler.name;
  }
  get pruner(): string {
    return this.#parts.pruner.name;
  }
  /** All trials by number, as last read: `refresh()` reads what other processes wrote. */
  get trials(): readonly Typed<TrialRecord, P>[] {
    const { trials } = this.#state;
    if (trials !== this.#shown) {
      this.#shown = trials;
      showAs(trials, () => trialsShown(this));
    }
    return trials as readonly Typed<TrialRecord, P>[]; // parameters were parsed by the space
  }
  /** The best complete trial that keeps the constraints, or null; with several objectives a TuneError (use `pareto`). */
  get best(): Typed<CompleteTrial, P> | null {
    const { objectives, limits } = this.definition;
    return this.#seen(bestTrial(this.#state.trials, objectives, limits)) as Typed<CompleteTrial, P> | null; // as above
  }
  /** Complete trials that keep the constraints and that no other such trial dominates. */
  get pareto(): readonly Typed<CompleteTrial, P>[] {
    const { objectives, limits } = this.definition;
    const front = paretoTrials(this.#state.trials, objectives, limits);
    for (const trial of front) this.#seen(trial);
    return front as Typed<CompleteTrial, P>[]; // as above
  }
  /** Of several objectives: the trial of `pareto` where every further gain in one costs much of another; null if the front has no such bend. */
  get knee(): Typed<CompleteTrial, P> | null {
    return kneeTrial(this.pareto, this.definition.objectives) as Typed<CompleteTrial, P> | null; // as above
  }
  /** A record that is handed out alone: a notebook sees it as a trial. */
  #seen<R extends TrialRecord | null | undefined>(record: R): R {
    if (record) showAs(record, () => trialShown(record, this.definition));
    return record;
  }
  /** Number of trials in each state. */
  get counts(): StudyState['counts'] {
    return this.#state.counts;
  }
  get attributes(): Readonly<Record<string, Json>> {
    return this.#state.attributes;
  }
  /** The lag of its ordered mode, 0 if it was begun without, null if that is not decided. */
  get lag(): number | null {
    const lag = this.attributes[LAG];
    return typeof lag === 'number' ? lag : null;
  }
  /** How this process signs for the trials it runs. */
  get worker(): string {
    return this.#parts.worker;
  }
  /** Running trials that other processes have signed for. */
  get runningElsewhere(): number {
    const { worker } = this.#parts;
    return [...this.#state.running].filter((number) => this.#running(number).worker !== worker).length;
  }
  /** Whether a person holds it: trials that run go on, none is started. */
  get held(): boolean {
    return this.attributes[HELD] === true;
  }
  /** Why the search ended; null while it goes on. */
  get finished(): { readonly reason: string } | null {
    return this.#state.finished;
  }

  /**
   * The next trial to run: one that waits (enqueued, or lost by its worker; lowest number first), else a paused one that the pruner
   * promotes, else a new one from the sampler. Never waits for other trials. A TuneError 'exhausted' when the sampler has nothing left.
   */
  async ask(options: AskOptions<P> = {}): Promise<Trial<P>> {
    const work = await this.next(Infinity, { resumable: true, ...options });
    if ('nothing' in work) throw new TuneError('exhausted', work.nothing);
    if ('later' in work) throw new TuneError('held', work.later);
    return work.trial;
  }

  /** As `ask`, but makes a new trial only while the study has fewer than `trials`; says why when there is nothing to run. */
  next(
    trials: number,
    { resumable = false, worker = this.#parts.worker, lag = null, fixed: given }: NextOptions<P> = {},
  ): Promise<Work<P>> {
    return this.#takeTurn(async () => {
      const suggestions = new Map<number, Suggestion>();
      let space = this.#space;
      for (;;) {
        // Whoever waits hears of the end of it by reading on.
        if (this.held) await this.#readOn();
        if (this.held) return { later: `study "${this.name}" is held; it goes on when somebody lets it.` };
        // Edited meanwhile by another process: what was thought of lies in the old space.
        if (space !== this.#space) suggestions.clear();
        space = this.#space;
        const fixed = given === undefined ? null : readFixed(space, given);
        const asked: Asked = { at: this.#parts.now(), space, trials, worker, suggestions, fixed };
        const choice =
          lag === null
            ? this.#search.choose(this.#state, asked)
            : this.#search.chooseInOrder(this.#state, await this.#ordered(), lag, asked);
        if (!('type' in choice)) return choice;
        const before = this.#state.trials[choice.number];
        if (!(await this.#append([choice]))) continue;
        const record = this.#running(choice.number);
        const resumed = before !== undefined && (before.state === 'paused' || before.measurements.length > 0);
        return { trial: new Trial<P>(this, record, resumed, resumable) };
      }
    });
  }

  /** What `trial.report` does, by number: for callers that hold no handle. */
  report(
    of: TrialHandle | number,
    step: number,
    values: Values,
    { resumable }: { readonly resumable?: boolean } = {},
  ): Promise<PruneDecision> {
    const mayPause = resumable ?? (typeof of === 'number' ? false : of.resumable);
    return this.#takeTurn(async () => {
      for (;;) {
        const record = this.#own(of);
        if (record.state !== 'running')
          throw new TuneError(
            'not-running',
            `report: trial ${record.number} is ${record.state}, not running; ask for it first.`,
            { number: record.number },
          );
        const measured = readMeasurement(record, step, values);
        if (await this.#append([{ type: 'measured', at: this.#parts.now(), number: record.number, ...measured }]))
          break;
      }
      for (;;) {
        const record = this.#own(of);
        if (record.state !== 'running') return { decision: 'continue' }; // taken away meanwhile: the next call will say so
        if (record.stopReason !== null) return { decision: 'stop', reason: record.stopReason };
        const decision = this.#search.decide(this.definition, record, await this.#known(record), mayPause);
        if (decision.decision === 'continue') return decision;
        const type = decision.decision === 'stop' ? 'stopRequested' : 'trialPaused';
        if (await this.#append([{ type, at: this.#parts.now(), number: record.number, reason: decision.reason }]))
          return decision;
      }
    });
  }

  /**
   * Ends a trial: with values by objective (further numbers are not kept), `{ state: 'pruned' }` or `{ state: 'failed', error }`.
   * A value that is NaN or ±Infinity ends it as failed. After 'stop' it ends as pruned. Returns the record it became.
   */
  tell(of: TrialHandle | number, outcome: Outcome<O>): Promise<Typed<FinishedTrial, P>> {
    return this.#takeTurn(async () => {
      for (;;) {
        const record = this.#own(of);
        if (isFinished(record))
          throw new TuneError('ended', `tell: trial ${record.number} has ended before, as ${record.state}.`, {
            number: record.number,
          });
        const result = readOutcome(record, outcome, this.#metrics());
        if (await this.#append([{ type: 'trialFinished', at: this.#parts.now(), number: record.number, result }]))
          return this.#seen(this.trials[record.number]) as Typed<FinishedTrial, P>; // just finished
      }
    });
  }

  /** Queues parameters to be run before the sampler is asked again, which chooses those that are left out; returns the trial's number. */
  async enqueue(params: PartialParams<P>): Promise<number> {
    return this.#addTrial((number) => {
      const event = { type: 'trialEnqueued', at: this.#parts.now(), number } as const;
      if (fits(this.#space, params)) return [{ ...event, params: this.#space.parse(params) }];
      const fixed = readFixed(this.#space, flatten(params), 'params');
      return [{ ...event, params: this.#search.fill(this.#state, this.#space, number, fixed), fixed }];
    });
  }

  /**
   * Goes on in another space; no trial is lost. Ranges may grow and shrink, choices and labels come and go, a parameter become `fixed(value)` or be freed, new
   * ones come with a default, which earlier trials count as having had. What `fixed` says, by path, holds from now on instead of what was fixed before.
   * A TuneError 'bad-edit' if earlier trials would lose their meaning. Trials that run or are paused go on; waiting ones that do not fit any more end as failed.
   * Returns this study, typed by the new space.
   */
  async edit<const F extends Fields>(
    next: Space<F>,
    { fixed = {} }: { readonly fixed?: FixedValues<Infer<Space<F>>> } = {},
  ): Promise<Study<Infer<Space<F>>, O>> {
    await this.#takeTurn(async () => {
      await this.#readOn();
      this.#predicates = { ...this.#predicates, ...predicatesOf(next.constraints) };
      for (;;) {
        const plan = planEdit(this.#space, next);
        const held = readFixed(plan.space, fixed);
        restrict(plan.space, held); // refuses what constraints rule out
        const changes = [...plan.changes, ...fixedChanges(this.definition.fixed ?? {}, held)];
        if (changes.length === 0) return;
        const at = this.#parts.now();
        const { space, fill } = plan;
        const unfit = [...this.#state.waiting].filter(
          (number) => !fits(space, completed(this.#state.trials[number]?.params ?? {}, fill)),
        );
        const events: StudyEvent[] = [
          { type: 'spaceEdited', at, space: space.toJSON(), fixed: held, fill, changes },
          ...unfit.map((number): StudyEvent => {
            const error = { message: 'its parameters do not fit the space any more' };
            return { type: 'trialFinished', at, number, result: { state: 'failed', error } };
          }),
        ];
        if (await this.#append(events)) return;
      }
    });
    return this as unknown as Study<Infer<Space<F>>, O>; // the trials to come have the parameters of the new space
  }

  /** Adds a trial whose outcome is known already; samplers learn from it. Returns its number. */
  async add(params: P, outcome: Outcome<O>): Promise<number> {
    const parsed = this.space.parse(params);
    return this.#addTrial((number) => {
      const at = this.#parts.now();
      const result = readOutcome({ number, state: 'waiting' }, outcome, this.#metrics());
      return [
        { type: 'trialEnqueued', at, number, params: parsed },
        { type: 'trialFinished', at, number, result },
      ];
    });
  }

  /**
   * Ends a trial by a person's wish: a running one is asked to stop and ends when its worker tells, one that waits or is paused ends now, as pruned.
   * A TuneError 'ended' for one that has ended.
   */
  stop(number: number, reason: string): Promise<void> {
    return this.#takeTurn(async () => {
      for (;;) {
        const record = this.#own(number);
        if (isFinished(record))
          throw new TuneError('ended', `stop: trial ${number} has ended before, as ${record.state}.`, { number });
        const of = { at: this.#parts.now(), number };
        const event: StudyEvent =
          record.state === 'running'
            ? { ...of, type: 'stopRequested', reason }
            : { ...of, type: 'trialFinished', result: { state: 'pruned', values: null, reason } };
        if (await this.#append([event])) return;
      }
    });
  }

  /** Holds the study in every process that works on it (`true`), or lets it go on. */
  async setHeld(held: boolean): Promise<void> {
    if (held !== this.held) await this.setAttribute(null, HELD, held);
  }

  /** Notes a fact with a trial, or with the study (`null`). Numbers in it must be finite. */
  setAttribute(number: number | null, key: string, value: Json): Promise<void> {
    return this.#takeTurn(async () => {
      if (!isJson(value))
        throw new TuneError('bad-attribute', `attribute "${key}": the value must be JSON with finite numbers.`, {
          key,
        });
      do if (number !== null) this.#own(number);
      while (!(await this.#append([{ type: 'attributeSet', at: this.#parts.now(), number, key, value }])));
    });
  }

  /** Lets go of a running trial so that it is run again, from `keptStep` (its checkpoint) or from its start: for an interrupted worker. */
  release(of: TrialHandle | number, reason: string, keptStep: number | null = null): Promise<void> {
    return this.#takeTurn(async () => {
      for (;;) {
        const record = this.#own(of);
        if (record.state !== 'running') return;
        if (await this.#append([lost(record, this.#parts.now(), reason, keptStep)])) return;
      }
    });
  }

  /**
   * Puts running trials whose worker is dead back in line: `ask` returns them first, with the same number and parameters.
   * Returns their numbers; one that was lost too often fails. By default a worker is dead if its process on this host is.
   */
  async recover(
    isAlive: (worker: string) => boolean | Promise<boolean> = workerAlive,
    { keptStep = () => null, maxAttempts = MAX_ATTEMPTS }: RecoverOptions = {},
  ): Promise<number[]> {
    await this.refresh();
    const workers = new Set([...this.#state.running].map((number) => this.#running(number).worker));
    const dead = new Set<string>();
    for (const worker of workers) if (!(await isAlive(worker))) dead.add(worker);
    return this.#takeTurn(async () => {
      for (;;) {
        const orphans = [...this.#state.running]
          .map((number) => this.#running(number))
          .filter(({ worker }) => dead.has(worker));
        const at = this.#parts.now();
        const events = orphans.map((trial): StudyEvent => {
          const { number, attempt, worker } = trial;
          if (attempt < maxAttempts) return lost(trial, at, `its worker ${worker} is gone`, keptStep(trial));
          const message = `its worker was lost in each of ${attempt} attempts`;
          return { type: 'trialFinished', at, number, result: { state: 'failed', error: { message } } };
        });
        if (events.length === 0 || (await this.#append(events))) return orphans.map(({ number }) => number);
      }
    });
  }

  /** Holds this process's lease on its trials: heartbeats in the storage until it is released. See lease.ts for who counts as dead. */
  hold(options: LeaseOptions = {}): Promise<Lease> {
    const { storage, id, worker } = this.#parts;
    return holdLease(storage, id, worker, options);
  }

  /** Notes that the search has ended, unless trials still wait or run or it is noted already. */
  finish(reason: string): Promise<void> {
    return this.#takeTurn(async () => {
      do if (this.#state.finished !== null || this.#state.waiting.size > 0 || this.#state.running.size > 0) return;
      while (!(await this.#append([{ type: 'studyFinished', at: this.#parts.now(), reason }])));
    });
  }

  /** Runs `objective` on trial after trial in this process; see OptimizeOptions. */
  optimize(objective: Objective<P, O>, options: OptimizeOptions = {}): Promise<OptimizeResult> {
    return optimize(this, objective, options, this.#parts.sampler.planned === true);
  }

  /**
   * Settles the lag of ordered mode once for the life of the study: `asked` (0: without), else what it was begun with, else `usual`, which is noted only if
   * it is given. Answers the lag, or null without ordered mode. A TuneError if the study was begun with another one.
   */
  async settleLag(asked: number | undefined, usual: number | undefined): Promise<number | null> {
    await this.refresh();
    const before = this.lag;
    if (before !== null && asked !== undefined && asked !== before && this.trials.length > 0)
      throw new TuneError(
        'other-study',
        `study "${this.name}" was begun ${before === 0 ? 'without ordered mode' : `with lag ${before}`} and cannot go on ${asked === 0 ? 'without' : `with lag ${asked}`}.`,
        { before, asked },
      );
    const lag = asked ?? before ?? usual ?? null;
    if (lag !== null && lag !== before) await this.setAttribute(null, LAG, lag);
    return lag === 0 ? null : lag;
  }

  /** Whether a seed was given when it was created or continued here. */
  get seeded(): boolean {
    return this.#parts.seeded;
  }

  /** Reads what other processes have written. */
  refresh(): Promise<void> {
    return this.#takeTurn(() => this.#readOn());
  }

  /** Calls `listener` for every event that this process writes or reads from now on; returns the function that ends it. */
  subscribe(listener: StudyListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Waits for calls under way; closes the storage if this study opened it. */
  async close(): Promise<void> {
    await this.#turn.catch(() => undefined);
    if (this.#parts.ownsStorage) await this.#parts.storage.close();
  }

  /** @internal */
  seedOf(number: number): number {
    return this.#search.seedOf(number);
  }

  #takeTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #addTrial(events: (number: number) => StudyEvent[]): Promise<number> {
    return this.#takeTurn(async () => {
      for (;;) {
        const number = this.#state.trials.length;
        if (await this.#append(events(number))) return number;
      }
    });
  }

  /** False after a conflict: what others wrote has then been read, and the caller decides again. */
  async #append(events: readonly StudyEvent[]): Promise<boolean> {
    const { storage, id } = this.#parts;
    if ((await storage.append(id, this.#state.seq, events)) === 'conflict') {
      await this.#readOn();
      return false;
    }
    for (const event of events) this.#apply(event);
    return true;
  }

  async #readOn(): Promise<void> {
    const { storage, id } = this.#parts;
    for (const { event } of await storage.read(id, this.#state.seq)) this.#apply(event);
  }

  #apply(event: StudyEvent): void {
    this.#state.apply(event);
    this.#order?.apply(event);
    if (event.type === 'spaceEdited') this.#space = spaceFromJson(event.space, { predicates: this.#predicates });
    for (const listener of this.#listeners) listener(event);
  }

  #metrics(): string[] {
    return toldMetrics(this.definition.objectives, this.definition.limits);
  }

  /** What the pruner of a trial may know: that trial as it is, and in ordered mode of the others what its turn knew. */
  async #known(trial: RunningTrial): Promise<readonly TrialRecord[]> {
    const known = this.lag === null || this.lag === 0 ? null : (await this.#ordered()).knownTo(trial.number);
    if (known === null) return this.#state.trials;
    known[trial.number] = trial;
    return known;
  }

  async #ordered(): Promise<OrderedView> {
    const { storage, id } = this.#parts;
    this.#order ??= new OrderedView((await storage.read(id, 0)).slice(0, this.#state.seq));
    return this.#order;
  }

  /** The record of a trial; refuses a handle whose trial was lost and taken over. */
  #own(of: TrialHandle | number): TrialRecord {
    const number = typeof of === 'number' ? of : of.number;
    const record = this.#state.trials[number];
    if (record === undefined)
      throw new TuneError('no-trial', `the study has no trial ${number}; it has ${this.#state.trials.length}.`, {
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

  #running(number: number): RunningTrial {
    const record = this.#state.trials[number];
    if (record?.state !== 'running')
      throw new Error(`internal: trial ${number} is ${record?.state ?? 'unknown'}, not running`);
    return record;
  }
}

/** What a trial had reached when it was resumed is never lost: it could go on from there once. */
function lost(
  { number, fromStep = null }: RunningTrial,
  at: number,
  reason: string,
  keptStep: number | null,
): StudyEvent {
  const kept = keptStep === null || (fromStep !== null && fromStep > keptStep) ? fromStep : keptStep;
  return { type: 'trialLost', at, number, reason, keptStep: kept };
}

function isJson(value: unknown): value is Json {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null)
    return value === null || typeof value === 'string' || typeof value === 'boolean';
  return Object.values(value).every((v) => v === undefined || isJson(v));
}

showAs(Study.prototype as Study, studyShown); // TypeScript types a prototype's parameters as any
