/** A study as TensorBoard shows it: the experiment in a folder, each trial as a run in its sub-folder trial-0007; see trial-log.ts for what a run holds. */
import { join } from 'node:path';
import type { StudyDefinition, TrialRecord } from '#core';
import { spaceFromJson, type Dimension } from '#space';
import type { HParamInfo } from './hparams.ts';
import { summaryWriter } from './summary-writer.ts';
import { hparamValue, NOTHING, resultTag, writeTrial } from './trial-log.ts';

export const runFolder = (folder: string, number: number): string =>
  join(folder, `trial-${String(number).padStart(4, '0')}`);

/** Writes the trials that have begun; answers the number of runs. The folder should be new: files are added to it, never replaced. */
export function writeStudyEvents(definition: StudyDefinition, trials: readonly TrialRecord[], folder: string): number {
  writeExperiment(definition, folder);
  const { dimensions } = spaceFromJson(definition.space);
  const begun = trials.filter((trial) => trial.state !== 'waiting');
  for (const trial of begun) {
    const writer = summaryWriter(runFolder(folder, trial.number));
    writeTrial(trial, definition.objectives, dimensions, { ...NOTHING }, () => writer);
  }
  return begun.length;
}

/** The record that makes the HParams tab a table: parameters with their ranges, and the objectives. */
export function writeExperiment({ name, objectives, createdAt, space }: StudyDefinition, folder: string): void {
  summaryWriter(folder).hparams(
    {
      type: 'experiment',
      description: `${name}: ${objectives.map((o) => `${o.direction} ${o.name}`).join(', ')}`,
      createdAt: createdAt / 1000,
      hparams: spaceFromJson(space).dimensions.map(describe),
      metrics: objectives.map((objective) => ({ tag: resultTag(objective), displayName: objective.name })),
    },
    { at: createdAt },
  );
}

function describe(dimension: Dimension): HParamInfo {
  const { path, param, labels } = dimension;
  if (labels !== null) return { name: path, domain: labels.map((label) => hparamValue(dimension, label)) };
  return { name: path, domain: 'low' in param ? { low: param.low, high: param.high } : null };
}
