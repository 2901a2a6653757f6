/** What a damaged log, a packed one and a long one look like from the command line. */
import Database from 'better-sqlite3';
import { parquetReadObjects } from 'hyparquet';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { float, space } from '../../src/space/index.ts';
import { openStorage } from '../../src/storage/index.ts';
import { createStudy } from '../../src/study/index.ts';
import { attune, freshDirectory } from './command.ts';

vi.setConfig({ testTimeout: 300_000 });

async function studyIn(dir: string, trials: number): Promise<void> {
  const storage = await openStorage(`sqlite:${join(dir, 'attune.db')}`);
  const study = await createStudy({
    name: 'one',
    space: space({ x: float(0, 1) }),
    objectives: { loss: 'minimize' },
    sampler: 'random',
    pruner: 'none',
    seed: 1,
    storage,
  });
  for (let i = 0; i < trials; i++) {
    const trial = await study.ask();
    for (let step = 1; step <= 3; step++) await trial.report(step, { loss: trial.params.x / step });
    await study.tell(trial, { loss: trial.params.x });
  }
  await study.close();
  await storage.close();
}

test('show names a damaged event on stderr, shows the rest and ends with 1; others end with 2 and the same name', async () => {
  const dir = freshDirectory();
  await studyIn(dir, 4);
  const whole = await attune(dir, 'show', 'one');
  expect(whole).toMatchObject({ code: 0, stderr: '' });
  const db = new Database(join(dir, 'attune.db'));
  db.exec(`update events set json = '{"type":"measured","at":17' where seq = 8`);
  db.close();
  const named = 'attune: attune.db, study 1, event 8: not JSON; the log is damaged there.';
  const shown = await attune(dir, 'show', 'one');
  expect([shown.code, shown.stderr]).toEqual([1, `${named} It is left out.\n`]);
  expect(shown.stdout).toContain('4 trials, 4 complete');
  expect(
    (JSON.parse((await attune(dir, 'show', 'one', '--json')).stdout) as { trials: unknown[] }).trials,
  ).toHaveLength(4);
  for (const args of [['best', 'one'], ['export', 'one', '--format', 'csv'], ['compact']])
    expect(await attune(dir, ...args)).toMatchObject(
      args[0] === 'compact' ? { code: 0 } : { code: 2, stderr: `${named}\n` },
    );
});

test('compact packs a study, tells the sizes, and everything reads as before', async () => {
  const dir = freshDirectory();
  await studyIn(dir, 2400);
  const before = await Promise.all(['--fingerprint', '--json'].map((flag) => attune(dir, 'show', 'one', flag)));
  const packed = await attune(dir, 'compact', 'one');
  expect(packed.stderr).toBe('');
  expect(packed.stdout).toMatch(
    /^one: 10,000 of 12,001 events packed, 1\.\d MB into \d+ kB\nsqlite:attune\.db: \d\.\d MB, \d\.\d MB of it free for new events; --vacuum gives that back to the system\n$/,
  );
  expect(await Promise.all(['--fingerprint', '--json'].map((flag) => attune(dir, 'show', 'one', flag)))).toEqual(
    before,
  );
  const size = statSync(join(dir, 'attune.db')).size;
  expect((await attune(dir, 'compact', '--vacuum')).stdout).toMatch(
    /^one: nothing more to pack of 12,001 events, 10,000 are packed\nsqlite:attune\.db: \d\.\d MB before, [\d.]+ [kM]B now\n$/,
  );
  expect(statSync(join(dir, 'attune.db')).size).toBeLessThan(size);
  const [study, storage] = (await attune(dir, 'compact', '--json')).stdout
    .split('\n')
    .map((line) => line && (JSON.parse(line) as unknown));
  expect(study).toEqual({ study: 'one', log: 12_001, events: 0, packed: 10_000, before: 0, after: 0 });
  expect(storage).toMatchObject({ storage: 'sqlite:attune.db', free: 0 });
  expect(await attune(dir, 'compact', 'two')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('There is no study "two": ') as string,
  });
  expect(await attune(dir, 'compact', '--storage', 'sqlite:new.db')).toMatchObject({
    code: 2,
    stderr: 'attune: There is no study database at sqlite:new.db.\n',
  });
  expect(existsSync(join(dir, 'new.db'))).toBe(false);
});

test('trials and measurements go out as Parquet', async () => {
  const dir = freshDirectory();
  await studyIn(dir, 3);
  expect(await attune(dir, 'export', 'one', '--format', 'parquet', '--out', 't.parquet')).toMatchObject({
    code: 0,
    stderr: '3 trials written to t.parquet\n',
  });
  const rows = async (file: string) => {
    const bytes = readFileSync(join(dir, file));
    return parquetReadObjects({ file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) });
  };
  expect(await rows('t.parquet')).toHaveLength(3);
  const flags = ['export', 'one', '--format', 'parquet', '--table', 'measurements', '--out', 'm.parquet'];
  expect(await attune(dir, ...flags)).toMatchObject({ code: 0, stderr: '9 measurements written to m.parquet\n' });
  expect(await rows('m.parquet')).toHaveLength(9);
  for (const [args, said] of [
    [['--format', 'parquet'], '--format parquet is no text: name a file with --out FILE.parquet.'],
    [['--format', 'csv', '--table', 'trials'], '--table belongs to --format parquet.'],
    [['--format', 'parquet', '--table', 'steps', '--out', 'x'], '--table'],
  ] as const)
    expect(await attune(dir, 'export', 'one', ...args)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(said) as string,
    });
});
