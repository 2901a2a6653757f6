/** Charts of what a trial wrote beside its model (see src/tune/chart-files.ts), by the name of the file. Whatever else stands in such a file is a reason, not a chart. */
import { TuneError } from '#core';
import type { Chart } from './chart.ts';
import { confusionMatrixPlot } from './confusion-matrix.ts';
import { schedulePlot } from './schedule.ts';

export const TRIAL_FILES = { confusion: 'confusion.json', schedule: 'schedule.json' } as const;

export type TrialFileKind = keyof typeof TRIAL_FILES;

/** @throws TuneError `bad-plot` where the text is no such file. */
export function trialFilePlot(kind: TrialFileKind, text: string): Chart {
  const file = parsed(text);
  return kind === 'confusion' ? confusionOf(file) : scheduleOf(file);
}

function confusionOf({ labels, matrix }: Fields): Chart {
  if (!isListOf(labels, isText) || !isListOf(matrix, (row) => isListOf(row, isCount)))
    throw refused(
      'confusion',
      '{ "labels": ["cat", "dog"], "matrix": [[3, 1], [0, 4]] }, counts by true and predicted class',
    );
  return confusionMatrixPlot(matrix, labels);
}

function scheduleOf({ name = 'learning rate', unit = 'epoch', values }: Fields): Chart {
  if (!isText(name) || (unit !== 'step' && unit !== 'epoch') || !isListOf(values, Number.isFinite as IsNumber))
    throw refused(
      'schedule',
      '{ "name": "learning rate", "unit": "epoch", "values": [0.1, 0.05] }, the unit step or epoch',
    );
  return schedulePlot(values, { name, unit, first: 1 });
}

type Fields = Readonly<Record<string, unknown>>;
type IsNumber = (value: unknown) => value is number;

const isText = (value: unknown): value is string => typeof value === 'string';
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isListOf = <T>(value: unknown, is: (each: unknown) => each is T): value is T[] =>
  Array.isArray(value) && value.every(is);

function parsed(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Fields) : {};
  } catch {
    return {};
  }
}

const refused = (kind: TrialFileKind, wanted: string): TuneError =>
  new TuneError('bad-plot', `${TRIAL_FILES[kind]} of the trial is not of the form ${wanted}.`, { kind });
