/**
 * What a run tells while it goes on, and what it answers at the end. One stream for every reader: terminal, pipe, `--json`, a later dashboard.
 * `started` comes first and once, after everything that can be refused was checked; `done` comes last and once.
 */
import type { Objective, OutcomeLimit, Params, Values } from '#core';
import type { EpochReport } from '#train';
import type { BudgetReason } from './budget.ts';

export type RunEvent =
  | StartedEvent
  | DownloadEvent
  | TrialStartedEvent
  | ProgressEvent
  | EpochEvent
  | StepEvent
  | TrialEvent
  | PausedEvent
  | RetryEvent
  | TestingEvent
  | DoneEvent;

export interface StartedEvent {
  readonly type: 'started';
  readonly kind: 'experiment' | 'command';
  readonly study: string;
  /** Planned trials of the whole study; null when only the sampler knows its end. */
  readonly trials: number | null;
  readonly parallel: number;
  /** Trials that had finished before: more than 0 only in a resumed study. */
  readonly resumed: number;
  /** The first of `objectives`: what is shown while it runs. */
  readonly objective: Objective;
  readonly objectives: readonly Objective[];
  readonly limits: readonly OutcomeLimit[];
}

/** A data set is being fetched; comes before `started`. */
export interface DownloadEvent {
  readonly type: 'download';
  readonly dataset: string;
  readonly receivedBytes: number;
  readonly totalBytes: number | null;
}

export interface TrialStartedEvent {
  readonly type: 'trialStarted';
  readonly number: number;
  readonly params: Params;
}

/** Where a running trial is, a few times a second. */
export interface ProgressEvent {
  readonly type: 'progress';
  readonly number: number;
  readonly epoch: number; // 1-based
  readonly epochs: number;
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  readonly metric?: number;
  readonly samplesPerSecond: number;
}

export interface EpochEvent {
  readonly type: 'epoch';
  readonly number: number;
  readonly report: EpochReport;
}

/** What a command reported. */
export interface StepEvent {
  readonly type: 'step';
  readonly number: number;
  readonly step: number;
  readonly values: Values;
}

export interface TrialEvent {
  readonly type: 'trial';
  readonly number: number;
  readonly state: 'complete' | 'pruned' | 'failed';
  readonly params: Params;
  /** Validation, at the restored best epoch. */
  readonly values: Values | null;
  readonly epochs: number;
  readonly seconds: number;
  readonly error?: string;
  /** Why it was pruned. */
  readonly reason?: string;
}

/** The pruner has set a trial aside; it may go on later from where it is. */
export interface PausedEvent {
  readonly type: 'paused';
  readonly number: number;
  readonly reason: string;
}

/** A worker died under a trial; the trial goes back and is run again. */
export interface RetryEvent {
  readonly type: 'retry';
  readonly number: number;
  readonly reason: string;
}

/** The search has ended; each completed trial is now evaluated on test. */
export interface TestingEvent {
  readonly type: 'testing';
  readonly trials: number;
}

/** A finished or paused trial as the seed prints it: `Round 1: LR=…, BS=…, Accuracy=…`. */
export interface Round {
  readonly number: number;
  readonly params: Params;
  readonly state: 'complete' | 'pruned' | 'paused' | 'failed';
  /** Of a paused trial, what it has reached. */
  readonly values: Values | null;
  readonly test: Values | null;
  /** Why it was pruned or paused. */
  readonly reason?: string;
}

export interface TrialResult {
  readonly number: number;
  readonly params: Params;
  readonly values: Values;
}

/** How a run ended: all trials done, the time or another budget used up, or it was interrupted. */
export type EndReason = 'finished' | 'timeout' | 'interrupted' | BudgetReason;

export interface DoneEvent {
  readonly type: 'done';
  readonly study: string;
  /** Finished trials of the study. */
  readonly trials: number;
  /** Chosen by validation among the trials that keep the limits; null also where there are several objectives. */
  readonly best: TrialResult | null;
  /** Of several objectives: the trials that no other one dominates, by number, the folders of their models, and which is the knee. */
  readonly front?: readonly (TrialResult & { readonly bundle?: string; readonly knee: boolean })[];
  /** Test metrics of the best. */
  readonly test?: Values;
  /** Folder with the best trial's bundle. */
  readonly bundle?: string;
  /** Folder with what the best trial's command wrote; only of commands, which have no bundle. */
  readonly artifacts?: string;
  /** Finished and paused trials in order of number. */
  readonly rounds: readonly Round[];
  readonly reason: EndReason;
  /** The reason as a phrase: `40 epochs were trained, of 40`. */
  readonly why: string;
  /** Trials are left to run: `--resume` goes on. */
  readonly resumable: boolean;
}

export type RunSummary = Omit<DoneEvent, 'type'>;
