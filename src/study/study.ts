/**
 * A study: ask for parameters, report measurements, tell results. Everything it knows is a fold of its log; every change is an append (study-log.ts).
 * Several processes may work on one stored study, and the calls of one process may be made concurrently.
 * This file is what callers see; what a call does stands in the file of its name.
 */
import {
  bestTrial,
  kneeTrial,
  paretoTrials,
  TuneError,
  type CompleteTrial,
  type FinishedTrial,
  type Hints,
  type Json,
  type Params,
  type PruneDecision,
  type Pruner,
  type Sampler,
  type StudyDefinition,
  type StudyState,
  type TrialRecord,
  type Values,
} from '#core';
import { showAs, studyShown, trialShown, trialsShown } from '#display';
import type { Fields, Infer, Space } from '#space';
import { workerAlive } from '#storage';
import { isHeld, lagOf, setAttribute, setHeld, settleLag } from './attributes.ts';
import { editSpace } from './edit.ts';
import { holdLease, type Lease, type LeaseOptions } from './lease.ts';
import { nextTrial } from './next-trial.ts';
import { optimize, type Objective, type OptimizeOptions, type OptimizeResult } from './optimize.ts';
import type { Outcome } from './outcome.ts';
import type { FixedValues, PartialParams } from './params.ts';
import { recover, release, type RecoverOptions } from './recover.ts';
import { report } from './report.ts';
import { Search } from './search.ts';
import { StudyLog, type LogParts, type StudyListener } from './study-log.ts';
import { add, enqueue, stop, tell } from './tell.ts';
import { Trial, type TrialHandle, type Typed } from './trial.ts';

/** @internal What createStudy and openStudy have put together. */
interface StudyParts extends LogParts {
  readonly ownsStorage: boolean;
  readonly sampler: Sampler;
  readonly pruner: Pruner;
  readonly hints: Hints;
  /** A seed was given: whoever runs the study wants it again. */
  readonly seeded: boolean;
}

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

export class Study<P = Params, O extends string = string> {
  /** As in the definition, or as given when the study was continued. */
  readonly hints: Hints;
  readonly #parts: StudyParts;
  readonly #log: StudyLog;
  readonly #search: Search;
  /** The array of trials that has been told how notebooks see it. */
  #shown: readonly TrialRecord[] | null = null;

  /** @internal Use createStudy or openStudy. */
  constructor(parts: StudyParts) {
    const { sampler, pruner, hints, state } = parts;
    this.#parts = parts;
    this.hints = hints;
    this.#log = new StudyLog(parts);
    this.#search = new Search(sampler, pruner, hints, state.definition.seed);
  }

  /** As last edited. */
  get space(): Space {
    return this.#log.space;
  }
  get definition(): StudyDefinition {
    return this.#log.state.definition;
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
    const { trials } = this.#log.state;
    if (trials !== this.#shown) {
      this.#shown = trials;
      showAs(trials, () => trialsShown(this.#untyped));
    }
    return trials as readonly Typed<TrialRecord, P>[]; // parameters were parsed by the space
  }
  /** The best complete trial that keeps the constraints, or null; with several objectives a TuneError (use `pareto`). */
  get best(): Typed<CompleteTrial, P> | null {
    const { objectives, limits } = this.definition;
    return this.#seen(bestTrial(this.#log.state.trials, objectives, limits)) as Typed<CompleteTrial, P> | null; // as above
  }
  /** Complete trials that keep the constraints and that no other such trial dominates. */
  get pareto(): readonly Typed<CompleteTrial, P>[] {
    const { objectives, limits } = this.definition;
    const front = paretoTrials(this.#log.state.trials, objectives, limits);
    for (const trial of front) this.#seen(trial);
    return front as Typed<CompleteTrial, P>[]; // as above
  }
  /** Of several objectives: the trial of `pareto` where every further gain in one costs much of another; null if the front has no such bend. */
  get knee(): Typed<CompleteTrial, P> | null {
    return kneeTrial(this.#untyped.pareto, this.definition.objectives) as Typed<CompleteTrial, P> | null; // as above
  }
  /** This study for code that knows nothing of the space. */
  get #untyped(): Study {
    return this as unknown as Study; // P is what the space parses, so it is Params
  }
  /** A record that is handed out alone: a notebook sees it as a trial. */
  #seen<R extends TrialRecord | null | undefined>(record: R): R {
    if (record) showAs(record, () => trialShown(record, this.definition));
    return record;
  }
  /** Number of trials in each state. */
  get counts(): StudyState['counts'] {
    return this.#log.state.counts;
  }
  get attributes(): Readonly<Record<string, Json>> {
    return this.#log.state.attributes;
  }
  /** The lag of its ordered mode, 0 if it was begun without, null if that is not decided. */
  get lag(): number | null {
    return lagOf(this.#log.state);
  }
  /** How this process signs for the trials it runs. */
  get worker(): string {
    return this.#log.worker;
  }
  /** Running trials that other processes have signed for. */
  get runningElsewhere(): number {
    return this.#log.allRunning().filter(({ worker }) => worker !== this.worker).length;
  }
  /** Whether a person holds it: trials that run go on, none is started. */
  get held(): boolean {
    return isHeld(this.#log.state);
  }
  /** Why the search ended; null while it goes on. */
  get finished(): { readonly reason: string } | null {
    return this.#log.state.finished;
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
  async next(
    trials: number,
    { resumable = false, worker = this.worker, lag = null, fixed }: NextOptions<P> = {},
  ): Promise<Work<P>> {
    const next = await nextTrial(this.#log, this.#search, { trials, worker, lag, fixed });
    if (!('started' in next)) return next;
    return { trial: new Trial<P>(this.#untyped, next.started, next.resumed, resumable) };
  }

  /** What `trial.report` does, by number: for callers that hold no handle. */
  report(
    of: TrialHandle | number,
    step: number,
    values: Values,
    { resumable }: { readonly resumable?: boolean } = {},
  ): Promise<PruneDecision> {
    const mayPause = resumable ?? (typeof of === 'number' ? false : of.resumable);
    return report(this.#log, this.#search, of, step, values, mayPause);
  }

  /**
   * Ends a trial: with values by objective (further numbers are not kept), `{ state: 'pruned' }` or `{ state: 'failed', error }`.
   * A value that is NaN or ±Infinity ends it as failed. After 'stop' it ends as pruned. Returns the record it became.
   */
  async tell(of: TrialHandle | number, outcome: Outcome<O>): Promise<Typed<FinishedTrial, P>> {
    return (await tell(this.#log, of, outcome)) as Typed<FinishedTrial, P>; // parameters were parsed by the space
  }

  /** Queues parameters to be run before the sampler is asked again, which chooses those that are left out; returns the trial's number. */
  enqueue(params: PartialParams<P>): Promise<number> {
    return enqueue(this.#log, this.#search, params);
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
    await editSpace(this.#log, next, fixed);
    return this as unknown as Study<Infer<Space<F>>, O>; // the trials to come have the parameters of the new space
  }

  /** Adds a trial whose outcome is known already; samplers learn from it. Returns its number. */
  async add(params: P, outcome: Outcome<O>): Promise<number> {
    return add(this.#log, this.space, params, outcome);
  }

  /**
   * Ends a trial by a person's wish: a running one is asked to stop and ends when its worker tells, one that waits or is paused ends now, as pruned.
   * A TuneError 'ended' for one that has ended.
   */
  stop(number: number, reason: string): Promise<void> {
    return stop(this.#log, number, reason);
  }

  /** Holds the study in every process that works on it (`true`), or lets it go on. */
  setHeld(held: boolean): Promise<void> {
    return setHeld(this.#log, held);
  }

  /** Notes a fact with a trial, or with the study (`null`). Numbers in it must be finite. */
  setAttribute(number: number | null, key: string, value: Json): Promise<void> {
    return setAttribute(this.#log, number, key, value);
  }

  /** Lets go of a running trial so that it is run again, from `keptStep` (its checkpoint) or from its start: for an interrupted worker. */
  release(of: TrialHandle | number, reason: string, keptStep: number | null = null): Promise<void> {
    return release(this.#log, of, reason, keptStep);
  }

  /**
   * Puts running trials whose worker is dead back in line: `ask` returns them first, with the same number and parameters.
   * Returns their numbers; one that was lost too often fails. By default a worker is dead if its process on this host is.
   */
  recover(
    isAlive: (worker: string) => boolean | Promise<boolean> = workerAlive,
    options: RecoverOptions = {},
  ): Promise<number[]> {
    return recover(this.#log, isAlive, options);
  }

  /** Holds this process's lease on its trials: heartbeats in the storage until it is released. See lease.ts for who counts as dead. */
  hold(options: LeaseOptions = {}): Promise<Lease> {
    const { storage, id, worker } = this.#log;
    return holdLease(storage, id, worker, options);
  }

  /** Notes that the search has ended, unless trials still wait or run or it is noted already. */
  finish(reason: string): Promise<void> {
    return this.#log.change(() => {
      const { finished, waiting, running } = this.#log.state;
      if (finished !== null || waiting.size > 0 || running.size > 0) return [];
      return [{ type: 'studyFinished', at: this.#log.now(), reason }];
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
  settleLag(asked: number | undefined, usual: number | undefined): Promise<number | null> {
    return settleLag(this.#log, asked, usual);
  }

  /** Whether a seed was given when it was created or continued here. */
  get seeded(): boolean {
    return this.#parts.seeded;
  }

  /** Reads what other processes have written. */
  refresh(): Promise<void> {
    return this.#log.takeTurn(() => this.#log.readOn());
  }

  /** Calls `listener` for every event that this process writes or reads from now on; returns the function that ends it. */
  subscribe(listener: StudyListener): () => void {
    return this.#log.subscribe(listener);
  }

  /** Waits for calls under way; closes the storage if this study opened it. */
  async close(): Promise<void> {
    await this.#log.settled();
    if (this.#parts.ownsStorage) await this.#parts.storage.close();
  }

  /** @internal */
  seedOf(number: number): number {
    return this.#search.seedOf(number);
  }
}

showAs(Study.prototype as Study, studyShown); // TypeScript types a prototype's parameters as any
