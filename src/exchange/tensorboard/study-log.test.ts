/** A real study of every kind of trial, written and read back. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replay, type StudyEvent } from '#core';
import { branch, choice, float, space } from '#space';
import { afterEach, expect, test } from 'vitest';
import { hasProtoc, protoc } from '../fixtures/protoc.ts';
import { readEvents } from './read.ts';
import { records } from './record-file.ts';
import { writeStudyEvents } from './study-log.ts';
import { summaryWriter } from './summary-writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-tensorboard-'));
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const s = space({
  learningRate: float(1e-4, 1e-1, { log: true }),
  width: choice([16, 'wide', null]),
  optimizer: branch({ sgd: { momentum: float(0, 0.99) }, adam: {} }),
});
const at = 1_700_000_000_000;
const created = (number: number, params: object): StudyEvent => ({
  type: 'trialCreated', number, params: { ...params }, worker: 'w', suggestedBy: 'random', at,
}); // prettier-ignore
const log: readonly StudyEvent[] = [
  {
    type: 'studyCreated',
    at,
    definition: {
      name: 'demo', space: s.toJSON(), objectives: [{ name: 'accuracy', direction: 'maximize' }],
      sampler: 'random', pruner: 'none', seed: 1, hints: {}, createdAt: at,
    }, // prettier-ignore
  },
  created(0, { learningRate: 0.01, width: 16, optimizer: { kind: 'sgd', momentum: 0.5 } }),
  { type: 'measured', number: 0, step: 1, values: { accuracy: 0.5, loss: 1.25 }, at: at + 1000 },
  { type: 'measured', number: 0, step: 2, values: { accuracy: 0.75, loss: NaN }, at: at + 2000 },
  { type: 'trialFinished', number: 0, result: { state: 'complete', values: { accuracy: 0.75 } }, at: at + 3000 },
  created(1, { learningRate: 0.02, width: null, optimizer: { kind: 'adam' } }),
  { type: 'trialFinished', number: 1, result: { state: 'failed', error: { message: 'diverged' } }, at: at + 4000 },
  created(2, { learningRate: 0.03, width: 'wide', optimizer: { kind: 'adam' } }),
];

test('a study becomes one run with the experiment and one for each trial', async () => {
  const { definition, trials } = replay(log);
  expect(writeStudyEvents(definition, trials, folder)).toBe(3);
  expect(readdirSync(folder).filter((name) => !name.includes('tfevents')).sort()).toEqual([
    'trial-0000', 'trial-0001', 'trial-0002',
  ]); // prettier-ignore

  const [experiment] = await readEvents(folder);
  expect(experiment?.value).toEqual({
    kind: 'hparams',
    record: {
      type: 'experiment',
      description: 'demo: maximize accuracy',
      createdAt: at / 1000,
      hparams: [
        { name: 'learningRate', domain: { low: 1e-4, high: 1e-1 } },
        { name: 'width', domain: ['16', 'wide', 'null'] },
        { name: 'optimizer', domain: ['sgd', 'adam'] },
        { name: 'optimizer.sgd.momentum', domain: { low: 0, high: 0.99 } },
      ],
      metrics: [{ tag: 'objective/accuracy', displayName: 'accuracy' }],
    },
  });

  const complete = await readEvents(join(folder, 'trial-0000'));
  expect(complete.map(({ step, wallTime, value }) => [step, wallTime - at / 1000, value])).toEqual([
    [0, 0, { kind: 'hparams', record: {
      type: 'sessionStart', startedAt: at / 1000,
      hparams: { learningRate: 0.01, width: '16', optimizer: 'sgd', 'optimizer.sgd.momentum': 0.5 },
    } }],
    [0, 0, { kind: 'text', tag: 'params', text:
      '| parameter | value |\n|---|---|\n| learningRate | 0.01 |\n| width | 16 |\n| optimizer | sgd |\n| optimizer.sgd.momentum | 0.5 |' }],
    [1, 1, { kind: 'scalar', tag: 'accuracy', value: 0.5 }],
    [1, 1, { kind: 'scalar', tag: 'loss', value: 1.25 }],
    [2, 2, { kind: 'scalar', tag: 'accuracy', value: 0.75 }],
    [2, 2, { kind: 'scalar', tag: 'loss', value: NaN }],
    [2, 3, { kind: 'scalar', tag: 'objective/accuracy', value: 0.75 }],
    [0, 3, { kind: 'hparams', record: { type: 'sessionEnd', status: 'success', endedAt: at / 1000 + 3 } }],
  ]); // prettier-ignore

  const failed = await readEvents(join(folder, 'trial-0001'));
  expect(failed.map(({ value }) => (value.kind === 'hparams' ? value.record.type : value))).toEqual([
    'sessionStart',
    expect.objectContaining({ tag: 'params' }),
    { kind: 'text', tag: 'error', text: 'diverged' },
    'sessionEnd',
  ]);
  const running = await readEvents(join(folder, 'trial-0002'));
  expect(running.map(({ value }) => value.kind)).toEqual(['hparams', 'text']);
});

test.skipIf(!hasProtoc)('protoc reads every record of the files of a study', () => {
  const { definition, trials } = replay(log);
  writeStudyEvents(definition, trials, folder);
  const told = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('tfevents'))
    .sort()
    .flatMap((name) => [...records(readFileSync(join(folder, name)))].map((record) => protoc('Event', record)));
  const having = (text: string): number => told.filter((event) => event.includes(text)).length;
  expect(having('file_version: "brain.Event:2"')).toBe(4);
  // Two steps of two metrics, and the result.
  expect(having('plugin_name: "scalars"')).toBe(5);
  // The parameters of three trials, and an error.
  expect(having('plugin_name: "text"')).toBe(4);
  // The experiment, three that began, two that ended.
  expect(having('plugin_name: "hparams"')).toBe(6);
  expect(told).toHaveLength(4 + 5 + 4 + 6);
});

test('a folder that cannot be written ends in one sentence', () => {
  expect(() => summaryWriter('/dev/null/events')).toThrow(
    /^TensorBoard events cannot be written to \/dev\/null\/events: /,
  );
});
