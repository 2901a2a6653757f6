/**
 * A trial as TensorBoard shows it: a run, and a session of the HParams tab. Written in any number of turns, each of which adds what is new.
 * - Every measured metric is a scalar series by step; `objective/NAME` is the trial's result (of a built-in training: at its best epoch, on validation).
 * - Hyperparameters go by path (`optimizer.sgd.momentum`); those of a branch not taken are absent. A column has one type there: a choice among values of
 *   several types, or with null, goes as text. A table of them is also a text of the run.
 * - A pruned trial has the status "unknown", for it neither succeeded nor failed; its reason, like an error's message, is a text.
 */
import type { Objective, TrialRecord } from '#core';
import { flatten, type Choice, type Dimension } from '#space';
import type { TensorBoardEvent } from './event.ts';
import type { HParamValue, SessionStatus } from './hparams.ts';
import type { SummaryWriter } from './summary-writer.ts';

/** What stands in a run's files. */
export interface Written {
  started: boolean;
  /** The last step whose measurements are there. */
  step: number;
  ended: boolean;
}

export const NOTHING: Written = { started: false, step: -Infinity, ended: false };

/** What events of a run that were read back tell. */
export function writtenOf(events: readonly TensorBoardEvent[]): Written {
  const written = { ...NOTHING };
  for (const { step, value } of events) {
    if (value.kind === 'hparams') {
      if (value.record.type === 'sessionStart') written.started = true;
      if (value.record.type === 'sessionEnd') written.ended = true;
    } else if (value.kind === 'scalar' && !value.tag.startsWith('objective/')) {
      written.step = Math.max(written.step, step);
    }
  }
  return written;
}

export const resultTag = ({ name }: Objective): string => `objective/${name}`;

export function hparamValue({ labels }: Dimension, value: Choice): HParamValue {
  const types = new Set(labels?.map((label) => (label === null ? 'null' : typeof label)));
  return value === null || types.size > 1 ? String(value) : value;
}

/**
 * Adds what the trial has and `written` has not, and notes it there. A step that was measured twice, because its worker was lost, stands there once.
 * `writer` is called only if there is something to write.
 */
export function writeTrial(
  trial: TrialRecord,
  objectives: readonly Objective[],
  dimensions: readonly Dimension[],
  written: Written,
  writer: () => SummaryWriter,
): void {
  if (!('startedAt' in trial) || written.ended) return;
  if (!written.started) {
    writeStart(trial.params, trial.startedAt, dimensions, writer());
    written.started = true;
  }
  for (const { step, values, at } of trial.measurements) {
    if (step <= written.step) continue;
    for (const [metric, value] of Object.entries(values)) writer().scalar(metric, step, value, { at });
    written.step = step;
  }
  if ('endedAt' in trial) {
    writeEnd(trial, objectives, writer());
    written.ended = true;
  }
}

function writeStart(
  params: TrialRecord['params'],
  at: number,
  dimensions: readonly Dimension[],
  writer: SummaryWriter,
): void {
  const values = flatten(params);
  const taken = dimensions.flatMap((dimension) => {
    const value = values[dimension.path];
    return value === undefined ? [] : [[dimension.path, hparamValue(dimension, value)] as const];
  });
  writer.hparams({ type: 'sessionStart', hparams: Object.fromEntries(taken), startedAt: at / 1000 }, { at });
  const rows = taken.map(([path, value]) => `| ${cell(path)} | ${cell(String(value))} |`);
  writer.text('params', 0, ['| parameter | value |', '|---|---|', ...rows].join('\n'), { at });
}

/** A cell of a Markdown table in which nothing is markup. */
const cell = (text: string): string =>
  text.replace(/[\\`*_{}[\]<>#|~&]/g, (mark) => `\\${mark}`).replace(/\s*\n\s*/g, ' ');

function writeEnd(
  trial: Extract<TrialRecord, { readonly endedAt: number }>,
  objectives: readonly Objective[],
  writer: SummaryWriter,
): void {
  const { endedAt: at, measurements } = trial;
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
