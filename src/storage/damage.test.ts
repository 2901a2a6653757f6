/** Databases that are damaged, or older than this version, through SQLite: what is said, and what can still be read. */
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isTuneError, replay, type Storage, type StudyDefinition, type StudyEvent, type TuneError } from '#core';
import { openStorage } from './open.ts';
import { sqlite } from './sqlite.ts';
import { keepState, readAround, readState } from './study-state.ts';

const dir = mkdtempSync(join(tmpdir(), 'attune-damage-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});
let files = 0;
const newFile = () => join(dir, `${files++}.db`);

const definition: StudyDefinition = {
  name: 'a',
  space: { x: { type: 'float', low: 0, high: 1 } },
  objectives: [{ name: 'y', direction: 'minimize' }],
  sampler: 'random',
  pruner: 'none',
  seed: 1,
  hints: {},
  createdAt: 0,
};
/** Of five events. */
const trial = (number: number): StudyEvent[] => [
  { type: 'trialCreated', at: 1, number, params: { x: number }, worker: 'w', suggestedBy: 'random' },
  ...[1, 2, 3].map((step): StudyEvent => ({ type: 'measured', at: 2, number, step, values: { y: step } })),
  { type: 'trialFinished', at: 3, number, result: { state: 'complete', values: { y: number } } },
];
const trials = (count: number): StudyEvent[] => Array.from({ length: count }, (_, number) => trial(number)).flat();

async function written(path: string, events: readonly StudyEvent[]): Promise<Storage> {
  const storage = await sqlite(path);
  await storage.createStudy(definition);
  await storage.append('1', 1, events);
  return storage;
}
/** Runs SQL as another program would. */
function other(path: string, sql: string, ...parameters: readonly unknown[]): void {
  const db = new Database(path);
  db.prepare(sql).run(...parameters);
  db.close();
}
const rejection = (work: Promise<unknown>): Promise<TuneError> =>
  work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => {
      if (isTuneError(error)) return error;
      throw error;
    },
  );
async function around(storage: Storage) {
  const skipped: string[] = [];
  const state = await readAround(storage, '1', ({ message }) => skipped.push(message));
  return { state, skipped };
}

// Row 9 is the second measurement of trial 1.
test.each([
  ['', 'not JSON'],
  ['{"type":"measured","at":2,"number":1,"st', 'not JSON'],
  ['\u0000\ufffd%', 'not JSON'],
  ['[]', 'not an event'],
  ['{"type":"measurd","at":2}', 'event "measurd" is unknown to this version of Attune; use the version that wrote it.'],
  ['{"type":"measured","at":"2","number":1,"step":2,"values":{}}', '"at" of measured is no time'],
  ['{"type":"measured","at":1e16,"number":1,"step":2,"values":{}}', '"at" of measured is no time'],
  ['{"type":"measured","at":2,"number":1,"step":1e999,"values":{}}', '"step" of measured is no number'],
  ['{"type":"measured","at":2,"number":1.5,"step":2,"values":{}}', '"number" of measured is no number of a trial'],
  ['{"type":"measured","at":2,"number":-1,"step":2,"values":{}}', '"number" of measured is no number of a trial'],
  [
    '{"type":"measured","at":2,"number":1,"step":2,"values":{"y":null}}',
    '"values" of measured is no object of numbers',
  ],
  [
    '{"type":"measured","at":2,"number":1,"step":2,"values":{"y":"low"}}',
    '"values" of measured is no object of numbers',
  ],
  [
    '{"type":"trialFinished","at":2,"number":1,"result":{"state":"done"}}',
    '"result" of trialFinished is of no known state',
  ],
  [
    '{"type":"trialFinished","at":2,"number":1,"result":{"state":"failed"}}',
    '"result" of trialFinished is not whole: "error" is no object',
  ],
  [
    '{"type":"measured","at":2,"number":1e15,"step":2,"values":{}}',
    'measured of trial 1000000000000000, which is unknown',
  ],
  ['{"type":"measured","at":2,"number":1,"step":1,"values":{}}', 'trial 1 measured step 1 after 1'],
])('row 9 as %s is named, and all but it can be read', async (text, what) => {
  const path = newFile();
  const storage = await written(path, trials(3));
  other(path, 'update events set json = ? where seq = 9', text);
  const error = await rejection(readState(storage, '1'));
  expect(error.code).toMatch(/^(damaged|unknown)-event$/);
  expect(error.message).toContain('study 1, event 9: ');
  expect(error.message).toContain(what);
  const { state, skipped } = await around(storage);
  expect(skipped).toEqual([error.message]);
  const events = (await openLog()).filter((_, i) => i !== 8);
  expect(state.trials).toEqual(replay(events).trials);
  await storage.close();

  async function openLog(): Promise<StudyEvent[]> {
    const whole = await written(newFile(), trials(3));
    const log = await whole.read('1', 0);
    await whole.close();
    return log.map(({ event }) => event);
  }
});

test('a row that is gone is named', async () => {
  const path = newFile();
  const storage = await written(path, trials(3));
  other(path, 'delete from events where seq in (8, 9)');
  expect((await rejection(readState(storage, '1'))).message).toContain(
    'study 1, events 8 to 9: they are missing; the log is damaged there.',
  );
  expect((await around(storage)).state.counts.complete).toBe(3);
  await storage.close();
});

test('what cannot follow without a damaged event is left out, too, and the rest is shown', async () => {
  const path = newFile();
  const storage = await written(path, trials(3));
  other(path, `update events set json = '{"type":"trialCre' where seq = 12`);
  const { state, skipped } = await around(storage);
  expect(skipped).toHaveLength(5);
  expect(skipped[1]).toContain('event 13: measured of trial 2, which is unknown; the log contradicts itself there.');
  expect(state.counts.complete).toBe(2);
  await storage.close();
});

test('a trial whose beginning is damaged stands as failed, so that the trials behind it are shown', async () => {
  const path = newFile();
  const storage = await written(path, trials(4));
  other(path, `update events set json = '{"type":"trialCre' where seq = 7`);
  const { state, skipped } = await around(storage);
  expect(skipped).toHaveLength(5);
  expect(state.counts).toMatchObject({ complete: 3, failed: 1 });
  expect(state.trials[1]).toMatchObject({
    number: 1,
    params: {},
    error: { message: 'the event that began this trial cannot be read' },
  });
  expect(state.trials[3]).toMatchObject({ params: { x: 3 }, values: { y: 3 } });
  await storage.close();
});

test('no trials are made up for a number that no lost event explains', async () => {
  const path = newFile();
  const storage = await written(path, trials(3));
  other(
    path,
    'update events set json = ? where seq = 12',
    JSON.stringify({ type: 'trialCreated', at: 1, number: 1e15, params: {}, worker: 'w', suggestedBy: 'random' }),
  );
  const { state, skipped } = await around(storage);
  expect(skipped[0]).toContain('event 12: trial 1000000000000000 added after 2 trials');
  expect(state.trials).toHaveLength(2);
  await storage.close();
});

test('random damage never breaks a reader: each row that is left out is named', async () => {
  const path = newFile();
  const storage = await written(path, trials(4));
  const db = new Database(path);
  const texts = db.prepare('select seq, json from events where seq > 1').all() as { seq: number; json: string }[]; // as selected
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          row: fc.nat(texts.length - 1),
          from: fc.nat(80),
          cut: fc.nat(20),
          put: fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom('null', '"', '9e99', '-', '{}', 'true')),
        }),
        { maxLength: 3 },
      ),
      async (damages) => {
        for (const { seq, json } of texts) db.prepare('update events set json = ? where seq = ?').run(json, seq);
        for (const { row, from, cut, put } of damages) {
          const { seq = 0, json = '' } = texts[row] ?? {};
          db.prepare('update events set json = ? where seq = ?').run(
            json.slice(0, from) + put + json.slice(from + cut),
            seq,
          );
        }
        const { state, skipped } = await around(storage);
        for (const message of skipped) expect(message).toMatch(/event \d+: /);
        expect(state.seq + skipped.length).toBe(1 + texts.length);
        if (skipped.length === 0) expect((await readState(storage, '1')).state.trials).toEqual(state.trials);
        else expect((await rejection(readState(storage, '1'))).message).toBe(skipped[0]);
      },
    ),
    { numRuns: 60, seed: 20261130 },
  );
  db.close();
  await storage.close();
});

test('a damaged or foreign snapshot counts as none, and a whole one spares the log', async () => {
  const path = newFile();
  const storage = await written(path, trials(50));
  const { state } = await readState(storage, '1');
  await keepState(storage, '1', state);
  await storage.append('1', 251, trials(51).slice(-5));
  const read = async () => {
    const { state, folded } = await readState(storage, '1');
    expect(state.trials).toEqual(replay((await storage.read('1', 0)).map(({ event }) => event)).trials);
    return folded;
  };
  expect(await read()).toBe(5);
  const db = new Database(path);
  const { bytes, crc } = db.prepare('select bytes, crc from snapshots').get() as { bytes: Buffer; crc: number }; // as selected
  const set = (to: Buffer, sum: number) => db.prepare('update snapshots set bytes = ?, crc = ?').run(to, sum);
  for (const at of [0, 9, Math.floor(bytes.length / 2), bytes.length - 1]) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 4;
    set(damaged, crc);
    expect(await read()).toBe(256);
  }
  for (const cut of [0, 7, 100]) {
    set(bytes.subarray(0, cut), crc);
    expect(await read()).toBe(256);
  }
  set(bytes, crc);
  expect(await read()).toBe(5);
  // Longer than the log: an older copy of the rows was put back.
  db.exec('delete from events where seq > 200');
  expect(await read()).toBe(200);
  db.close();
  await storage.close();
});

test('a damaged segment is named by its events, and the rest can be read', async () => {
  const path = newFile();
  const storage = await written(path, trials(2400));
  expect((await storage.compact('1')).packed).toBe(10_000);
  const db = new Database(path);
  const { bytes } = db.prepare('select bytes from segments where first = 5001').get() as { bytes: Buffer }; // as selected
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  db.prepare('update segments set bytes = ? where first = 5001').run(bytes);
  const error = await rejection(readState(storage, '1'));
  expect(error).toMatchObject({ code: 'damaged-event', facts: { seq: 5001, last: 10_000 } });
  expect(error.message).toContain('study 1, events 5001 to 10000: the segment that holds them cannot be unpacked');
  const { state, skipped } = await around(storage);
  // Before: 999 whole trials and the four first events of the next. Behind: the last event of trial 1999, and 400 whole trials.
  expect(state.counts).toMatchObject({ complete: 999 + 400, running: 1, failed: 1000 });
  expect(skipped[0]).toBe(error.message);
  expect(await storage.read('1', 10_000)).toHaveLength(2001);
  db.exec('delete from segments where first = 5001');
  db.close();
  expect((await rejection(storage.read('1', 0))).message).toContain('events 5001 to 10000: they are missing');
  await storage.close();
});

test('a damaged row is not packed', async () => {
  const path = newFile();
  const storage = await written(path, trials(1400));
  other(path, "update events set json = '{' where seq = 77");
  expect((await rejection(storage.compact('1'))).message).toContain('event 77: not JSON');
  expect((await rejection(storage.read('1', 0))).message).toContain('event 77: not JSON');
  expect(await storage.read('1', 77)).toHaveLength(7001 - 77);
  await storage.close();
});

/** As the version before snapshots and segments made it (schema 2), printed by SQLite. */
const SCHEMA_2 = `
  CREATE TABLE "attune_schema" ("version" integer not null);
  CREATE TABLE "studies" ("id" integer primary key autoincrement, "name" text not null unique, "definition" text not null);
  CREATE TABLE "events" ("study_id" integer not null references "studies" ("id"), "seq" integer not null, "json" text not null, constraint "events_pk" primary key ("study_id", "seq"));
  CREATE TABLE "beats" ("study_id" integer not null references "studies" ("id"), "worker" text not null, "count" integer not null, constraint "beats_pk" primary key ("study_id", "worker"));
  INSERT INTO attune_schema VALUES (2);
`;

test('a database of the version before is read as it is, and gains snapshots and segments when it is opened for writing', async () => {
  const path = newFile();
  const db = new Database(path);
  db.exec(SCHEMA_2);
  db.prepare('insert into studies (name, definition) values (?, ?)').run('a', JSON.stringify(definition));
  const log: StudyEvent[] = [{ type: 'studyCreated', at: 0, definition }, ...trials(1400)];
  const insert = db.prepare('insert into events values (1, ?, ?)');
  db.transaction(() => log.forEach((event, i) => insert.run(i + 1, JSON.stringify(event))))();
  const expected = replay(log).trials;

  const reader = await openStorage(`sqlite:${path}`, { readonly: true });
  expect(await reader.snapshot('1')).toBeNull();
  expect((await readState(reader, '1')).state.trials).toEqual(expected);
  await reader.close();
  expect(db.prepare('select version from attune_schema').pluck().get()).toBe(2);

  const storage = await sqlite(path);
  expect(db.prepare('select version from attune_schema').pluck().get()).toBe(3);
  expect((await storage.compact('1')).packed).toBe(5000);
  const { state, folded } = await readState(storage, '1');
  expect([state.trials, folded]).toEqual([expected, 7001]);
  await keepState(storage, '1', state);
  expect((await readState(storage, '1')).folded).toBe(0);
  db.close();
  await storage.close();
});
