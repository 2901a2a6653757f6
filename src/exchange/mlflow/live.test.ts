/** Studies sent to a server that takes only what MLflow's published interface allows. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { float, space } from '#space';
import { openStorage } from '#storage';
import { createStudy } from '#study';
import { recordingServer, type RecordingServer, type StoredRun } from '../fixtures/mlflow-server.ts';
import { exportToMlflow, followToMlflow } from './live.ts';

let server: RecordingServer;
beforeEach(async () => {
  server = await recordingServer();
});
afterEach(async () => {
  expect(server.faults).toEqual([]);
  await server.close();
});

const studyOptions = {
  name: 'demo',
  space: space({ 'learningRate(η)': float(0, 1) }),
  objectives: { accuracy: 'maximize' },
  sampler: 'random',
  pruner: 'none',
  seed: 1,
} as const;

const points = ({ metrics }: StoredRun): string[] => metrics.map(({ key, step, value }) => `${key} ${step} ${value}`);
const trialRun = (number: number): StoredRun => {
  const run = server.runs.find(({ tags }) => tags.get('attune.trial') === String(number));
  if (run === undefined) throw new Error(`the server has no run of trial ${number}`);
  return run;
};

test('a study is a parent run with a run for each trial, which grow while it goes on', async () => {
  const study = await createStudy(studyOptions);
  const live = followToMlflow(study, { url: server.url });
  const trial = await study.ask();
  await trial.report(1, { accuracy: 0.5, loss: NaN });
  await expect.poll(() => server.runs.length > 1 && points(trialRun(0))).toEqual(['accuracy 1 0.5', 'loss 1 NaN']);
  expect(trialRun(0).status).toBe('RUNNING');
  await trial.report(2, { accuracy: 0.75, loss: Infinity });
  await study.tell(trial, { accuracy: 0.75 });
  await study.tell(await study.ask(), { state: 'failed', error: `out of memory: ${'x'.repeat(400)}` });
  await study.tell(await study.ask(), { accuracy: 0.5 });
  await live.close();

  const [parent] = server.runs;
  expect([...server.experiments.keys()]).toEqual(['demo']);
  expect(parent).toMatchObject({ name: 'demo', status: 'FINISHED' });
  expect(parent && points(parent)).toEqual(['best/accuracy 1 0.75', 'best/accuracy 2 0.75']);
  expect(Object.fromEntries(parent?.params ?? [])).toEqual({
    sampler: 'random', pruner: 'none', seed: '1', objectives: 'maximize accuracy',
  }); // prettier-ignore
  const first = trialRun(0);
  expect(first).toMatchObject({ name: 'demo-0', status: 'FINISHED' });
  expect(first.tags.get('mlflow.parentRunId')).toBe(parent?.id);
  expect([...first.params]).toEqual([['learningRate___', String(trial.params['learningRate(η)'])]]);
  expect(points(first)).toEqual([
    'accuracy 1 0.5', 'loss 1 NaN', 'accuracy 2 0.75', 'loss 2 Infinity', 'objective/accuracy 2 0.75',
  ]); // prettier-ignore
  expect(trialRun(1).status).toBe('FAILED');
  expect(trialRun(1).tags.get('attune.reason')).toMatch(/^out of memory: x+…$/);
});

test('a server that is away is told of once; the study does not wait, and all is caught up when it is back', async () => {
  const study = await createStudy(studyOptions);
  const sentences: string[] = [];
  server.trouble = () => 503;
  const live = followToMlflow(study, { url: server.url, pauseMs: 1, onTrouble: (text) => sentences.push(text) });
  for (let i = 1; i <= 3; i++) {
    const trial = await study.ask();
    await trial.report(1, { accuracy: i / 4 });
    await study.tell(trial, { accuracy: i / 4 });
  }
  expect(server.runs).toEqual([]);
  await expect.poll(() => sentences).toHaveLength(1);
  expect(sentences[0]).toMatch(
    /^MLflow at http:\S+ refused experiments\/get-by-name with 503 \(.*\)\. The study goes on/,
  );
  server.trouble = () => null;
  await live.close();
  expect(sentences).toHaveLength(1);
  expect(server.runs.map(({ status }) => status)).toEqual(['FINISHED', 'FINISHED', 'FINISHED', 'FINISHED']);
  expect([0, 1, 2].map((number) => points(trialRun(number)))).toEqual(
    [0.25, 0.5, 0.75].map((value) => [`accuracy 1 ${value}`, `objective/accuracy 1 ${value}`]),
  );
});

test('a server that stays away leaves the command that sends the rest; that sends nothing twice', async () => {
  const study = await createStudy(studyOptions);
  const sentences: string[] = [];
  const live = followToMlflow(study, { url: server.url, pauseMs: 1, onTrouble: (text) => sentences.push(text) });
  const trial = await study.ask();
  await trial.report(1, { accuracy: 0.5 });
  await expect.poll(() => server.runs.length > 1 && points(trialRun(0))).toEqual(['accuracy 1 0.5']);
  server.trouble = () => 500;
  await trial.report(2, { accuracy: 0.75 });
  await study.tell(trial, { accuracy: 0.75 });
  await live.close();
  expect(sentences.at(-1)).toBe(
    `MLflow has not got all of "demo"; send the rest by: attune export demo --format mlflow --mlflow ${server.url}`,
  );
  server.trouble = () => null;
  for (let i = 0; i < 2; i++) {
    expect(await exportToMlflow(study.definition, study.trials, { url: server.url })).toBe(1);
    expect(server.runs).toHaveLength(2);
    expect(points(trialRun(0))).toEqual(['accuracy 1 0.5', 'accuracy 2 0.75', 'objective/accuracy 2 0.75']);
  }
});

test('a resumed study goes on in the same runs, found page by page', async () => {
  server.page = 1;
  const storage = await openStorage('memory');
  const first = await createStudy({ ...studyOptions, storage, worker: 'first' });
  const killed = followToMlflow(first, { url: server.url, pauseMs: 1 });
  for (let i = 0; i < 3; i++) await first.tell(await first.ask(), { accuracy: i });
  const trial = await first.ask();
  await trial.report(1, { accuracy: 0.5 });
  await expect.poll(() => server.runs.length === 5 && points(trialRun(3))).toEqual(['accuracy 1 0.5']);
  await killed.close();
  expect(server.runs[0]?.status).toBe('KILLED');

  const second = await createStudy({ ...studyOptions, storage, worker: 'second' });
  await second.recover(() => false, { keptStep: () => 1 });
  const live = followToMlflow(second, { url: server.url });
  const again = await second.ask();
  await expect.poll(() => server.runs[0]?.status).toBe('RUNNING');
  await again.report(2, { accuracy: 0.75 });
  await second.tell(again, { accuracy: 0.75 });
  await live.close();
  expect(server.runs).toHaveLength(5);
  expect(server.runs[0]?.status).toBe('FINISHED');
  expect(points(trialRun(3))).toEqual(['accuracy 1 0.5', 'accuracy 2 0.75', 'objective/accuracy 2 0.75']);
});

test('many metrics and parameters go in as many requests as the limits ask for', async () => {
  const wide = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`p${i}`, float(0, 1)]));
  const study = await createStudy({ ...studyOptions, space: space(wide) });
  const trial = await study.ask();
  const metrics = Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`m${i}`, i]));
  await trial.report(1, { ...metrics, accuracy: 1 });
  await study.tell(trial, { accuracy: 1 });
  await exportToMlflow(study.definition, study.trials, { url: server.url });
  expect(trialRun(0).params.size).toBe(150);
  expect(trialRun(0).metrics).toHaveLength(1502);
});

test('names that a server would refuse, or take for one another, get keys that it takes', async () => {
  const long = 'x'.repeat(250);
  const names = ['lr(a)', 'lr[a]', '/lr', 'lr/', 'lr//x', '/', `${long}1`, `${long}2`];
  const study = await createStudy({
    ...studyOptions,
    space: space(Object.fromEntries(names.map((name) => [name, float(0, 1)]))),
  });
  const trial = await study.ask();
  await trial.report(1, { accuracy: 1, 'accuracy/': 2, './accuracy': 3, 'a/../b': 4, '..c': 5, 'top-1 %': 6 });
  await study.tell(trial, { accuracy: 1 });
  await exportToMlflow(study.definition, study.trials, { url: server.url });
  const keys = ['lr_a_', 'lr_a__2', 'lr', 'lr_2', 'lr/x', '_', long, `${long.slice(2)}_2`];
  const values = trial.params as Readonly<Record<string, number>>; // floats of these names
  expect([...trialRun(0).params]).toEqual(keys.map((key, i) => [key, String(values[names[i] ?? ''])]));
  expect(points(trialRun(0))).toEqual([
    'accuracy 1 1', 'accuracy_2 1 2', 'accuracy_3 1 3', 'a/b 1 4', '__c 1 5', 'top-1 _ 1 6', 'objective/accuracy 1 1',
  ]); // prettier-ignore
});

test('the token is sent; without it the refusal is told; another server and another address are, too', async () => {
  const closed = await recordingServer({ token: 'secret' });
  const study = await createStudy(studyOptions);
  const send = (url: string, token?: string) => exportToMlflow(study.definition, study.trials, { url, token });
  await expect(send(closed.url)).rejects.toThrow(
    'refused experiments/get-by-name with 401 (UNAUTHENTICATED: no token).',
  );
  await send(closed.url, 'secret');
  expect(closed.runs).toHaveLength(1);
  await closed.close();
  await expect(send(closed.url)).rejects.toThrow(/^MLflow at http:\/\/127.0.0.1:\d+ does not answer: ECONNREFUSED\.$/);
  await expect(send('localhost:5000')).rejects.toThrow(
    '--mlflow wants the address of a tracking server, as http://localhost:5000; got "localhost:5000".',
  );
  await expect(send('http://me:pw@host')).rejects.toThrow('MLFLOW_TRACKING_TOKEN');
});
