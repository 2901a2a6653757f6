/**
 * Following a study while it goes on, for those who keep a copy of it elsewhere. What is copied is always worked out from the records, never from single events:
 * an event only says which trial to look at again. So a copy that was left behind by a killed run is brought up to date by the same code.
 *
 * Several runs may work on one study and follow it to the same place. Each copies the trials that it runs itself as they go on; at its start and its end
 * also those that have ended and are not there yet, whose run was killed or did not follow.
 */
import { isFinished, type StudyDefinition, type StudyEvent, type TrialRecord } from '#core';

/** What is needed of a study; a `Study` is one. */
export interface FollowedStudy {
  readonly definition: StudyDefinition;
  readonly trials: readonly TrialRecord[];
  /** How the trials that this process runs are signed. */
  readonly worker: string;
  subscribe(listener: (event: StudyEvent) => void): () => void;
}

export interface Follower {
  /** Copies what is still missing, and follows no longer. Never fails: a copy is not worth a run. */
  close(): Promise<void>;
}

export interface FollowOptions {
  /** Told once, in a sentence, when the copy cannot be kept up. */
  readonly onTrouble?: (sentence: string) => void;
}

/** Calls `changed` with each trial of this process that something happened to; returns the function that ends it. */
export function followOwnTrials(study: FollowedStudy, changed: (trial: TrialRecord) => void): () => void {
  const own = new Set<number>();
  return study.subscribe((event) => {
    if (event.type === 'trialCreated' || event.type === 'trialStarted') {
      if (event.worker === study.worker) own.add(event.number);
      else own.delete(event.number);
    }
    if (!('number' in event) || event.number === null || !own.has(event.number)) return;
    const trial = study.trials[event.number];
    if (trial !== undefined) changed(trial);
  });
}

/** Trials that have ended, and of the others those that this process runs: what a copy may bring up to date at any time. */
export const settledTrials = ({ trials, worker }: FollowedStudy): TrialRecord[] =>
  trials.filter((trial) => isFinished(trial) || (trial.state === 'running' && trial.worker === worker));
