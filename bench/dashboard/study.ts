/**
 * Long studies for the dashboard and its bench: real samplers and a real pruner on the problem of problem.ts, by the public API into SQLite, with workers that run
 * side by side on a clock of their own (so that an evening's work is written in a minute).
 * One objective: random search, then TPE, with a percentile pruner. Two and three: NSGA-II with a limit on memory, nothing is pruned.
 */
import { percentile } from '#pruners';
import { createStudy, openStudy, type Study } from '#study';
import { networks, training, type Training } from './problem.ts';

export interface StudyPlan {
  readonly name: string;
  readonly trials: number;
  /** Last epoch of a trial. */
  readonly epochs: number;
  readonly objectives: 1 | 2 | 3;
}

const WORKERS = 8;
/** Shares of the trials by sampler, in this order. */
const SAMPLERS = [['random', 0.3], ['tpe', 0.3], ['random', 0.4]] as const; // prettier-ignore
const OBJECTIVES = { accuracy: 'maximize', latencyMs: 'minimize', memoryMb: 'minimize' } as const;

/** Writes the study into the SQLite file. */
export async function generate(file: string, { name, trials, epochs, objectives }: StudyPlan): Promise<void> {
  const storage = `sqlite:${file}`;
  const clock = { now: Date.UTC(2026, 0, 5, 18) };
  const now = (): number => Math.round(clock.now);
  const pruner = objectives > 1 ? 'none' : percentile({ percentile: 90, warmupSteps: 20, interval: 4 });
  const created = await createStudy({
    name,
    space: networks,
    objectives: Object.fromEntries(Object.entries(OBJECTIVES).slice(0, objectives)),
    ...(objectives > 1 && { constraints: { memoryMb: { atMost: 800 } } }),
    sampler: objectives > 1 ? 'nsga2' : 'random',
    pruner,
    storage,
    seed: 1,
    maxSteps: epochs,
    trials,
    now,
  });
  if (objectives > 1) await run(created as Study, trials, epochs, clock); // its parameters are read by path only
  await created.close();
  if (objectives > 1) return;
  let end = 0;
  for (const [sampler, share] of SAMPLERS) {
    const study = await openStudy(storage, name, { sampler, pruner, now });
    end += share;
    await run(study, Math.round(end * trials), epochs, clock);
    await study.close();
  }
}

interface Worker {
  readonly name: string;
  /** Milliseconds since 1970 at which its next thing happens. */
  at: number;
  job: { readonly number: number; readonly training: Training; epoch: number } | null;
}

/** Always the worker whose next thing comes first; until the study has so many trials and all of them have ended. */
async function run(study: Study, trials: number, epochs: number, clock: { now: number }): Promise<void> {
  const workers: Worker[] = Array.from({ length: WORKERS }, (_, i) => {
    return { name: `host-${i + 1}`, at: clock.now + 400 * i, job: null };
  });
  while (workers.length > 0) {
    const worker = workers.reduce((a, b) => (b.at < a.at ? b : a));
    clock.now = worker.at;
    const { job } = worker;
    if (job === null) {
      if (study.trials.length >= trials) {
        workers.splice(workers.indexOf(worker), 1);
        continue;
      }
      const { number, params, seed } = await study.ask({ worker: worker.name });
      worker.job = { number, training: training(networks.parse(params), seed), epoch: 0 };
      worker.at += 1000 * worker.job.training.seconds;
      continue;
    }
    job.epoch++;
    const { accuracy, loss } = job.training.at(job.epoch);
    const { decision } = await study.report(job.number, job.epoch, { accuracy, loss });
    const { latencyMs, memoryMb, seconds } = job.training;
    if (Number.isNaN(loss)) {
      await study.tell(job.number, { state: 'failed', error: { message: `the loss is NaN at epoch ${job.epoch}` } });
    } else if (decision === 'stop' || job.epoch === epochs) {
      await study.tell(job.number, { accuracy, latencyMs, memoryMb });
    } else {
      worker.at += 1000 * seconds;
      continue;
    }
    worker.job = null;
    worker.at += 300;
  }
}
