/**
 * What the run and its workers say to each other. A worker does one thing at a time; each request ends with exactly one answer or with the worker's end.
 *   prepare → (download …) → prepared | refused
 *   train   → (progress | epoch → decision) … → trained | paused | failed
 *   train   → (step → decision) … → ran | paused | failed | lost                  of a command
 *   test    → tested | failed
 */
import type { Params, Values } from '#core';
import type { EpochReport } from '#train';
import type { Exit } from '#executors';
import type { CheckpointPlace } from './checkpoint.ts';
import type { CommandSetup } from './command/command-study.ts';

/** All that a worker needs to make trials, the same for every trial. */
export type WorkerSetup = ExperimentSetup | CommandSetup;

export interface ExperimentSetup {
  readonly kind: 'experiment';
  readonly file: string; // absolute
  readonly dataDir: string | null;
  readonly seed: number;
  /** Epochs of every trial, whatever `train` says. */
  readonly epochs: number | null;
  /** What a worker may hold; a trial that would take more fails before it is trained. */
  readonly memoryLimit: number | null;
  /** Params whose model and training plan are tried against the data before anything is written; empty when that has been done. */
  readonly check: readonly Params[];
}

export interface TrialJob {
  readonly study: string;
  readonly number: number;
  readonly params: Params;
  readonly seed: number;
  /** The trial's folder: its bundle, or what its command writes. */
  readonly bundle: string;
  /** Where its state is kept after each epoch, and found when it goes on. */
  readonly checkpoint: CheckpointPlace;
  /** Of a stage: the trial it goes on from where it has no checkpoint of its own; null if it begins untrained. */
  readonly from: { readonly number: number; readonly checkpoint: CheckpointPlace } | null;
  /** Of a stage: the epoch it ends with. */
  readonly until: number | null;
  /** The last epoch that the study has heard of; 0 if none. Epochs up to it are not reported again. */
  readonly reported: number;
  /** What the study heard last; null if nothing. */
  readonly measured: Values | null;
}

export type EpochDecision = 'continue' | 'stop' | 'pause';

export type ToWorker =
  | { readonly type: 'prepare'; readonly setup: WorkerSetup }
  | { readonly type: 'train'; readonly job: TrialJob }
  | { readonly type: 'decision'; readonly decision: EpochDecision }
  | { readonly type: 'test'; readonly job: TrialJob };

/** A TuneError or what user code threw, as it travels. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  /** Of what is no TuneError. */
  readonly stack?: string;
  /** The last that a command printed. */
  readonly output?: string;
}

export interface Trained {
  readonly type: 'trained';
  /** Validation metrics at the restored best epoch, loss included. */
  readonly values: Values;
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly seconds: number;
  readonly stopReason: string;
}

/** A command that ended as it should. */
export interface Ran {
  readonly type: 'ran';
  /** The last reported value of each metric. */
  readonly values: Values;
  /** It was told to stop. */
  readonly stopped: boolean;
  readonly seconds: number;
  /** The last that it printed. */
  readonly output: string;
}

export type FromWorker =
  | {
      readonly type: 'download';
      readonly dataset: string;
      readonly receivedBytes: number;
      readonly totalBytes: number | null;
    }
  | { readonly type: 'prepared' }
  | { readonly type: 'refused'; readonly error: WireError }
  | {
      readonly type: 'progress';
      readonly epoch: number;
      readonly epochs: number;
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
      readonly samplesPerSecond: number;
    }
  | { readonly type: 'epoch'; readonly report: EpochReport }
  | { readonly type: 'step'; readonly step: number; readonly values: Values }
  | Trained
  | Ran
  /** The command was ended from outside; its worker is well. */
  | { readonly type: 'lost'; readonly exit: Exit }
  /** After the decision 'pause': the checkpoint of its last epoch is on disk. */
  | { readonly type: 'paused' }
  | { readonly type: 'tested'; readonly values: Values }
  | { readonly type: 'failed'; readonly error: WireError };
