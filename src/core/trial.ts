/** What is known of a trial. State carries its facts: a running trial has no values, a pruned one has a reason. */

import type { Json } from '#math';

export type Direction = 'minimize' | 'maximize';

export interface Objective {
  readonly name: string;
  readonly direction: Direction;
}

/** Numbers by name. Values of a finished trial are finite, one for each objective; a measurement may hold other metrics, and NaN or ±Infinity. */
export type Values = Readonly<Record<string, number>>;

/** Parameters as the user's code receives them; `flatten` of #space gives them by path. */
export type Params = Readonly<Record<string, unknown>>;

/** What a trial reported at one step; steps (epochs, usually counted from 1) grow strictly within a trial. */
export interface Measurement {
  readonly step: number;
  readonly values: Values;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface TrialError {
  readonly message: string;
  /** The last lines a child process wrote, or a stack. */
  readonly output?: string;
}

interface TrialBase {
  /** 0, 1, 2, … without gaps within a study. */
  readonly number: number;
  readonly params: Params;
  readonly createdAt: number;
  /** Append-only while the trial lives: later records of the same trial share this array. */
  readonly measurements: readonly Measurement[];
  /** 1 for the first run, one more after each loss of its worker. */
  readonly attempt: number;
  readonly attributes: Readonly<Record<string, Json>>;
  /** Name of the sampler that chose the parameters; null if a person did (`enqueue`). */
  readonly suggestedBy: string | null;
  /** The sampler's reason, if it gave one. */
  readonly note?: string | null;
}

export interface WaitingTrial extends TrialBase {
  readonly state: 'waiting';
}
export interface RunningTrial extends TrialBase {
  readonly state: 'running';
  readonly worker: string;
  readonly startedAt: number;
  /** The step it went on from; absent or null if it began at its start. */
  readonly fromStep?: number | null;
  /** Why the pruner (or a person) asked it to stop; it runs on until its worker tells. */
  readonly stopReason: string | null;
}
export interface PausedTrial extends TrialBase {
  readonly state: 'paused';
  readonly startedAt: number;
  /** Last measured step; it goes on at the next. */
  readonly atStep: number | null;
  readonly reason: string;
}
export interface CompleteTrial extends TrialBase {
  readonly state: 'complete';
  readonly values: Values;
  readonly startedAt: number;
  readonly endedAt: number;
}
export interface PrunedTrial extends TrialBase {
  readonly state: 'pruned';
  /** What it had reached when it was told; null if it was told without values. */
  readonly values: Values | null;
  readonly atStep: number | null;
  readonly reason: string;
  readonly startedAt: number;
  readonly endedAt: number;
}
export interface FailedTrial extends TrialBase {
  readonly state: 'failed';
  readonly error: TrialError;
  readonly startedAt: number;
  readonly endedAt: number;
}

export type TrialRecord = WaitingTrial | RunningTrial | PausedTrial | CompleteTrial | PrunedTrial | FailedTrial;
export type TrialState = TrialRecord['state'];
export type FinishedTrial = CompleteTrial | PrunedTrial | FailedTrial;

export const isFinished = (trial: TrialRecord): trial is FinishedTrial =>
  trial.state === 'complete' || trial.state === 'pruned' || trial.state === 'failed';

/** The last step a trial reported; null before its first report. */
export const lastStep = ({ measurements }: Pick<TrialRecord, 'measurements'>): number | null =>
  measurements.at(-1)?.step ?? null;
