/** Studies that run while their event files are read. */
import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { choice, float, space } from '#space';
import { openStorage } from '#storage';
import { createStudy } from '#study';
import { followToTensorBoard } from './live.ts';
import { readEvents } from './read.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-live-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const studyOptions = {
  name: 'demo/1',
  space: space({ x: float(0, 1), kind: choice(['a|b', 'c']) }),
  objectives: { accuracy: 'maximize' },
  sampler: 'random',
  pruner: 'none',
  seed: 1,
} as const;

/** Scalars of a trial as `tag step value`, and what else there is by name. */
async function told(place: string, number: number): Promise<string[]> {
  const events = await readEvents(join(place, `trial-000${number}`));
  return events.map(({ step, value }) =>
    value.kind === 'scalar'
      ? `${value.tag} ${step} ${value.value}`
      : value.kind === 'hparams'
        ? value.record.type
        : value.kind === 'text'
          ? value.tag
          : '',
  );
}

test('what a trial reports is in its file before the report is answered', async () => {
  const study = await createStudy(studyOptions);
  const live = followToTensorBoard(study, folder);
  expect(live.folder).toBe(join(folder, 'demo%2F1'));
  const trial = await study.ask();
  expect(await told(live.folder, 0)).toEqual(['sessionStart', 'params']);
  await trial.report(1, { accuracy: 0.5, loss: NaN });
  expect(await told(live.folder, 0)).toEqual(['sessionStart', 'params', 'accuracy 1 0.5', 'loss 1 NaN']);
  await trial.report(2, { accuracy: 0.75 });
  await study.tell(trial, { accuracy: 0.75 });
  expect(await told(live.folder, 0)).toEqual([
    'sessionStart', 'params', 'accuracy 1 0.5', 'loss 1 NaN', 'accuracy 2 0.75', 'objective/accuracy 2 0.75', 'sessionEnd',
  ]); // prettier-ignore
  await live.close();
  await study.tell(await study.ask(), { accuracy: 1 });
  expect(readdirSync(live.folder).filter((name) => name.startsWith('trial'))).toEqual(['trial-0000']);
});

test('a run that was killed is gone on with in a new file, no step is there twice, and half a record hurts nobody', async () => {
  const storage = await openStorage('memory');
  const study = await createStudy({ ...studyOptions, storage, worker: 'first' });
  const killed = followToTensorBoard(study, folder);
  const trial = await study.ask();
  await trial.report(1, { accuracy: 0.5 });
  await trial.report(2, { accuracy: 0.625 });
  const run = join(killed.folder, 'trial-0000');
  const [file = ''] = readdirSync(run);
  appendFileSync(join(run, file), Uint8Array.of(24, 0, 0, 0, 0)); // the beginning of a record's length

  const next = await createStudy({ ...studyOptions, storage, worker: 'second' });
  const live = followToTensorBoard(next, folder);
  expect(live.folder).toBe(killed.folder);
  await next.recover(() => false, { keptStep: () => 1 });
  const again = await next.ask();
  expect(again.number).toBe(0);
  await again.report(2, { accuracy: 0.625 });
  await again.report(3, { accuracy: 0.75 });
  await next.tell(again, { accuracy: 0.75 });
  await live.close();
  expect(readdirSync(run)).toHaveLength(2);
  expect(await told(live.folder, 0)).toEqual([
    'sessionStart', 'params', 'accuracy 1 0.5', 'accuracy 2 0.625', 'accuracy 3 0.75', 'objective/accuracy 3 0.75', 'sessionEnd',
  ]); // prettier-ignore
});

test('two runs of one study write each trial once; what a run without files had done is written at the end', async () => {
  const storage = await openStorage('memory');
  const [one, two, silent] = await Promise.all(
    ['one', 'two', 'silent'].map((worker) => createStudy({ ...studyOptions, storage, worker })),
  );
  if (!one || !two || !silent) throw new Error('internal: three studies were made');
  const lives = [followToTensorBoard(one, folder), followToTensorBoard(two, folder)];
  for (const study of [one, two, silent]) await study.tell(await study.ask(), { accuracy: 0.5 });
  for (const study of [one, two]) await study.refresh();
  expect(readdirSync(lives[0]!.folder).filter((name) => name.startsWith('trial'))).toEqual([
    'trial-0000',
    'trial-0001',
  ]);
  for (const live of lives) await live.close();
  for (const number of [0, 1, 2]) {
    expect(await told(lives[0]!.folder, number)).toEqual([
      'sessionStart', 'params', 'objective/accuracy 0 0.5', 'sessionEnd',
    ]); // prettier-ignore
  }
});

test('another study of the same name gets a folder of its own', async () => {
  let at = 1000;
  for (const name of ['demo%2F1', 'demo%2F1-2']) {
    const live = followToTensorBoard(await createStudy({ ...studyOptions, now: () => at++ }), folder);
    expect(live.folder).toBe(join(folder, name));
  }
});

test('trouble with the files is told once and the study goes on', async () => {
  const study = await createStudy(studyOptions);
  const sentences: string[] = [];
  const live = followToTensorBoard(study, folder, { onTrouble: (sentence) => sentences.push(sentence) });
  writeFileSync(join(live.folder, 'trial-0000'), 'in the way');
  for (let i = 0; i < 2; i++) await study.tell(await study.ask(), { accuracy: i });
  await live.close();
  expect(sentences).toHaveLength(1);
  expect(sentences[0]).toMatch(/^TensorBoard events of trial 0 could not be written: .*ENOTDIR|EEXIST/);
  expect(await told(live.folder, 1)).toContain('objective/accuracy 0 1');
});
