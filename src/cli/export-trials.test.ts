import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { replay } from '#core';
import type { StudyDefinition, StudyEvent } from '#core';
import { branch, float, int, space } from '#space';
import { trialsToCsv, trialsToJson } from './export-trials.ts';

const at = Date.UTC(2026, 0, 2, 3, 4, 5);
const fields = space({
  learningRate: float(1e-5, 1, { log: true }),
  optimizer: branch({ sgd: { momentum: float(0, 1) }, adam: { units: int(1, 9) } }),
});
const definition: StudyDefinition = {
  name: 'demo',
  space: fields.toJSON(),
  objectives: [{ name: 'accuracy', direction: 'maximize' }],
  sampler: 'random',
  pruner: 'none',
  seed: 7,
  hints: {},
  createdAt: at,
};
const sgd = { learningRate: 0.1 + 0.2, optimizer: { kind: 'sgd', momentum: 0.5 } };
const adam = { learningRate: 1e-5, optimizer: { kind: 'adam', units: 3 } };
const created = (number: number, params: typeof sgd | typeof adam): StudyEvent => ({
  type: 'trialCreated',
  number,
  params,
  worker: 'w',
  suggestedBy: 'random',
  at,
});
const events: StudyEvent[] = [
  { type: 'studyCreated', definition, at },
  created(0, sgd),
  { type: 'measured', number: 0, step: 3, values: { accuracy: 0.5 }, at },
  { type: 'trialFinished', number: 0, result: { state: 'complete', values: { accuracy: 0.75 } }, at: at + 1500 },
  created(1, adam),
  {
    type: 'trialFinished',
    number: 1,
    result: { state: 'failed', error: { message: 'loss is NaN, "lr" too high\nsee log' } },
    at,
  },
  created(2, sgd),
];
const { trials } = replay(events);

describe('CSV of a study', () => {
  const text = trialsToCsv(definition, trials);

  it('names nested parameters by path and leaves inactive ones empty', () => {
    expect(text.split('\n')[0]).toBe(
      'number,state,values.accuracy,learningRate,optimizer,optimizer.sgd.momentum,optimizer.adam.units,createdAt,startedAt,endedAt,steps,error',
    );
    const rows: Record<string, string>[] = parse(text, { columns: true });
    expect(rows).toHaveLength(3);
    expect(rows[1]).toMatchObject({ optimizer: 'adam', 'optimizer.adam.units': '3', 'optimizer.sgd.momentum': '' });
  });

  it('writes numbers so that they are read back exactly', () => {
    const rows: Record<string, string>[] = parse(text, { columns: true });
    expect(Number(rows[0]?.['learningRate'])).toBe(0.1 + 0.2);
    expect(rows[0]).toMatchObject({ 'values.accuracy': '0.75', steps: '3', endedAt: '2026-01-02T03:04:06.500Z' });
  });

  it('quotes commas, quotes and line breaks', () => {
    const rows: Record<string, string>[] = parse(text, { columns: true });
    expect(rows[1]?.['error']).toBe('loss is NaN, "lr" too high\nsee log');
  });

  it('has only its head for a study without trials', () => {
    expect(trialsToCsv(definition, [])).toBe('number,state,values.accuracy,createdAt,startedAt,endedAt,steps,error\n');
  });
});

describe('JSON of a study', () => {
  it('holds the definition and every trial, running ones too', () => {
    const json: unknown = JSON.parse(trialsToJson(definition, trials));
    expect(json).toMatchObject({
      study: { name: 'demo', seed: 7 },
      trials: [
        {
          number: 0,
          state: 'complete',
          values: { accuracy: 0.75 },
          params: { 'optimizer.sgd.momentum': 0.5 },
          steps: 3,
        },
        { number: 1, state: 'failed', values: null, error: 'loss is NaN, "lr" too high\nsee log' },
        { number: 2, state: 'running', values: null, endedAt: null },
      ],
    });
  });
});
