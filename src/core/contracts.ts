/** The contracts that samplers, pruners and storages keep. The laws stand in the comments; the suites of #testing test each of them. */
import type { Rng } from '#math';
import type { Flat, Space } from '#space';
import type { Hints, StoredEvent, StudyDefinition, StudyEvent, TransferSource } from './events.ts';
import type { OutcomeLimit } from './limits.ts';
import type { Objective, Params, TrialRecord } from './trial.ts';

export interface SuggestContext {
  readonly space: Space;
  readonly objectives: readonly Objective[];
  /** Outcome constraints; absent: none. Samplers that do not learn from them ignore them. */
  readonly limits?: readonly OutcomeLimit[];
  /**
   * Every trial that exists, by number; those that are waiting, running or paused are pending. Never to be changed. Within a process it is the
   * same array from call to call until the space is edited, and a record is replaced when its trial changes: caches may be keyed by array (WeakMap) and by record.
   */
  readonly trials: readonly TrialRecord[];
  /** Of the trial to be suggested. */
  readonly number: number;
  /** A stream of its own, forked from (study seed, 'trial', number). */
  readonly rng: Rng;
  /** The same for every trial of the study: for what all of them share, as the scramble of a sequence. To be forked, never drawn from. */
  readonly studyRng: Rng;
  readonly hints: Hints;
  /** Values by path that the suggestion must have, wherever their parameter is active; models go on learning from every trial. */
  readonly fixed?: Flat;
  /** What earlier studies found; absent: nothing. Samplers that do not learn from them ignore them. */
  readonly transfer?: readonly TransferSource[];
}

export type Suggestion =
  | {
      readonly params: Params;
      /** Why, in one sentence; kept with the trial. */
      readonly note?: string;
      /** Facts that the trial is created with. */
      readonly attributes?: TrialRecord['attributes'];
    }
  /** Nothing is left to try; the sentence says what was used up. */
  | { readonly exhausted: string };

/**
 * Chooses the parameters of the next trial.
 * - Pure: the suggestion depends on the context alone. No hidden state; a cache may be dropped at any time without changing an answer.
 * - `params` fit the space (`space.parse` accepts them, so they keep its constraints) and have the values that are `fixed`, whatever the history
 *   holds: no trial at all, failed ones only, equal values, values of 1e300, parameters enqueued by a person, parameters that do not fit the space
 *   any more since it was edited.
 * - It never changes the context, and takes random numbers from `rng` only.
 */
export interface Sampler {
  readonly name: string;
  /** It never looks at values or measurements, only at parameters: in ordered mode nobody then waits for results. */
  readonly blind?: boolean;
  /** It has an order of its own, which begins where it wants and ends by itself, as a grid. */
  readonly planned?: boolean;
  suggest(context: SuggestContext): Suggestion;
}

export type PruneDecision =
  | { readonly decision: 'continue' }
  /** The trial ends here; the reason is shown to the user. */
  | { readonly decision: 'stop'; readonly reason: string }
  /** The trial is set aside at this step and may be resumed by `promote`. */
  | { readonly decision: 'pause'; readonly reason: string };

export interface PruneContext {
  readonly objectives: readonly Objective[];
  /** Running; its last measurement is the one just reported. */
  readonly trial: TrialRecord;
  readonly trials: readonly TrialRecord[];
  readonly hints: Hints;
  /** Forked from (study seed, 'pruner', trial number, step). */
  readonly rng: Rng;
  /** Whether this trial can go on later from where it was paused. */
  readonly resumable: boolean;
}

/**
 * Decides after each report whether a trial goes on.
 * - Pure, as a sampler is: from records only.
 * - `pause` is answered only when `resumable` (the study turns any other into `stop`).
 * - A measurement that is NaN or ±Infinity, or lacks the objective, is decided on purpose: worse than every finite one, or ignored.
 */
export interface Pruner {
  readonly name: string;
  decide(context: PruneContext): PruneDecision;
  /**
   * The number of a paused trial that is to run on instead of a new one, or null. Asked before the sampler. `hints.trials` is the limit of the
   * loop that asks, where it has one: with so many trials, none will be started and a null leaves the paused ones as they are.
   */
  promote?(context: Omit<PruneContext, 'trial' | 'resumable'>): number | null;
}

/** What packing a log brought. */
export interface Compaction {
  /** Events that were packed, and how many of its events the log has packed in all. */
  readonly events: number;
  readonly packed: number;
  /** Bytes of the texts that were packed, and of what they became. */
  readonly before: number;
  readonly after: number;
}

/** How much room a storage takes on its disk. */
export interface Room {
  readonly bytes: number;
  /** Of them: kept for new events, which `vacuum` gives back. */
  readonly free: number;
}

export interface StudySummary {
  readonly id: string;
  readonly definition: StudyDefinition;
  /** Length of its log. */
  readonly events: number;
}

/**
 * Keeps the logs of studies. It knows nothing of trials: meaning is given by the reducer alone.
 * - A log is numbered 1, 2, 3, … without gaps; its first event is `studyCreated`.
 * - `append` is all or nothing, and succeeds only if the log still ends at `expectedSeq`; else it changes nothing and answers 'conflict',
 *   and the caller reads on, decides again and retries. So two writers never overwrite each other, without locks held between calls.
 * - What `append` answered 'ok' to is seen by every later `read`, in any process, also after this process is killed.
 * - Events come back equal, incl. NaN and ±Infinity in measurements.
 */
export interface Storage {
  /** Appends `studyCreated` to a new log and returns its id; a TuneError 'study-exists' if the name is taken. */
  createStudy(definition: StudyDefinition): Promise<string>;
  find(name: string): Promise<{ readonly id: string; readonly definition: StudyDefinition } | null>;
  /** Oldest first. */
  list(): Promise<StudySummary[]>;
  /** Events after `afterSeq`, in order, the first `limit` of them if one is given; a TuneError 'no-study' for an unknown id. */
  read(id: string, afterSeq: number, limit?: number): Promise<StoredEvent[]>;
  append(id: string, expectedSeq: number, events: readonly StudyEvent[]): Promise<'ok' | 'conflict'>;
  /**
   * The bytes of the newest snapshot that was kept of a study, whole and no longer than its log; null if there is none. A cache: it may be forgotten at any
   * time, a damaged one counts as none, and the log is not asked whether it is true.
   */
  snapshot(id: string): Promise<Uint8Array | null>;
  /** Keeps a snapshot of the study after `seq` events, unless a newer one is kept already. `bytes` are made only where they are kept. */
  keepSnapshot(id: string, seq: number, bytes: () => Uint8Array): Promise<void>;
  /** Counts one heartbeat of a worker; `false` forgets the worker. Not part of the log: a heartbeat is worth nothing once the next has come. */
  beat(id: string, worker: string, alive: boolean): Promise<void>;
  /** How often each worker that is not forgotten has beaten. */
  beats(id: string): Promise<ReadonlyMap<string, number>>;
  /** Packs the older events of a log, so that they take less room. It reads as before, and others may read and append meanwhile. A TuneError that names a damaged event, which stays. */
  compact(id: string): Promise<Compaction>;
  room(): Promise<Room>;
  /** Gives free room back to the system. Others wait for it. */
  vacuum(): Promise<void>;
  close(): Promise<void>;
}
