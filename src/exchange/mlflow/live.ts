/**
 * A study in MLflow while it runs. The study never waits: what happens is noted, and sent as fast as the server takes it, many measurements in one request where
 * it is slow. A server that is away is told once, tried again at times, and at the end; `exportToMlflow` sends whatever is still missing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { StudyDefinition, TrialRecord } from '#core';
import { followOwnTrials, settledTrials, type FollowedStudy, type Follower, type FollowOptions } from '../follow.ts';
import { mlflowClient, type MlflowOptions } from './client.ts';
import { studyRuns, type StudyRuns } from './study-runs.ts';

export interface MlflowFollowOptions extends MlflowOptions, FollowOptions {
  /** After trouble, the server is left alone for so long. */
  readonly pauseMs?: number;
}

/** Follows the study to a tracking server. @throws TuneError `usage` if the address is none; what happens later is told to `onTrouble`. */
export function followToMlflow(study: FollowedStudy, options: MlflowFollowOptions): Follower {
  const { experiment = study.definition.name, pauseMs = 15_000, onTrouble = () => undefined } = options;
  const client = mlflowClient(options);
  const closing = new AbortController();
  const waiting = new Set<number>();
  let runs: StudyRuns | null = null;
  let troubled = false;
  let sending: Promise<void> = Promise.resolve();
  let isSending = false;

  /** Sends until nothing waits; false after trouble: then what the server has is asked anew. */
  async function send(over: boolean): Promise<boolean> {
    try {
      runs ??= await studyRuns(client, study.definition, experiment);
      for (let number = first(); number !== undefined; number = first()) {
        waiting.delete(number);
        const trial = study.trials[number];
        try {
          if (trial !== undefined) await runs.bring(trial);
        } catch (error) {
          waiting.add(number);
          throw error;
        }
      }
      await runs.bringStudy(study.trials, over);
      return true;
    } catch (error) {
      runs = null;
      if (!troubled) {
        const reason = error instanceof Error ? error.message : String(error);
        onTrouble(`${reason} The study goes on; what is missing is sent later.`);
      }
      troubled = true;
      return false;
    }
  }
  const first = (): number | undefined => waiting.values().next().value;

  async function pump(): Promise<void> {
    do
      if (!(await send(false)))
        await sleep(pauseMs, null, { signal: closing.signal, ref: false }).catch(() => undefined);
    while (waiting.size > 0 && !closing.signal.aborted);
    isSending = false;
  }
  function wake(trial: TrialRecord): void {
    waiting.add(trial.number);
    if (isSending) return;
    isSending = true;
    sending = pump();
  }

  settledTrials(study).forEach(wake);
  const end = followOwnTrials(study, wake);
  return {
    async close() {
      end();
      closing.abort();
      await sending;
      for (const { number } of settledTrials(study)) waiting.add(number);
      // Another run of the study may have made runs meanwhile.
      runs = null;
      if (!(await send(true)))
        onTrouble(
          `MLflow has not got all of "${study.definition.name}"; send the rest by: attune export ${study.definition.name} --format mlflow --mlflow ${options.url}`,
        );
    },
  };
}

/** Sends a whole study, or what a server still lacks of it; answers the number of trials' runs. @throws TuneError `mlflow` where the server does not take it. */
export async function exportToMlflow(
  definition: StudyDefinition,
  trials: readonly TrialRecord[],
  options: MlflowOptions,
): Promise<number> {
  const runs = await studyRuns(mlflowClient(options), definition, options.experiment ?? definition.name);
  const begun = trials.filter((trial) => 'startedAt' in trial);
  for (const trial of begun) await runs.bring(trial);
  await runs.bringStudy(trials, !trials.some(({ state }) => state === 'running'));
  return begun.length;
}
