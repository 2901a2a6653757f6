/**
 * The loop in this process: keeps up to `parallel` objectives running until nothing is left to run.
 * A trial that fails is a record; the loop goes on. What the storage throws ends the loop.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { TuneError, type Hints, type TrialRecord } from '#core';
import type { Lease } from './lease.ts';
import { readError, type Outcome } from './outcome.ts';
import type { Trial, TrialHandle, Typed } from './trial.ts';

/** Gets a trial, answers its values. After report said 'pause' the answer is ignored; after 'stop' it may be nothing. */
export type Objective<P, O extends string> = (trial: Trial<P>) => Outcome<O> | void | Promise<Outcome<O> | void>;

export interface OptimizeOptions {
  /**
   * How many trials the study is to have in the end, counting those it has already, however they ended; so the same call goes on after an
   * interruption, and several processes share the number. Default: the study's planned `trials`.
   */
  readonly trials?: number;
  /** How many objectives run at a time (promises, not threads). */
  readonly parallel?: number;
  /**
   * Ordered mode: trial n is chosen from the results of trials ≤ n − lag, the later ones counting as pending, so the same seed gives the same study for any
   * number of workers. At most `lag` trials run at a time; 0 turns it off. Default: `parallel` if that is above 1 and the study was given a seed, else off.
   * A study keeps the lag it was begun with.
   */
  readonly lag?: number;
  /** No trial is started later than this; running ones are waited for. */
  readonly timeoutMs?: number;
  /** As a timeout; and a trial that throws after the abort is put back in line instead of failing. */
  readonly signal?: AbortSignal;
  /** The objective can go on from `trial.step + 1`, so the pruner may pause it. */
  readonly resumable?: boolean;
}

export interface OptimizeResult {
  /** Why the loop ended, in a sentence. */
  readonly reason: string;
  /** How many trials it ran. */
  readonly ran: number;
}

/** Trials of other processes are looked at this often while they are waited for. */
const POLL_MS = 200;

/** What the loop calls of its study. */
interface Calls<P, O extends string> {
  readonly hints: Hints;
  readonly trials: readonly Typed<TrialRecord, P>[];
  readonly seeded: boolean;
  settleLag(asked: number | undefined, usual: number | undefined): Promise<number | null>;
  next(
    trials: number,
    options: { readonly resumable: boolean; readonly lag: number | null },
  ): Promise<{ readonly trial: Trial<P> } | { readonly nothing: string } | { readonly later: string }>;
  hold(): Promise<Lease>;
  recover(isAlive: (worker: string) => boolean): Promise<unknown>;
  readonly runningElsewhere: number;
  tell(trial: TrialHandle, outcome: Outcome<O>): Promise<unknown>;
  release(trial: TrialHandle, reason: string): Promise<void>;
  finish(reason: string): Promise<void>;
}

/** @internal */
export async function optimize<P, O extends string>(
  study: Calls<P, O>,
  objective: Objective<P, O>,
  { trials = study.hints.trials, parallel = 1, timeoutMs, signal, resumable = false, lag: asked }: OptimizeOptions,
  endsByItself: boolean,
): Promise<OptimizeResult> {
  checkCount('trials', trials);
  checkCount('parallel', parallel);
  if (timeoutMs !== undefined && !(timeoutMs > 0))
    throw new TuneError('bad-options', `optimize: timeoutMs must be > 0; got ${timeoutMs}.`);
  if (trials === undefined && timeoutMs === undefined && signal === undefined && !endsByItself)
    throw new TuneError('bad-options', 'optimize: nothing would end it; give trials, timeoutMs or signal.');
  if (asked !== undefined && !(Number.isSafeInteger(asked) && asked >= 0))
    throw new TuneError('bad-options', `optimize: lag must be a whole number ≥ 0; got ${asked}.`);
  const lag = await study.settleLag(asked, study.seeded && parallel > 1 ? parallel : undefined);
  const deadline = timeoutMs === undefined ? Infinity : performance.now() + timeoutMs;
  const running = new Set<Promise<void>>();
  let ran = 0;
  let broken: { readonly error: unknown } | null = null;

  const run = async (trial: Trial<P>): Promise<void> => {
    let outcome: Outcome<O> | void;
    try {
      outcome = await objective(trial);
    } catch (error) {
      if (signal?.aborted === true) return study.release(trial, 'interrupted');
      outcome = { state: 'failed', error: readError(error) };
    }
    const record = study.trials[trial.number];
    if (record?.state === 'paused' && record.attempt === trial.attempt) return;
    if (outcome === undefined || outcome === null)
      outcome =
        record?.state === 'running' && record.stopReason !== null
          ? { state: 'pruned' }
          : { state: 'failed', error: 'the objective returned no values' };
    try {
      await study.tell(trial, outcome);
    } catch (error) {
      // Taken over while this process was frozen: the other result counts.
      if (error instanceof TuneError && (error.code === 'taken-over' || error.code === 'ended')) return;
      if (!(error instanceof TuneError && error.code === 'bad-outcome')) throw error;
      await study.tell(trial, { state: 'failed', error: { message: error.message } });
    }
  };

  const lease = await study.hold();
  const takeOver = async (): Promise<void> => {
    await lease.look();
    await study.recover(lease.isAlive);
  };
  await takeOver();
  try {
    return await loop();
  } finally {
    await lease.release();
  }

  async function loop(): Promise<OptimizeResult> {
    for (;;) {
      let end: string | null = null;
      let wait = false;
      while (running.size < parallel && broken === null && end === null && !wait) {
        if (signal?.aborted === true) end = 'interrupted.';
        else if (performance.now() >= deadline) end = `the time of ${timeoutMs} ms is over.`;
        else {
          const work = await study.next(trials ?? Infinity, { resumable, lag });
          if ('later' in work) wait = true;
          else if ('nothing' in work) {
            // A trial of another process may come back, or promote one.
            if (study.runningElsewhere > 0) wait = true;
            else end = work.nothing;
          } else {
            ran++;
            const task: Promise<void> = run(work.trial)
              .catch((error: unknown) => void (broken ??= { error }))
              .finally(() => running.delete(task));
            running.add(task);
          }
        }
      }
      if (running.size > 0) await Promise.race(running);
      else if (broken !== null)
        throw (broken as { error: unknown }).error; // assigned in the callback above, which control flow does not see
      else if (wait) {
        // Another process is at it; it may die meanwhile.
        await sleep(POLL_MS);
        await takeOver();
      } else {
        const reason = end ?? 'nothing is left to run.';
        if (signal?.aborted !== true && performance.now() < deadline) await study.finish(reason);
        return { reason, ran };
      }
    }
  }
}

function checkCount(name: string, value: number | undefined): void {
  if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1))
    throw new TuneError('bad-options', `optimize: ${name} must be a whole number ≥ 1; got ${value}.`);
}
