/**
 * Runs an experiment or a command: opens its study, runs trials in worker processes, evaluates an experiment's on test when the search has ended, and hands
 * back the best.
 *
 * Nothing is written before the experiment, the options and, in a worker, the data and the models have been checked.
 * All events are written by this process; workers only compute. If it dies its workers do, and its running trials are put back in line by whoever
 * resumes: they are trained again with the same seed, so the study comes out as if nothing had happened.
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, extname, resolve } from 'node:path';
import { isFinished, type CompleteTrial } from '#core';
import { childProcess } from '#executors';
import { gridCount, restrict } from '#space';
import { LEASE_MS, type Lease, type Study } from '#study';
import { checkBudget, watchBudget, type BudgetWatch } from './budget.ts';
import { findResumed, openRun, runStorage, type Resumed } from './open-run.ts';
import { bestFolder, checkWritable, replaceFolder, trialFolder } from './out-folder.ts';
import { createPool, type Pool } from './pool.ts';
import type { WorkerSetup } from './protocol.ts';
import type { EndReason, Round, RunEvent, RunSummary } from './run-event.ts';
import { DEFAULT_OUT, type RunFollower, type RunOptions } from './run-options.ts';
import { recover, search } from './search.ts';
import { trialFiles, type TrialFiles } from './trial-files.ts';
import { checkEdit } from './edit-run.ts';
import { enqueueRepeats } from './repeat.ts';
import { loadTuned, type Tuned } from './tuned.ts';
import { testPhase, testValues, untested } from './test-phase.ts';

/** Attribute of a study: the budget that ended its last run before all trials were done. */
const ENDED = 'ended';
/** Trials of a sampler that would go on for ever. */
const DEFAULT_TRIALS = 20;
/** From SIGTERM to SIGKILL of a worker. */
const WORKER_GRACE_MS = 5000;

export async function runStudy(options: RunOptions, onEvent: (event: RunEvent) => void): Promise<RunSummary> {
  const tuned = await loadTuned(options);
  const out = resolve(options.out ?? DEFAULT_OUT);
  const storage = runStorage(options.storage);
  const ending = createEnding(options);
  const { leaseMs = LEASE_MS } = options;
  let pool: Pool | null = null;
  let lease: Lease | null = null;
  let budget: BudgetWatch | null = null;
  let follower: RunFollower | null = null;
  try {
    const resumed = await findResumed(options, storage);
    if (resumed !== null) checkEdit(tuned, options, resumed.definition);
    checkWritable(out);
    checkBudget(options.budget ?? {});

    const seed = resumed?.definition.seed ?? options.seed ?? tuned.seed;
    const setup = tuned.setup(seed, resumed);
    // The worker of a command gives it its own time to end.
    const graceMs = (setup.kind === 'command' ? setup.graceMs : 0) + WORKER_GRACE_MS;
    const newPool = (): Pool => createPool({ executor: childProcess({ graceMs }), setup, onDownload: onEvent });
    pool = newPool();
    ending.onEnd(() => void pool?.stop());
    const first = await pool.worker(0);
    if (first === null && !resumed) return endedEarly(options, ending.reason() ?? 'interrupted', onEvent);

    const study = await openRun({
      tuned,
      options,
      storage: await storage.open(),
      resumed,
      trials: plannedTrials(tuned, options, resumed),
      maxSteps: tuned.maxSteps(seed, resumed),
    });
    follower = (await options.follow?.(study)) ?? null;
    const files = trialFiles(study, out, setup);
    lease = await study.hold({ leaseMs });
    await recover(study, files, lease);
    const wasFinished = study.finished !== null || study.trials.length >= (study.hints.trials ?? Infinity);
    if (options.repeat !== undefined) await enqueueRepeats(study, options.repeat);
    // Repeats add no trial of the sampler's.
    const trials = options.repeat === undefined ? (study.hints.trials ?? Infinity) : study.trials.length;
    const finishedBefore = study.trials.filter(isFinished).length;
    const left = Math.max(1, trials - finishedBefore);
    const slots = options.parallel ?? tuned.parallel ?? availableParallelism();
    const parallel = Math.min(slots, left);
    const lag = await study.settleLag(options.lag, slots);
    onEvent({
      type: 'started',
      kind: setup.kind,
      study: study.name,
      trials: Number.isFinite(trials) ? trials : null,
      parallel,
      resumed: finishedBefore,
      objective: tuned.objective,
      objectives: tuned.objectives,
      limits: study.definition.limits ?? [],
    });

    if ((study.attributes[ENDED] ?? null) !== null) await study.setAttribute(null, ENDED, null);
    budget = watchBudget({
      study,
      budget: options.budget ?? {},
      folder: dirname(bestFolder(out, study.name)),
      // A command alone knows what its checkpoints are worth.
      checkpointOf: setup.kind === 'experiment' ? (trial) => files.jobOf(trial).checkpoint.path : null,
      pids: () => pool?.pids() ?? [],
      onUsedUp: ending.end,
    });
    if (first)
      await search({
        study,
        pool,
        parallel,
        lag,
        lease,
        leaseMs,
        trials,
        files,
        onEvent,
        stopped: () => ending.reason() !== null,
      });

    budget.release();
    if (ending.reason() !== 'interrupted' && setup.kind === 'experiment') {
      if (ending.reason() !== null) {
        await pool.stop();
        pool = newPool();
      }
      await testTrials(study, pool, parallel, files.jobOf, onEvent);
    }
    await pool.stop();
    // Of trials whose run died before it could tidy up.
    await files.sweep();
    const reason = ending.reason() ?? 'finished';
    const why = ending.why() ?? 'all trials are done';
    if (reason === 'finished') {
      if (options.repeat === undefined || wasFinished) await study.finish(why);
    } else if (reason !== 'interrupted') await study.setAttribute(null, ENDED, why);
    await study.refresh();
    await follower?.close();
    follower = null;
    const summary = await summarise(study, setup.kind, { reason, why }, out, storage.address);
    await study.close();
    onEvent({ type: 'done', ...summary });
    return summary;
  } finally {
    ending.release();
    budget?.release();
    await pool?.stop();
    await follower?.close();
    await lease?.release();
    await storage.close();
  }
}

/** Stopped before there was a study: nothing was written. */
function endedEarly({ file, study }: RunOptions, reason: EndReason, onEvent: (event: RunEvent) => void): RunSummary {
  const name = study ?? basename(file, extname(file));
  const summary: RunSummary = {
    study: name,
    trials: 0,
    best: null,
    rounds: [],
    reason,
    why: 'it was stopped before the first trial',
    resumable: false,
  };
  onEvent({ type: 'done', ...summary });
  return summary;
}

interface End {
  readonly reason: Exclude<EndReason, 'finished'>;
  readonly why: string;
}

/** Why the run ends early, as soon as that is known: the caller's signal, the time, or another budget. */
function createEnding({ signal, timeoutMs }: RunOptions) {
  let ended: End | null = null;
  let listener: () => void = () => undefined;
  // The first reason counts, except that a person may always interrupt.
  const end = (reason: End['reason'], why: string): void => {
    if (ended !== null && reason !== 'interrupted') return;
    ended = { reason, why };
    listener();
  };
  const interrupt = (): void => end('interrupted', 'it was interrupted');
  if (signal?.aborted) interrupt();
  signal?.addEventListener('abort', interrupt);
  // setTimeout counts in 31 bits of milliseconds, 24 days.
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => end('timeout', `the time of ${timeoutMs / 1000} s is over`), Math.min(timeoutMs, 2 ** 31 - 1));
  return {
    reason: (): End['reason'] | null => ended?.reason ?? null,
    why: (): string | null => ended?.why ?? null,
    end,
    onEnd(next: () => void) {
      listener = next;
      if (ended !== null) next();
    },
    release() {
      signal?.removeEventListener('abort', interrupt);
      clearTimeout(timer);
    },
  };
}

/** How many trials the study is to have: what was asked for, else the size of the grid, else a default for samplers without an end. */
function plannedTrials(tuned: Tuned, options: RunOptions, resumed: Resumed | null): number | null {
  const asked = options.trials ?? resumed?.definition.hints.trials ?? tuned.trials;
  const { sampler: given, space } = tuned;
  const sampler = options.sampler ?? (typeof given === 'string' ? given : given.name);
  if (sampler === 'pbt') return asked; // it ends when its members have been trained to the last epoch
  if (sampler !== 'grid') return asked ?? DEFAULT_TRIALS;
  // A grid of the user's own has a resolution that only it knows.
  if (typeof given !== 'string' && options.sampler === undefined) return asked ?? null;
  // A grid that was edited has another size.
  if (options.editSpace && options.trials === undefined) return gridCount(restrict(space, tuned.fixed ?? {}));
  const size = gridCount(restrict(space, tuned.fixed ?? {}));
  return asked === null ? size : Math.min(asked, size);
}

async function testTrials(
  study: Study,
  pool: Pool,
  parallel: number,
  jobOf: TrialFiles['jobOf'],
  onEvent: (event: RunEvent) => void,
): Promise<void> {
  await study.refresh();
  const trials = untested(study);
  // The best were saved elsewhere, by a run with another --out: testing them again makes their bundles.
  const winners = several(study) ? study.pareto : study.best === null ? [] : [study.best];
  for (const best of winners)
    if (!trials.some(({ number }) => number === best.number) && !existsSync(jobOf(best).bundle)) trials.push(best);
  if (trials.length === 0) return;
  onEvent({ type: 'testing', trials: trials.length });
  await testPhase({ study, pool, parallel, trials, jobOf });
}

async function summarise(
  study: Study,
  kind: WorkerSetup['kind'],
  { reason, why }: { readonly reason: EndReason; readonly why: string },
  out: string,
  address: string,
): Promise<RunSummary> {
  await study.refresh();
  const finished = study.trials.filter(isFinished);
  const rounds = study.trials.flatMap((trial): Round[] => {
    const { number, params, state } = trial;
    if (!isFinished(trial) && state !== 'paused') return [];
    const values =
      trial.state === 'failed'
        ? null
        : trial.state === 'paused'
          ? (trial.measurements.at(-1)?.values ?? null)
          : trial.values;
    const reason = 'reason' in trial ? { reason: trial.reason } : {};
    return [{ number, params, state: trial.state, values, test: testValues(trial), ...reason }];
  });
  const best = single(study);
  const test = best && testValues(best);
  const artifacts = best && kind === 'command' ? trialFolder(out, study.name, best.number) : null;
  const bundle =
    best && kind === 'experiment' && reason !== 'interrupted' ? await saveBest(study.name, best.number, out) : null;
  return {
    study: study.name,
    trials: finished.length,
    best: best && { number: best.number, params: best.params, values: best.values },
    ...(several(study) ? { front: frontOf(study, kind, out) } : {}),
    ...(test ? { test } : {}),
    ...(bundle ? { bundle } : {}),
    ...(artifacts ? { artifacts } : {}),
    rounds,
    reason,
    why,
    resumable: reason !== 'finished' && address !== 'memory',
  };
}

const several = ({ definition }: Study): boolean => definition.objectives.length > 1;
/** The best of one objective. */
const single = (study: Study): CompleteTrial | null => (several(study) ? null : study.best);

function frontOf(study: Study, kind: WorkerSetup['kind'], out: string): NonNullable<RunSummary['front']> {
  const { knee } = study;
  return study.pareto.map(({ number, params, values }) => {
    const folder = trialFolder(out, study.name, number);
    const bundle = kind === 'experiment' && existsSync(folder) ? { bundle: folder } : {};
    return { number, params, values, ...bundle, knee: number === knee?.number };
  });
}

async function saveBest(study: string, number: number, out: string): Promise<string> {
  const best = bestFolder(out, study);
  await replaceFolder(trialFolder(out, study, number), best);
  return best;
}
