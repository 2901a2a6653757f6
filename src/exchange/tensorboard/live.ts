/**
 * A study's event files while it runs: they grow with every measurement, each of which is in the file when the study goes on. A run that is killed leaves
 * readable files; the next one goes on in new files of the same folders, and writes no step twice.
 */
import { join } from 'node:path';
import { isFinished, type StudyDefinition, type TrialRecord } from '#core';
import { spaceFromJson } from '#space';
import { followOwnTrials, settledTrials, type FollowedStudy, type Follower, type FollowOptions } from '../follow.ts';
import { undamagedEvents } from './read.ts';
import { runFolder, writeExperiment } from './study-log.ts';
import { summaryWriter, type SummaryWriter } from './summary-writer.ts';
import { writeTrial, writtenOf, type Written } from './trial-log.ts';

interface Run {
  readonly written: Written;
  /** Null until there is something to write. */
  writer: SummaryWriter | null;
}

/**
 * Follows the study into `folder`/NAME, or NAME-2, -3 … where the name is taken by another study.
 * @throws TuneError `unwritable` if the folder cannot be written at the start. Later trouble is told to `onTrouble`, and the study goes on.
 */
export function followToTensorBoard(
  study: FollowedStudy,
  folder: string,
  { onTrouble = () => undefined }: FollowOptions = {},
): Follower & { readonly folder: string } {
  const { path: place, begun } = studyFolder(study.definition, folder);
  if (!begun) writeExperiment(study.definition, place);
  const runs = new Map<number, Run>();
  let troubled = false;

  /** What stands in the files is read when a trial is first looked at: another run may have begun it. */
  function runOf(number: number): Run {
    const run = runs.get(number) ?? {
      written: writtenOf(undamagedEvents(runFolder(place, number))),
      writer: null,
    };
    runs.set(number, run);
    return run;
  }

  function bringUp(trial: TrialRecord): void {
    const path = runFolder(place, trial.number);
    const { definition } = study;
    try {
      const run = runOf(trial.number);
      // Of the space as it is now: a parameter that came by an edit has no column in the table, but stands among the session's.
      const { dimensions } = spaceFromJson(definition.space);
      writeTrial(trial, definition.objectives, dimensions, run.written, () => (run.writer ??= summaryWriter(path)));
    } catch (error) {
      // Half a record may stand at the end of the file: what comes next is read from the files again and goes to a new one.
      runs.delete(trial.number);
      if (!troubled) {
        const reason = error instanceof Error ? error.message : String(error);
        onTrouble(`TensorBoard events of trial ${trial.number} could not be written: ${reason.replace(/\.$/, '')}.`);
      }
      troubled = true;
    }
  }

  settledTrials(study).forEach(bringUp);
  const end = followOwnTrials(study, (trial) => {
    bringUp(trial);
    // Another run may go on with it.
    if (!isFinished(trial) && trial.state !== 'running') runs.delete(trial.number);
  });
  return {
    folder: place,
    close() {
      end();
      settledTrials(study).forEach(bringUp);
      return Promise.resolve();
    },
  };
}

/** The folder of this very study: the time of its creation tells it from others of its name. */
function studyFolder(
  { name, createdAt }: StudyDefinition,
  folder: string,
): { readonly path: string; readonly begun: boolean } {
  const base = encodeURIComponent(name).replace(/^\./, '%2E').replaceAll('*', '%2A');
  for (let n = 1; ; n++) {
    const path = join(folder, n === 1 ? base : `${base}-${n}`);
    const events = undamagedEvents(path);
    if (events.length === 0) return { path, begun: false };
    const isThis = events.some(
      ({ value }) =>
        value.kind === 'hparams' && value.record.type === 'experiment' && value.record.createdAt === createdAt / 1000,
    );
    if (isThis) return { path, begun: true };
  }
}
