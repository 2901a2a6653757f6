/**
 * Where the files of a study's trials lie and what they let a trial do: the job that a worker is given, what a lost trial can go on from, what is removed
 * when it ends. The one place in which a search tells an experiment from a command.
 */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isFinished, lastStep, rootOf, stageOf, type FinishedTrial, type TrialRecord } from '#core';
import type { Study } from '#study';
import {
  checkpointEpoch,
  checkpointIdentity,
  type CheckpointPlace,
  removeCheckpoint,
  sweepCheckpoints,
} from './checkpoint.ts';
import type { CommandSetup } from './command/command-study.ts';
import { checkpointFile, trialFolder } from './out-folder.ts';
import type { ExperimentSetup, TrialJob } from './protocol.ts';

/** Of each member of a population, the last complete stages keep their checkpoints: others may be two stages behind and go on from there. */
const KEPT_STAGES = 3;

export interface TrialFiles {
  /** Whether the pruner may pause a trial, to go on with it later. */
  readonly resumable: boolean;
  /** What a worker needs to know of a trial. */
  readonly jobOf: (trial: TrialRecord) => TrialJob;
  /** The last measurement that need not be made again if the trial is lost now; null: it begins anew. */
  keptStep(trial: TrialRecord): number | null;
  /** Removes what an ended trial needs no more. */
  ended(trial: FinishedTrial): Promise<void>;
  /** The same for trials whose run died before it could. */
  sweep(): Promise<void>;
}

export const trialFiles = (study: Study, out: string, setup: ExperimentSetup | CommandSetup): TrialFiles =>
  setup.kind === 'command' ? commandFiles(study, out, setup) : experimentFiles(study, out, setup);

function experimentFiles(study: Study, out: string, { epochs, file }: ExperimentSetup): TrialFiles {
  const checkpointOf = ({ number, params }: TrialRecord): CheckpointPlace => {
    const seed = study.seedOf(rootOf(study.trials, number));
    const { definition } = study;
    const identity = checkpointIdentity({ definition, number, params, seed, epochs, file });
    return { path: checkpointFile(out, study.name, number), identity };
  };
  const jobOf = (trial: TrialRecord): TrialJob => {
    const stage = stageOf(trial);
    const from = study.trials[stage?.from ?? -1];
    const seed = study.seedOf(rootOf(study.trials, trial.number));
    return {
      ...jobOfTrial(study, out, trial, checkpointOf(trial)),
      // Random streams are named by seed, epoch and step: what goes on from a checkpoint keeps its seed.
      seed,
      from: from === undefined ? null : { number: from.number, checkpoint: checkpointOf(from) },
      until: stage?.until ?? null,
      reported: lastStep(trial) ?? stage?.after ?? 0,
    };
  };
  return {
    resumable: true,
    jobOf,
    /**
     * The checkpoint has it, and what the pruner said of it was acted on. Of the very last one that is not known, so the trial's next worker reports it
     * again, from the checkpoint's history and without training.
     */
    keptStep(trial) {
      const epoch = checkpointEpoch(jobOf(trial).checkpoint) ?? -Infinity;
      return (
        trial.measurements.findLast(({ step }, i) => step <= epoch && i < trial.measurements.length - 1)?.step ?? null
      );
    },
    async ended(trial) {
      const member = stageOf(trial)?.member;
      const kept = continuable(study.trials);
      const done = member === undefined ? [trial] : study.trials.filter((one) => stageOf(one)?.member === member);
      for (const one of done.slice(-2 * KEPT_STAGES)) {
        if (!kept.has(one.number)) await removeCheckpoint(checkpointOf(one).path);
      }
    },
    sweep() {
      const kept = continuable(study.trials);
      return sweepCheckpoints(dirname(trialFolder(out, study.name, 0)), (number) => kept.has(number));
    },
  };
}

/** The trials whose checkpoint somebody may go on from: they themselves, if they have not ended, or a stage. */
function continuable(trials: readonly TrialRecord[]): ReadonlySet<number> {
  const kept = new Set<number>();
  const members = new Map<number, number[]>();
  for (const trial of trials) {
    const stage = stageOf(trial);
    if (!isFinished(trial)) {
      kept.add(trial.number);
      const from = stage?.from ?? null;
      if (from !== null) kept.add(from);
    } else if (stage !== null && trial.state === 'complete') {
      const done = members.get(stage.member) ?? [];
      members.set(stage.member, [...done, trial.number].slice(-KEPT_STAGES));
    }
  }
  for (const done of members.values()) for (const number of done) kept.add(number);
  return kept;
}

/** A command keeps its own checkpoints in its folder: it alone knows their steps, so a command that can go on goes on from its last report. */
function commandFiles(study: Study, out: string, { resumable }: CommandSetup): TrialFiles {
  const { name, createdAt } = study.definition;
  const checkpointDir = (number: number): string => join(trialFolder(out, study.name, number), 'checkpoint');
  const discard = (trial: FinishedTrial): Promise<void> =>
    trial.state === 'pruned' ? rm(checkpointDir(trial.number), { recursive: true, force: true }) : Promise.resolve();
  return {
    resumable,
    jobOf(trial) {
      const { number, params } = trial;
      const facts = JSON.stringify({ name, createdAt, number, params });
      const identity = createHash('sha256').update(facts).digest('hex');
      return jobOfTrial(study, out, trial, { path: checkpointDir(number), identity });
    },
    keptStep: (trial) => (resumable ? lastStep(trial) : null),
    ended: discard,
    async sweep() {
      for (const trial of study.trials) if (isFinished(trial)) await discard(trial);
    },
  };
}

function jobOfTrial(study: Study, out: string, trial: TrialRecord, checkpoint: TrialJob['checkpoint']): TrialJob {
  const { number, params, measurements } = trial;
  return {
    study: study.name,
    number,
    params,
    seed: study.seedOf(number),
    bundle: trialFolder(out, study.name, number),
    checkpoint,
    reported: lastStep(trial) ?? 0,
    measured: measurements.at(-1)?.values ?? null,
    from: null,
    until: null,
  };
}
