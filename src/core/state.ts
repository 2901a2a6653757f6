/**
 * The one reducer: folds the log of a study into its records. The same code runs over memory, disk, the server and in a browser,
 * so all of them see the same study. Deterministic; O(1) per event (a lost trial copies the measurements it keeps).
 * An impossible transition is a broken invariant of whoever wrote the event: `Error('internal: …')`.
 */
import type { Json } from '#math';
import { completed } from '#space';
import type { StudyCreated, StudyDefinition, StudyEvent, TrialResult } from './events.ts';
import {
  lastStep,
  type FinishedTrial,
  type Measurement,
  type Params,
  type TrialRecord,
  type TrialState,
} from './trial.ts';

type Running = Extract<TrialRecord, { state: 'running' }>;

/** @internal All that a state is: what `snapshot.ts` writes and reads back. */
export interface StateParts {
  readonly definition: StudyDefinition;
  readonly trials: TrialRecord[];
  readonly seq: number;
  readonly finished: { readonly reason: string } | null;
  readonly attributes: Readonly<Record<string, Json>>;
  /** In the order in which they came to wait, run or pause. */
  readonly waiting: readonly number[];
  readonly running: readonly number[];
  readonly paused: readonly number[];
}

export class StudyState {
  #definition: StudyDefinition;
  #trials: TrialRecord[] = [];
  #seq = 1;
  #finished: { readonly reason: string } | null = null;
  #attributes: Readonly<Record<string, Json>> = {};
  #waiting = new Set<number>();
  #running = new Set<number>();
  #paused = new Set<number>();
  #counts: Record<TrialState, number> = { waiting: 0, running: 0, paused: 0, complete: 0, pruned: 0, failed: 0 };

  constructor(created: StudyCreated) {
    this.#definition = created.definition;
  }

  /** @internal The state of these parts, which were once taken from a state. */
  static of({ definition, trials, seq, finished, attributes, waiting, running, paused }: StateParts): StudyState {
    const state = new StudyState({ type: 'studyCreated', at: definition.createdAt, definition });
    state.#trials = trials;
    state.#seq = seq;
    state.#finished = finished;
    state.#attributes = attributes;
    for (const trial of trials) state.#counts[trial.state]++;
    state.#waiting = new Set(waiting);
    state.#running = new Set(running);
    state.#paused = new Set(paused);
    return state;
  }

  /** As created, with space and fixed values as last edited. */
  get definition(): StudyDefinition {
    return this.#definition;
  }
  /**
   * Records by number. The same array object until the space is edited: it grows, and a record is replaced (never changed) when something
   * happens to its trial, so caches may be keyed by this array and by record.
   */
  get trials(): readonly TrialRecord[] {
    return this.#trials;
  }
  /** Number of events folded so far. */
  get seq(): number {
    return this.#seq;
  }
  /** Set from `studyFinished` until another trial is added or started. */
  get finished(): { readonly reason: string } | null {
    return this.#finished;
  }
  get attributes(): Readonly<Record<string, Json>> {
    return this.#attributes;
  }
  get counts(): Readonly<Record<TrialState, number>> {
    return this.#counts;
  }
  get waiting(): ReadonlySet<number> {
    return this.#waiting;
  }
  get running(): ReadonlySet<number> {
    return this.#running;
  }
  get paused(): ReadonlySet<number> {
    return this.#paused;
  }

  apply(event: StudyEvent): void {
    switch (event.type) {
      case 'studyCreated':
        throw new Error('internal: studyCreated is the first event and occurs once');
      case 'trialEnqueued':
        this.#add({ ...fresh(event.number, event.params, event.at, null, null), state: 'waiting' });
        break;
      case 'trialCreated': {
        const { number, params, at, worker, suggestedBy, note = null, attributes = NO_ATTRIBUTES } = event;
        // Written out: the common case, and several times faster than spreading.
        this.#add({
          number,
          params,
          createdAt: at,
          measurements: NO_MEASUREMENTS,
          attempt: 1,
          attributes,
          suggestedBy,
          note,
          state: 'running',
          worker,
          startedAt: at,
          stopReason: null,
        });
        break;
      }
      case 'trialStarted': {
        const trial = this.#trial(event, 'waiting', 'paused');
        const startedAt = 'startedAt' in trial ? trial.startedAt : event.at;
        this.#finished = null;
        const fromStep = lastStep(trial);
        // A copy: the record that is kept of the pause must not grow.
        const measurements = fromStep === null ? trial.measurements : [...trial.measurements];
        const { worker } = event;
        const base = { ...baseOf(trial), measurements };
        this.#replace(trial, { ...base, state: 'running', worker, startedAt, fromStep, stopReason: null });
        break;
      }
      case 'measured': {
        const trial = this.#runningTrial(event);
        const last = lastStep(trial);
        if (last !== null && event.step <= last)
          throw new Error(`internal: trial ${trial.number} measured step ${event.step} after ${last}`);
        const measurement = { step: event.step, values: event.values, at: event.at };
        if (last === null) this.#replace(trial, { ...trial, measurements: [measurement] });
        else {
          // The array belongs to this state and is shared by the records of the trial: append-only, so O(1).
          (trial.measurements as Measurement[]).push(measurement);
          this.#replace(trial, { ...trial });
        }
        break;
      }
      case 'stopRequested':
        this.#replace(this.#runningTrial(event), { ...this.#runningTrial(event), stopReason: event.reason });
        break;
      case 'trialPaused': {
        const trial = this.#runningTrial(event);
        const { startedAt } = trial;
        this.#replace(trial, {
          ...baseOf(trial),
          state: 'paused',
          startedAt,
          atStep: lastStep(trial),
          reason: event.reason,
        });
        break;
      }
      case 'trialFinished': {
        const trial = this.#trial(event, 'waiting', 'running', 'paused');
        const startedAt = 'startedAt' in trial ? trial.startedAt : event.at;
        this.#replace(trial, finish(trial, event.result, startedAt, event.at));
        break;
      }
      case 'trialLost': {
        const trial = this.#runningTrial(event);
        const { keptStep } = event;
        const measurements = trial.measurements.filter(({ step }) => keptStep !== null && step <= keptStep);
        this.#replace(trial, { ...baseOf(trial), measurements, attempt: trial.attempt + 1, state: 'waiting' });
        break;
      }
      case 'attributeSet':
        if (event.number === null) this.#attributes = { ...this.#attributes, [event.key]: event.value };
        else {
          const trial = this.#trials[event.number];
          if (trial === undefined) throw new Error(`internal: attribute of unknown trial ${event.number}`);
          this.#replace(trial, { ...trial, attributes: { ...trial.attributes, [event.key]: event.value } });
        }
        break;
      case 'spaceEdited': {
        const { space, fixed, fill } = event;
        this.#definition = { ...this.#definition, space, fixed };
        // A new array: what was computed from the old one was in the old space.
        this.#trials = this.#trials.map((trial) => ({ ...trial, params: completed(trial.params, fill) }));
        break;
      }
      case 'studyFinished':
        this.#finished = { reason: event.reason };
        break;
    }
    this.#seq++;
  }

  /**
   * `apply` for those who show a damaged log: where the events that began some trials are lost, these stand as failed ones without parameters, so that the trials behind them can be
   * seen. `lost` are the events that were left out so far; a number that they cannot explain is refused, as `apply` does.
   */
  applyPast(event: StudyEvent, lost: number): void {
    if ((event.type === 'trialCreated' || event.type === 'trialEnqueued') && event.number - this.#trials.length <= lost)
      while (this.#trials.length < event.number) this.#add(unreadable(this.#trials.length, event.at));
    this.apply(event);
  }

  #trial(event: { readonly type: string; readonly number: number }, ...states: TrialState[]): TrialRecord {
    const trial = this.#trials[event.number];
    if (trial === undefined || !states.includes(trial.state))
      throw new Error(`internal: ${event.type} of trial ${event.number}, which is ${trial?.state ?? 'unknown'}`);
    return trial;
  }

  #runningTrial(event: { readonly type: string; readonly number: number }): Running {
    return this.#trial(event, 'running') as Running; // #trial has checked the state
  }

  #add(trial: TrialRecord): void {
    const { number } = trial;
    if (number !== this.#trials.length)
      throw new Error(`internal: trial ${number} added after ${this.#trials.length} trials`);
    this.#finished = null;
    this.#trials.push(trial);
    this.#count(trial, 1);
  }

  #replace(before: TrialRecord, after: TrialRecord): void {
    this.#trials[before.number] = after;
    if (before.state === after.state) return;
    this.#count(before, -1);
    this.#count(after, 1);
  }

  #count({ state, number }: TrialRecord, change: 1 | -1): void {
    this.#counts[state] += change;
    const set =
      state === 'waiting'
        ? this.#waiting
        : state === 'running'
          ? this.#running
          : state === 'paused'
            ? this.#paused
            : null;
    if (change === 1) set?.add(number);
    else set?.delete(number);
  }
}

/** Folds a whole log. */
export function replay(events: Iterable<StudyEvent>): StudyState {
  let state: StudyState | null = null;
  for (const event of events) {
    if (state !== null) state.apply(event);
    else if (event.type === 'studyCreated') state = new StudyState(event);
    else throw new Error(`internal: the log begins with ${event.type}`);
  }
  if (state === null) throw new Error('internal: the log is empty');
  return state;
}

type Base = Omit<Extract<TrialRecord, { state: 'waiting' }>, 'state'>;

// Shared by all trials that have none, so that a plain trial costs one object.
const NO_MEASUREMENTS: readonly Measurement[] = Object.freeze([]);
const NO_ATTRIBUTES: Readonly<Record<string, Json>> = Object.freeze({});

const fresh = (
  number: number,
  params: Params,
  createdAt: number,
  suggestedBy: string | null,
  note: string | null,
): Base => ({
  number,
  params,
  createdAt,
  measurements: NO_MEASUREMENTS,
  attempt: 1,
  attributes: NO_ATTRIBUTES,
  suggestedBy,
  note,
});

const unreadable = (number: number, at: number): TrialRecord => ({
  ...fresh(number, {}, at, null, null),
  state: 'failed',
  startedAt: at,
  endedAt: at,
  error: { message: 'the event that began this trial cannot be read' },
});

/** A record without the facts of its state. */
const baseOf = ({
  number,
  params,
  createdAt,
  measurements,
  attempt,
  attributes,
  suggestedBy,
  note = null,
}: TrialRecord): Base => ({
  number,
  params,
  createdAt,
  measurements,
  attempt,
  attributes,
  suggestedBy,
  note,
});

function finish(trial: TrialRecord, result: TrialResult, startedAt: number, endedAt: number): FinishedTrial {
  if (result.state === 'complete') {
    // Written out: the common case, and several times faster than spreading.
    const { number, params, createdAt, measurements, attempt, attributes, suggestedBy, note = null } = trial;
    const { state, values } = result;
    return {
      number,
      params,
      createdAt,
      measurements,
      attempt,
      attributes,
      suggestedBy,
      note,
      state,
      values,
      startedAt,
      endedAt,
    };
  }
  const ended = { ...baseOf(trial), startedAt, endedAt };
  return result.state === 'pruned'
    ? { ...ended, state: 'pruned', values: result.values, reason: result.reason, atStep: lastStep(trial) }
    : { ...ended, state: 'failed', error: result.error };
}
