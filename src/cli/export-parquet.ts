/**
 * Trials or measurements as an Apache Parquet file. A table of trials has the columns of the CSV with their types: whole numbers as INT64, others as DOUBLE, choices as what
 * they are (text where they are mixed), times as TIMESTAMP in milliseconds. What a trial does not have is null.
 * Measurements have a row each: trial, step, time, and a DOUBLE for each metric, NaN and infinities as they were measured.
 */
import { parquetWriteBuffer, type BasicType, type ColumnSource } from 'hyparquet-writer';
import { isFeasible, type StudyDefinition, type TrialRecord } from '#core';
import { flatten } from '#space';

export function trialsToParquet(definition: StudyDefinition, trials: readonly TrialRecord[]): Uint8Array {
  const { objectives, limits = [] } = definition;
  const params = trials.map((trial) => flatten(trial.params));
  const metrics = new Set([...objectives.map(({ name }) => name), ...limits.map(({ metric }) => metric)]);
  const values = (trial: TrialRecord) => ('values' in trial ? trial.values : null);
  const each = <T>(cell: (trial: TrialRecord) => T): T[] => trials.map((trial) => cell(trial));
  const columns = [
    column(
      'number',
      'INT32',
      each(({ number }) => number),
    ),
    column(
      'state',
      'STRING',
      each(({ state }) => state),
    ),
    ...[...metrics].map((name) =>
      column(
        `values.${name}`,
        'DOUBLE',
        each((trial) => values(trial)?.[name] ?? null),
      ),
    ),
    ...(limits.length === 0
      ? []
      : [
          column(
            'feasible',
            'BOOLEAN',
            each((trial) => {
              const told = values(trial);
              return told === null ? null : isFeasible(told, limits);
            }),
          ),
        ]),
    column(
      'createdAt',
      'TIMESTAMP',
      each(({ createdAt }) => new Date(createdAt)),
    ),
    column(
      'startedAt',
      'TIMESTAMP',
      each((trial) => ('startedAt' in trial ? new Date(trial.startedAt) : null)),
    ),
    column(
      'endedAt',
      'TIMESTAMP',
      each((trial) => ('endedAt' in trial ? new Date(trial.endedAt) : null)),
    ),
    column(
      'steps',
      'DOUBLE',
      each(({ measurements }) => measurements.at(-1)?.step ?? 0),
    ),
    column(
      'error',
      'STRING',
      each((trial) => ('error' in trial ? trial.error.message : null)),
    ),
  ];
  const taken = new Set(columns.map(({ name }) => name));
  const paths = new Set(params.flatMap((flat) => Object.keys(flat)));
  for (const path of paths)
    columns.push(
      paramColumn(
        taken.has(path) ? `params.${path}` : path,
        params.map((flat) => flat[path]),
      ),
    );
  return written(columns);
}

export function measurementsToParquet(trials: readonly TrialRecord[]): Uint8Array {
  const rows = trials.flatMap(({ number, measurements }) => measurements.map((one) => ({ ...one, number })));
  const metrics = new Set(rows.flatMap(({ values }) => Object.keys(values)));
  return written([
    column(
      'number',
      'INT32',
      rows.map(({ number }) => number),
    ),
    column(
      'step',
      'DOUBLE',
      rows.map(({ step }) => step),
    ),
    column(
      'at',
      'TIMESTAMP',
      rows.map(({ at }) => new Date(at)),
    ),
    ...[...metrics].map((name) =>
      column(
        `values.${name}`,
        'DOUBLE',
        rows.map(({ values }) => values[name] ?? null),
      ),
    ),
  ]);
}

type Cell = string | number | bigint | boolean | Date | null;

const column = (name: string, type: BasicType, data: Cell[]): ColumnSource => ({ name, type, data, nullable: true });

const written = (columnData: ColumnSource[]): Uint8Array =>
  new Uint8Array(parquetWriteBuffer({ columnData, createdBy: 'attune' }));

/** The narrowest type that all values of a parameter fit into. NaN, as no value at all, is null. */
function paramColumn(name: string, given: readonly unknown[]): ColumnSource {
  const data = given.map((value) => (value === undefined || Number.isNaN(value) ? null : value));
  const all = (fits: (value: unknown) => boolean): boolean => data.every((value) => value === null || fits(value));
  if (all((value) => typeof value === 'boolean')) return column(name, 'BOOLEAN', data as Cell[]); // just looked at
  if (all(Number.isSafeInteger))
    return column(
      name,
      'INT64',
      data.map((value) => (value === null ? null : BigInt(Number(value)))),
    );
  if (all((value) => typeof value === 'number')) return column(name, 'DOUBLE', data as Cell[]); // just looked at
  return column(
    name,
    'STRING',
    data.map((value) => (value === null || typeof value === 'string' ? value : JSON.stringify(value))),
  );
}
