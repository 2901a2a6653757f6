/**
 * The search: each slot takes a trial from the study, has its worker train it, and tells the result, until nothing is left to run.
 * All asking goes through `next` and all results through `commit`, one place each. With a lag the study is ordered: what comes next may then depend on
 * trials that still run, and a slot waits for them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FinishedTrial, Json, TrialRecord, Values } from '#core';
import { isTuneError, type TuneError } from '#math';
import { workerCondition, workerName } from '#storage';
import { toldMetrics, type Lease, type Study, type Trial } from '#study';
import { CRASH_LIMIT, describeExit, isKill, KILL_LIMIT, type Pool } from './pool.ts';
import type { EpochDecision } from './protocol.ts';
import type { RunEvent } from './run-event.ts';
import type { TrialFiles } from './trial-files.ts';
import type { Lost, WorkerProcess } from './worker-process.ts';

/** What other processes do to the study is looked at this often while there is nothing to run. */
const POLL_MS = 500;
/** A worker is found stopped in so many looks in a row before it is given up. */
const FROZEN_LOOKS = 6;

export interface SearchOptions {
  readonly study: Study;
  readonly pool: Pool;
  readonly parallel: number;
  /** Of ordered mode; null without. */
  readonly lag: number | null;
  readonly lease: Lease;
  /** How long a stopped worker is waited for. */
  readonly leaseMs: number;
  /** The study is to have so many trials. */
  readonly trials: number;
  readonly files: TrialFiles;
  readonly onEvent: (event: RunEvent) => void;
  /** True once the run is to end: lost trials then go back without blame. */
  readonly stopped: () => boolean;
}

/** Wakes those who wait when something has happened here. */
function createNews() {
  let happened: () => void = () => undefined;
  let next = new Promise<true>((resolve) => (happened = () => resolve(true)));
  return {
    tell() {
      happened();
      next = new Promise<true>((resolve) => (happened = () => resolve(true)));
    },
    /** Whether something happened before the time was over. */
    within: (ms: number): Promise<boolean> => Promise.race([next, sleep(ms, false)]),
  };
}

type Answer = Awaited<ReturnType<WorkerProcess['train']>>;

export async function search(options: SearchOptions): Promise<void> {
  const { study, pool, parallel, lag, lease, leaseMs, trials, files, onEvent, stopped } = options;
  const metrics = toldMetrics(study.definition.objectives, study.definition.limits);
  const news = createNews();
  const losses = new Map<number, { crashes: number; kills: number }>();
  await Promise.all(Array.from({ length: parallel }, (_, slot) => fill(slot)));

  async function fill(slot: number): Promise<void> {
    for (;;) {
      // The worker first: no trial is held while one starts.
      const worker = await pool.worker(slot);
      const trial = worker && (await next());
      if (!trial) return;
      onEvent({ type: 'trialStarted', number: trial.number, params: trial.params });
      await commit(trial, await train(worker, trial));
      news.tell();
    }
  }

  /** The next trial; null when none is left or the run ends. Waits while trials of other slots or runs may still come back. */
  async function next(): Promise<Trial | null> {
    while (!stopped()) {
      const work = await study.next(trials, { resumable: files.resumable, lag });
      if ('trial' in work) return work.trial;
      if ('nothing' in work && study.counts.running + study.counts.waiting === 0) return null;
      if (!(await news.within(POLL_MS))) await recover(study, files, lease);
    }
    return null;
  }

  async function train(worker: WorkerProcess, trial: Trial): Promise<Answer> {
    const { number } = trial;
    const unwatch = watchFrozen(worker, leaseMs);
    const answer = worker.train(files.jobOf(recordOf(trial)), {
      onProgress: (progress) => onEvent({ ...progress, number }),
      onEpoch: (report) => {
        onEvent({ type: 'epoch', number, report });
        return decide(trial, report.epoch, { loss: report.loss, ...report.metrics });
      },
      onStep: (step, values) => {
        onEvent({ type: 'step', number, step, values });
        return decide(trial, step, values);
      },
    });
    return answer.finally(unwatch);
  }

  async function decide(trial: Trial, step: number, values: Values): Promise<EpochDecision> {
    try {
      return (await study.report(trial, step, values)).decision;
    } catch (error) {
      if (!isTakenAway(error)) throw error;
      onEvent({ type: 'retry', number: trial.number, reason: error.message });
      return 'stop';
    }
  }

  async function commit(trial: Trial, answer: Answer): Promise<void> {
    try {
      const record = await tell(trial, answer);
      const now = recordOf(trial);
      if (answer.type === 'paused' && now.state === 'paused')
        onEvent({ type: 'paused', number: trial.number, reason: now.reason });
      if (record === null) return;
      await files.ended(record);
      const seconds =
        answer.type === 'trained' || answer.type === 'ran'
          ? answer.seconds
          : (record.endedAt - record.startedAt) / 1000;
      onEvent(trialEvent(record, seconds));
    } catch (error) {
      // Another run took the trial over while this one was frozen: its result counts.
      if (!isTakenAway(error)) throw error;
    }
  }

  /** The record that the trial became; null if it is to be run again. */
  async function tell(trial: Trial, answer: Answer): Promise<FinishedTrial | null> {
    switch (answer.type) {
      case 'trained': {
        const { values } = answer;
        if (answer.stopReason === 'pruned') return study.tell(trial, { state: 'pruned', values });
        await study.setAttribute(trial.number, 'metrics', finite(values));
        await study.setAttribute(trial.number, 'bestEpoch', answer.bestEpoch);
        return study.tell(trial, { state: 'complete', values });
      }
      case 'ran': {
        const { values, stopped: pruned, output } = answer;
        if (output !== '') await study.setAttribute(trial.number, 'output', output);
        // Stopped before its first value: it ends without any.
        const told = metrics.every((name) => name in values) ? { values } : {};
        if (pruned) return study.tell(trial, { state: 'pruned', ...told });
        await study.setAttribute(trial.number, 'metrics', finite(values));
        return study.tell(trial, { state: 'complete', values });
      }
      case 'failed': {
        const { message, stack, output = stack } = answer.error;
        return study.tell(trial, {
          state: 'failed',
          error: { message, ...(output === undefined ? {} : { output }) },
        });
      }
      // The log says so already: it was the study's decision.
      case 'paused':
        return null;
      case 'lost':
        return lose(trial, answer);
    }
  }

  function recordOf({ number }: Trial): TrialRecord {
    const record = study.trials[number];
    if (record === undefined) throw new Error(`internal: no trial ${number}`);
    return record;
  }

  function keptStep(trial: Trial): number | null {
    return files.keptStep(recordOf(trial));
  }

  async function lose(trial: Trial, { exit }: Lost): Promise<FinishedTrial | null> {
    const { number } = trial;
    if (stopped()) {
      await study.release(trial, 'interrupted', keptStep(trial));
      return null;
    }
    const lost = losses.get(number) ?? { crashes: 0, kills: 0 };
    losses.set(number, lost);
    if (isKill(exit)) lost.kills++;
    else lost.crashes++;
    const reason = `its worker process ${describeExit(exit)}`;
    if (lost.crashes < CRASH_LIMIT && lost.kills < KILL_LIMIT) {
      await study.release(trial, reason, keptStep(trial));
      onEvent({ type: 'retry', number, reason });
      return null;
    }
    const message = `${reason} in ${lost.crashes + lost.kills} attempts`;
    return study.tell(trial, { state: 'failed', error: { message, output: exit.output } });
  }
}

/** Puts trials back in line whose run is gone or has lost its lease. */
export async function recover(study: Study, files: TrialFiles, { look, isAlive }: Lease): Promise<void> {
  await look();
  await study.recover(isAlive, { keptStep: (trial) => files.keptStep(trial) });
}

/** Ends a worker process that has been stopped (SIGSTOP) for so long; answers how to end the watch. Nothing else tells it from one that computes. */
function watchFrozen(worker: WorkerProcess, leaseMs: number): () => void {
  const name = workerName(worker.pid);
  const everyMs = leaseMs / FROZEN_LOOKS;
  let looks = 0;
  const timer = setInterval(() => {
    looks = workerCondition(name) === 'stopped' ? looks + 1 : 0;
    if (looks >= FROZEN_LOOKS) void worker.stop();
  }, everyMs);
  return () => clearInterval(timer);
}

/** Attributes are JSON, which has no NaN and no infinities: such metrics are left out. */
export const finite = (values: Values): { readonly [name: string]: Json } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value)));

function trialEvent(record: FinishedTrial, seconds: number): RunEvent {
  const { number, state, params, measurements } = record;
  return {
    type: 'trial',
    number,
    state,
    params,
    values: state === 'failed' ? null : record.values,
    epochs: measurements.length,
    seconds,
    ...(state === 'failed' ? { error: record.error.message } : {}),
    ...(state === 'pruned' ? { reason: record.reason } : {}),
  };
}

const isTakenAway = (error: unknown): error is TuneError =>
  isTuneError(error) && ['taken-over', 'ended', 'not-running'].includes(error.code);
