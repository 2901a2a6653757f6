/** Read back by hyparquet, the reader of the same authors as the writer; none of others is at hand (Debian has neither pyarrow nor fastparquet). Types are those of the file's own schema. */
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet';
import { expect, test } from 'vitest';
import type { StudyDefinition } from '#core';
import { branch, choice, float, int, space } from '#space';
import { createStudy } from '#study';
import { measurementsToParquet, trialsToParquet } from './export-parquet.ts';

async function sample() {
  let at = Date.UTC(2026, 10, 30, 12);
  const study = await createStudy({
    space: space({
      lr: float(1e-5, 1, { log: true }),
      layers: int(1, 9),
      state: choice(['a', 'ü"☃']),
      flag: choice([true, false]),
      mixed: choice(['x', 3, null]),
      optimizer: branch({ sgd: { momentum: float(0, 1) }, adam: {} }),
    }),
    objectives: { y: 'minimize' },
    constraints: { ms: { atMost: 20 } },
    sampler: 'random',
    pruner: 'none',
    seed: 4,
    now: () => (at += 1001),
  });
  for (let i = 0; i < 1200; i++) {
    const trial = await study.ask();
    for (let step = 1; step <= i % 3; step++)
      await trial.report(step, step === 2 ? { y: NaN, acc: 0.1 + 0.2 } : { y: -Infinity });
    if (i % 5 === 4) await study.tell(trial, { state: 'failed', error: 'out of memory' });
    else if (i < 1199) await study.tell(trial, { y: trial.params.lr, ms: i % 40 });
  }
  return study;
}

interface Element {
  readonly name: string;
  readonly type?: string;
  readonly converted_type?: string;
}
const typesOf = (file: ArrayBuffer) =>
  Object.fromEntries(
    parquetSchema(parquetMetadata(file)).children.map(({ element }: { readonly element: Element }) => [
      element.name,
      [element.type, element.converted_type].filter((part) => part !== undefined).join(' '),
    ]),
  );
const bufferOf = (bytes: Uint8Array): ArrayBuffer => bytes.slice().buffer;
const definitionOf = (study: Awaited<ReturnType<typeof sample>>): StudyDefinition => study.definition;

test('every trial comes back from Parquet with its types, and what it lacks is null', async () => {
  const study = await sample();
  const file = bufferOf(trialsToParquet(definitionOf(study), study.trials));
  expect(typesOf(file)).toEqual({
    number: 'INT32',
    state: 'BYTE_ARRAY UTF8',
    'values.y': 'DOUBLE',
    'values.ms': 'DOUBLE',
    feasible: 'BOOLEAN',
    createdAt: 'INT64 TIMESTAMP_MILLIS',
    startedAt: 'INT64 TIMESTAMP_MILLIS',
    endedAt: 'INT64 TIMESTAMP_MILLIS',
    steps: 'DOUBLE',
    error: 'BYTE_ARRAY UTF8',
    lr: 'DOUBLE',
    layers: 'INT64',
    'params.state': 'BYTE_ARRAY UTF8',
    flag: 'BOOLEAN',
    mixed: 'BYTE_ARRAY UTF8',
    optimizer: 'BYTE_ARRAY UTF8',
    'optimizer.sgd.momentum': 'DOUBLE',
  });
  const rows = await parquetReadObjects({ file });
  expect(rows).toHaveLength(1200);
  for (const [i, row] of rows.entries()) {
    const trial = study.trials[i];
    const params = trial?.params;
    const told = trial?.state === 'complete' ? trial.values : null;
    const { kind, momentum } = {
      kind: params?.optimizer.kind,
      momentum: params?.optimizer.kind === 'sgd' ? params.optimizer.momentum : null,
    };
    expect(row).toEqual({
      number: i,
      state: trial?.state,
      'values.y': told?.['y'] ?? null,
      'values.ms': told?.['ms'] ?? null,
      feasible: told === null ? null : (told['ms'] ?? 0) <= 20,
      createdAt: new Date(trial?.createdAt ?? 0),
      startedAt: new Date(
        trial?.state === 'running' || trial?.state === 'complete' || trial?.state === 'failed' ? trial.startedAt : 0,
      ),
      endedAt:
        trial?.state === 'running'
          ? null
          : new Date(trial?.state === 'complete' || trial?.state === 'failed' ? trial.endedAt : 0),
      steps: i % 3,
      error: i % 5 === 4 ? 'out of memory' : null,
      lr: params?.lr,
      layers: BigInt(params?.layers ?? 0),
      'params.state': params?.state,
      flag: params?.flag,
      mixed: params?.mixed === null ? null : String(params?.mixed),
      optimizer: kind,
      'optimizer.sgd.momentum': momentum,
    });
  }
});

test('every measurement comes back from Parquet, with NaN and infinities, and null where a metric was not measured', async () => {
  const study = await sample();
  const file = bufferOf(measurementsToParquet(study.trials));
  expect(typesOf(file)).toEqual({
    number: 'INT32',
    step: 'DOUBLE',
    at: 'INT64 TIMESTAMP_MILLIS',
    'values.y': 'DOUBLE',
    'values.acc': 'DOUBLE',
  });
  expect(await parquetReadObjects({ file })).toEqual(
    study.trials.flatMap(({ number, measurements }) =>
      measurements.map(({ step, at, values }) => ({
        number,
        step,
        at: new Date(at),
        'values.y': values['y'],
        'values.acc': values['acc'] ?? null,
      })),
    ),
  );
});

test('a study without trials is an empty table', async () => {
  const study = await createStudy({ space: space({ x: float(0, 1) }), objectives: { y: 'minimize' } });
  const file = bufferOf(trialsToParquet(study.definition, study.trials));
  expect(await parquetReadObjects({ file })).toEqual([]);
  expect(await parquetReadObjects({ file: bufferOf(measurementsToParquet(study.trials)) })).toEqual([]);
});
