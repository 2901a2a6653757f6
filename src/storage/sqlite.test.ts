import Database from 'better-sqlite3';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { storageLaws } from '#testing';
import { openStorage } from './open.ts';
import { sqlite } from './sqlite.ts';

const dir = mkdtempSync(join(tmpdir(), 'attune-sqlite-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});
let files = 0;
const newFile = () => join(dir, `${files++}.db`);

let path = '';
const open = () => sqlite((path = newFile()));
for (const law of storageLaws({ open, reopen: () => sqlite(path) })) test(`sqlite: ${law.name}`, law.check);

const definition = {
  name: 'a',
  space: {},
  objectives: [],
  sampler: 'random',
  pruner: 'none',
  seed: 1,
  hints: {},
  createdAt: 0,
};

test('a database is found again after closing, also for reading only', async () => {
  const path = newFile();
  const first = await openStorage(`sqlite:${path}`);
  const id = await first.createStudy(definition);
  await first.close();
  const reader = await openStorage(`sqlite:${path}`, { readonly: true });
  expect((await reader.find('a'))?.id).toBe(id);
  expect(await reader.read(id, 0)).toHaveLength(1);
  await expect(reader.createStudy({ ...definition, name: 'b' })).rejects.toMatchObject({
    name: 'TuneError',
    code: 'not-writable',
  });
  await reader.close();
});

test('a reader sees what a writer appends meanwhile', async () => {
  const path = newFile();
  const writer = await sqlite(path);
  const id = await writer.createStudy(definition);
  const reader = await sqlite(path, { readonly: true });
  await writer.append(id, 1, [{ type: 'studyFinished', at: 1, reason: 'r' }]);
  expect(await reader.read(id, 1)).toHaveLength(1);
  await reader.close();
  await writer.close();
});

test('reading only creates nothing', async () => {
  const path = newFile();
  await expect(sqlite(path, { readonly: true })).rejects.toMatchObject({
    code: 'no-database',
    message: `there is no study database at "${path}".`,
  });
  expect(existsSync(path)).toBe(false);
});

test('a file that is no database is left alone', async () => {
  const path = newFile();
  writeFileSync(path, 'learningRate,accuracy\n0.1,0.9\n'.repeat(100));
  for (const readonly of [false, true])
    await expect(sqlite(path, { readonly })).rejects.toMatchObject({
      code: 'no-database',
      message: `"${path}" is not a SQLite database; choose another path.`,
    });
  expect(readdirSync(dir).filter((f) => f.startsWith(basename(path)))).toHaveLength(1);
});

test('a database of another program is left alone', async () => {
  const path = newFile();
  const other = new Database(path);
  other.exec('create table trials (x)');
  other.close();
  await expect(sqlite(path)).rejects.toThrow('is a database of another program (it has tables such as "trials")');
});

test('a path that cannot be written is one sentence', async () => {
  await expect(sqlite(join(dir, 'no', 'such', 'x.db'))).rejects.toMatchObject({
    code: 'not-writable',
    message: expect.stringContaining('does not exist.') as string,
  });
  await expect(sqlite(dir)).rejects.toMatchObject({
    code: 'no-database',
    message: `"${dir}" is a directory, not a study database.`,
  });
  const file = newFile();
  writeFileSync(file, '');
  await expect(sqlite(join(file, 'x.db'))).rejects.toMatchObject({ code: 'not-writable' });
});

test('a database of a newer version is refused before anything is read', async () => {
  const path = newFile();
  await (await sqlite(path)).close();
  const db = new Database(path);
  db.exec('update attune_schema set version = 99');
  db.close();
  for (const readonly of [false, true])
    await expect(sqlite(path, { readonly })).rejects.toMatchObject({
      code: 'newer-schema',
      message: expect.stringContaining('(schema 99, this one knows 3)') as string,
    });
});

test('a damaged row is named, and the studies beside it stay readable', async () => {
  const path = newFile();
  const storage = await sqlite(path);
  const id = await storage.createStudy(definition);
  const other = await storage.createStudy({ ...definition, name: 'b' });
  const db = new Database(path);
  db.exec(`update events set json = '{"type":"studyCr' where study_id = ${id}`);
  db.close();
  await expect(storage.read(id, 0)).rejects.toThrow(
    `${path}, study ${id}, event 1: not JSON; the log is damaged there.`,
  );
  expect(await storage.read(other, 0)).toHaveLength(1);
  await storage.close();
});

test('a lock of another program is waited for, and then told in a sentence', async () => {
  const path = newFile();
  const storage = await sqlite(path, { busyTimeoutMs: 100 });
  const id = await storage.createStudy(definition);
  const other = new Database(path);
  other.exec('begin immediate');
  const event = { type: 'studyFinished', at: 1, reason: 'r' } as const;
  await expect(storage.append(id, 1, [event])).rejects.toMatchObject({
    code: 'storage-busy',
    message: expect.stringContaining('locked by another program for 0.1 s') as string,
  });
  other.exec('rollback');
  other.close();
  expect(await storage.append(id, 1, [event])).toBe('ok');
  await storage.close();
});

test('many connections may open a new file at once', async () => {
  const path = newFile();
  const all = await Promise.all(Array.from({ length: 8 }, () => sqlite(path)));
  await all[0]?.createStudy(definition);
  for (const storage of all) expect((await storage.find('a'))?.definition.name).toBe('a');
  for (const storage of all) await storage.close();
});

test('unknown addresses name the known ones', async () => {
  await expect(openStorage('mysql://x')).rejects.toThrow(
    'unknown storage "mysql://x"; known: "memory", "sqlite:PATH", "postgres://…".',
  );
});
