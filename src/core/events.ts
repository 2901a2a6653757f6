/**
 * The log of a study: everything that ever happened to it, in order. Records are a fold of the log (`StudyState`).
 * Events are plain JSON; `type` tells them apart. They are facts: names in the past tense, never changed, never removed.
 */
import type { Json } from '#math';
import type { Flat, SpaceJson } from '#space';
import type { OutcomeLimit } from './limits.ts';
import type { Objective, Params, TrialError, Values } from './trial.ts';

/** What a study was created with; of a state, with space and fixed values as last edited. */
export interface StudyDefinition {
  readonly name: string;
  readonly space: SpaceJson;
  readonly objectives: readonly Objective[];
  /** Limits that other metrics have to keep; absent: none. */
  readonly limits?: readonly OutcomeLimit[];
  readonly sampler: string;
  readonly pruner: string;
  /** Every random choice of the study comes from it. */
  readonly seed: number;
  readonly hints: Hints;
  /** Values by path that the search keeps to. */
  readonly fixed?: Flat;
  /** What earlier studies found; absent: nothing. */
  readonly transfer?: readonly TransferSource[];
  /** The experiment file, where there is one. */
  readonly source?: string;
  readonly createdAt: number;
}

/** What was taken over from one earlier study when this one was created, so that no other storage is needed later. */
export interface TransferSource {
  /** Name of the earlier study. */
  readonly study: string;
  /** At most 100: values by path, of parameters that both spaces have, and the loss as a normal score within the earlier study (lower is better). */
  readonly points: readonly { readonly params: Flat; readonly score: number }[];
}

/** Plans that samplers and pruners may use. */
export interface Hints {
  /** Planned number of trials. */
  readonly trials?: number;
  /** Last step a trial can reach. */
  readonly maxSteps?: number;
  /** Planned sum of steps over all trials. */
  readonly totalSteps?: number;
}

export type TrialResult =
  | { readonly state: 'complete'; readonly values: Values }
  | { readonly state: 'pruned'; readonly values: Values | null; readonly reason: string }
  | { readonly state: 'failed'; readonly error: TrialError };

interface At {
  /** Milliseconds since 1970, by the clock of the process that wrote the event. */
  readonly at: number;
}
interface OfTrial extends At {
  readonly number: number;
}

export interface StudyCreated extends At {
  readonly type: 'studyCreated';
  readonly definition: StudyDefinition;
}
/** A person's parameters, to be run before the sampler is asked again. */
interface TrialEnqueued extends OfTrial {
  readonly type: 'trialEnqueued';
  readonly params: Params;
  /** The part of them that the person gave, by path, where the sampler filled in the rest. */
  readonly fixed?: Flat;
}
/** The sampler's parameters; running from here on. */
interface TrialCreated extends OfTrial {
  readonly type: 'trialCreated';
  readonly params: Params;
  readonly worker: string;
  readonly suggestedBy: string;
  readonly note?: string;
  /** Facts that the sampler gave it. */
  readonly attributes?: Readonly<Record<string, Json>>;
  /** Values that whoever asked had fixed for this trial alone, by path. */
  readonly fixed?: Flat;
  /** In ordered mode: how many turns had their results in the view it was chosen from. */
  readonly committed?: number;
}
/** A waiting or paused trial runs (again). */
interface TrialStarted extends OfTrial {
  readonly type: 'trialStarted';
  readonly worker: string;
  /** As of `trialCreated`, where it begins a turn. */
  readonly committed?: number;
}
interface Measured extends OfTrial {
  readonly type: 'measured';
  readonly step: number;
  readonly values: Values;
}
/** The pruner's (or a person's) wish; the trial ends when its worker tells. */
interface StopRequested extends OfTrial {
  readonly type: 'stopRequested';
  readonly reason: string;
}
/** The worker let go of the trial at its last step; it may be started again from there. */
interface TrialPaused extends OfTrial {
  readonly type: 'trialPaused';
  readonly reason: string;
}
interface TrialFinished extends OfTrial {
  readonly type: 'trialFinished';
  readonly result: TrialResult;
}
/** Its worker is gone: it waits to be run again, keeping measurements up to `keptStep` (its checkpoint; null: from the start). */
interface TrialLost extends OfTrial {
  readonly type: 'trialLost';
  readonly reason: string;
  readonly keptStep: number | null;
}
/** Of a trial, or of the study itself when `number` is null. */
interface AttributeSet extends At {
  readonly type: 'attributeSet';
  readonly number: number | null;
  readonly key: string;
  readonly value: Json;
}
/** The search goes on in another space. Trials keep their parameters. */
interface SpaceEdited extends At {
  readonly type: 'spaceEdited';
  readonly space: SpaceJson;
  /** Values by path that the search keeps to from now on; all of them. */
  readonly fixed: Flat;
  /** What trials so far count as having had of new parameters, by path. */
  readonly fill: Params;
  /** For people: one phrase for each change. */
  readonly changes: readonly string[];
}
/** The search ended; a trial that starts later reopens the study. */
interface StudyFinished extends At {
  readonly type: 'studyFinished';
  readonly reason: string;
}

export type StudyEvent =
  | StudyCreated
  | TrialEnqueued
  | TrialCreated
  | TrialStarted
  | Measured
  | StopRequested
  | TrialPaused
  | TrialFinished
  | TrialLost
  | AttributeSet
  | SpaceEdited
  | StudyFinished;

/** An event and its place in the log: 1, 2, 3, … without gaps. */
export interface StoredEvent {
  readonly seq: number;
  readonly event: StudyEvent;
}
