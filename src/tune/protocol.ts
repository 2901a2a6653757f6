/**
 * What the run and its workers say to each other. A worker does one thing at a time; each request ends with exactly one answer or with the worker's end.
 *   prepare → (download …) → prepared | refused
 *   train   → (progress | epoch → decision) … → trained | paused | failed
 *   test    → tested | failed
 */
import type { Params, Values } from '#core';
import type { EpochReport } from '#train';
import type { CheckpointPlace } from './checkpoint.ts';

/** All that a worker needs to make trials of an experiment, the same for every trial. */
export interface WorkerSetup {
  readonly file: string; // absolute
  readonly dataDir: string | null;
  readonly seed: number;
  /** Epochs of every trial, whatever `train` says. */
  readonly epochs: number | null;
  /** Params whose model and training plan are tried against the data before anything is written; empty when that has been done. */
  readonly check: readonly Params[];
}

export interface TrialJob {
  readonly study: string;
  readonly number: number;
  readonly params: Params;
  readonly seed: number;
  /** Where the trial's bundle is written. */
  readonly bundle: string;
  /** Where its state is kept after each epoch, and found when it goes on. */
  readonly checkpoint: CheckpointPlace;
  /** The last epoch that the study has heard of; 0 if none. Epochs up to it are not reported again. */
  readonly reported: number;
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
  | Trained
  /** After the decision 'pause': the checkpoint of its last epoch is on disk. */
  | { readonly type: 'paused' }
  | { readonly type: 'tested'; readonly values: Values }
  | { readonly type: 'failed'; readonly error: WireError };
