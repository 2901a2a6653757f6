/**
 * A study as TensorBoard shows it: the experiment in DIR itself, each trial as a run and a session of the HParams tab in DIR/trial-0007.
 * - Every measured metric is a scalar series by step; `objective/NAME` is the trial's result (of a built-in training: at its best epoch, on validation).
 * - Hyperparameters go by path (`optimizer.sgd.momentum`); those of a branch not taken are absent. A column has one type there: a choice among values of
 *   several types, or with null, goes as text.
 * - A pruned trial has the status "unknown", for it neither succeeded nor failed; its reason, like an error's message, is a text.
 */
import { join } from 'node:path';
import type { Objective, StudyDefinition, TrialRecord } from '#core';
import { flatten, spaceFromJson, type Choice, type Dimension } from '#space';
import type { HParamInfo, HParamValue, SessionStatus } from './hparams.ts';
import { summaryWriter } from './summary-writer.ts';

const resultTag = ({ name }: Objective): string => `objective/${name}`;

/** Writes the trials that have begun; answers the number of runs. The folder should be new: files are added to it, never replaced. */
export function writeStudyEvents(definition: StudyDefinition, trials: readonly TrialRecord[], folder: string): number {
  const { name, objectives, createdAt } = definition;
  const { dimensions } = spaceFromJson(definition.space);
  summaryWriter(folder).hparams(
    {
      type: 'experiment',
      description: `${name}: ${objectives.map((o) => `${o.direction} ${o.name}`).join(', ')}`,
      createdAt: createdAt / 1000,
      hparams: dimensions.map(describe),
      metrics: objectives.map((objective) => ({ tag: resultTag(objective), displayName: objective.name })),
    },
    { at: createdAt },
  );
  const begun = trials.filter((trial) => trial.state !== 'waiting');
  const digits = Math.max(4, String(trials.length).length);
  for (const trial of begun) {
    writeTrial(trial, objectives, dimensions, join(folder, `trial-${String(trial.number).padStart(digits, '0')}`));
  }
  return begun.length;
}

function describe(dimension: Dimension): HParamInfo {
  const { path, param, labels } = dimension;
  if (labels !== null) return { name: path, domain: labels.map((label) => hparamValue(dimension, label)) };
  return { name: path, domain: 'low' in param ? { low: param.low, high: param.high } : null };
}

function hparamValue({ labels }: Dimension, value: Choice): HParamValue {
  const types = new Set(labels?.map((label) => (label === null ? 'null' : typeof label)));
  return value === null || types.size > 1 ? String(value) : value;
}

function writeTrial(
  trial: Exclude<TrialRecord, { state: 'waiting' }>,
  objectives: readonly Objective[],
  dimensions: readonly Dimension[],
  folder: string,
): void {
  const writer = summaryWriter(folder);
  const { startedAt, measurements } = trial;
  const values = flatten(trial.params);
  const hparams = Object.fromEntries(
    dimensions.flatMap((dimension) => {
      const value = values[dimension.path];
      return value === undefined ? [] : [[dimension.path, hparamValue(dimension, value)]];
    }),
  );
  writer.hparams({ type: 'sessionStart', hparams, startedAt: startedAt / 1000 }, { at: startedAt });
  for (const { step, values: measured, at } of measurements) {
    for (const [metric, value] of Object.entries(measured)) writer.scalar(metric, step, value, { at });
  }
  if (!('endedAt' in trial)) return;

  const { endedAt: at } = trial;
  const step = measurements.at(-1)?.step ?? 0;
  const results = 'values' in trial ? trial.values : null;
  for (const objective of objectives) {
    const value = results?.[objective.name];
    if (value !== undefined) writer.scalar(resultTag(objective), step, value, { at });
  }
  if (trial.state === 'pruned') writer.text('pruned', step, trial.reason, { at });
  if (trial.state === 'failed') writer.text('error', step, trial.error.message, { at });
  const status = { complete: 'success', pruned: 'unknown', failed: 'failure' } as const satisfies Record<
    typeof trial.state,
    SessionStatus
  >;
  writer.hparams({ type: 'sessionEnd', status: status[trial.state], endedAt: at / 1000 }, { at });
}
