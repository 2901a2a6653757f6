import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storageLaws } from '#testing';
import {
  HAS_POSTGRES,
  startPostgres,
  WITHOUT_POSTGRES,
  type PostgresServer,
} from '../../test/support/postgres-server.ts';
import { shownAddress } from './address.ts';
import { openStorage, storageExists } from './open.ts';
import { loadDriver, postgres } from './postgres.ts';

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
const event = (at: number) => ({ type: 'studyFinished', at, reason: 'r' }) as const;

describe.skipIf(!HAS_POSTGRES)(HAS_POSTGRES ? 'PostgreSQL' : WITHOUT_POSTGRES, () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 240_000);
  afterAll(() => server.stop(), 240_000);

  /** Runs SQL as another program would. */
  async function other<T>(address: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: address });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  let address = '';
  const open = async () => postgres((address = await server.newDatabase()));
  for (const law of storageLaws({ open, reopen: () => postgres(address) })) test(law.name, law.check);

  test('a database is found again after closing, also for reading only', async () => {
    const address = await server.newDatabase();
    expect(await storageExists(address)).toBe(false);
    const first = await openStorage(address);
    const id = await first.createStudy(definition);
    await first.close();
    await first.close();
    expect(await storageExists(address)).toBe(true);
    const reader = await openStorage(address, { readonly: true });
    expect((await reader.find('a'))?.id).toBe(id);
    await expect(reader.createStudy({ ...definition, name: 'b' })).rejects.toMatchObject({ code: 'not-writable' });
    await reader.close();
  });

  test('reading only creates nothing', async () => {
    const address = await server.newDatabase();
    await expect(postgres(address, { readonly: true })).rejects.toMatchObject({ code: 'no-database' });
    const { rows } = await other(address, (client) =>
      client.query("select 1 from pg_namespace where nspname = 'attune'"),
    );
    expect(rows).toEqual([]);
  });

  test('tables of other programs in the same database do not matter', async () => {
    const address = await server.newDatabase();
    await other(address, (client) => client.query('create table studies (study_id integer, study_name text)'));
    const storage = await postgres(address);
    await storage.createStudy(definition);
    expect(await storage.list()).toHaveLength(1);
    await storage.close();
  });

  test('of many that open a new database at once one makes the tables', async () => {
    const address = await server.newDatabase();
    const all = await Promise.all(Array.from({ length: 8 }, () => postgres(address)));
    await all[0]?.createStudy(definition);
    for (const storage of all) expect((await storage.find('a'))?.definition.name).toBe('a');
    for (const storage of all) await storage.close();
    const { rows } = await other(address, (client) => client.query('select version from attune.attune_schema'));
    expect(rows).toEqual([{ version: 3 }]);
  });

  test('a database of a newer version is refused before anything is read', async () => {
    const address = await server.newDatabase();
    await (await postgres(address)).close();
    await other(address, (client) => client.query('update attune.attune_schema set version = 99'));
    for (const readonly of [false, true])
      await expect(postgres(address, { readonly })).rejects.toMatchObject({ code: 'newer-schema' });
  });

  test('a long append is one: at the wrong place nothing of it is written', async () => {
    const storage = await open();
    const id = await storage.createStudy(definition);
    const events = Array.from({ length: 1000 }, (_, i) => event(i));
    expect(await storage.append(id, 2, events)).toBe('conflict');
    expect(await storage.append(id, 1, events)).toBe('ok');
    expect((await storage.read(id, 1)).map((stored) => stored.event)).toEqual(events);
    await storage.close();
  });

  test('a damaged row is named, without the password of the database', async () => {
    const storage = await open();
    const id = await storage.createStudy(definition);
    await other(address, (client) => client.query("update attune.events set json = '{'"));
    await expect(storage.read(id, 0)).rejects.toThrow(
      `${shownAddress(address)}, study ${id}, event 1: not JSON; the log is damaged there.`,
    );
    await storage.close();
  });

  test('a lock of another program is waited for, and then told in a sentence', async () => {
    const address = await server.newDatabase();
    const storage = await postgres(address, { lockTimeoutMs: 100 });
    const id = await storage.createStudy(definition);
    await other(address, async (client) => {
      await client.query('begin; lock table attune.events');
      await expect(storage.append(id, 1, [event(1)])).rejects.toMatchObject({ code: 'storage-busy' });
      await client.query('rollback');
    });
    expect(await storage.append(id, 1, [event(1)])).toBe('ok');
    await storage.close();
  });

  test('connections that are cut are made again, and what was on its way is there once', async () => {
    const storage = await open();
    const id = await storage.createStudy(definition);
    const cut = () =>
      other(address, (client) =>
        client.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'attune' and pid <> pg_backend_pid()",
        ),
      );
    for (let i = 0; i < 40; i++) {
      const appended = storage.append(id, 1 + i, [event(i)]);
      if (i % 4 === 0) await cut();
      expect(await appended).toBe('ok');
    }
    const events = (await storage.read(id, 1)).map((stored) => stored.event.at);
    expect(events).toEqual(Array.from({ length: 40 }, (_, i) => i));
    await storage.close();
  });

  test('a restart of the server is waited for, and nothing is lost', { timeout: 240_000 }, async () => {
    const storage = await open();
    const id = await storage.createStudy(definition);
    let appended = 0;
    let stopped = false;
    const writing = (async () => {
      while (!stopped) {
        expect(await storage.append(id, 1 + appended, [event(appended)])).toBe('ok');
        appended++;
      }
    })();
    await expect.poll(() => appended).toBeGreaterThan(10);
    await server.restart(1000);
    const before = appended;
    await expect.poll(() => appended).toBeGreaterThan(before + 10);
    stopped = true;
    await writing;
    expect((await storage.read(id, 1)).map((stored) => stored.event.at)).toEqual(
      Array.from({ length: appended }, (_, i) => i),
    );
    await storage.close();
  });

  test('a server that stays away is one sentence', { timeout: 240_000 }, async () => {
    const own = await startPostgres();
    const address = await own.newDatabase();
    const storage = await postgres(address, { patienceMs: 200 });
    const id = await storage.createStudy(definition);
    own.stop();
    await expect(storage.append(id, 1, [event(1)])).rejects.toMatchObject({
      code: 'storage-away',
      message: expect.stringContaining(
        'has been away for 0.2 s (ECONNREFUSED); what was told before is kept',
      ) as string,
    });
    await storage.close();
    await expect(openStorage(address)).rejects.toMatchObject({
      code: 'no-database',
      message: expect.stringMatching(/cannot be reached \(ECONNREFUSED\); check host and port/) as string,
    });
  });

  test('a database that is not there is one sentence without the password', async () => {
    const wrong = (await server.newDatabase()).replace(/\w+$/, 'nowhere');
    await expect(openStorage(wrong)).rejects.toMatchObject({
      code: 'no-database',
      message: `there is no database as ${shownAddress(wrong)} names; create it by "createdb".`,
    });
  });

  test('text that PostgreSQL cannot keep is refused in a sentence', async () => {
    const storage = await open();
    await expect(storage.createStudy({ ...definition, name: 'a\0b' })).rejects.toMatchObject({ code: 'bad-text' });
    expect(await storage.list()).toEqual([]);
    await storage.close();
  });
});

test('without the package pg a sentence says how to install it', async () => {
  const absent: string = 'pg-that-is-not-installed';
  const load = () => import(absent) as Promise<never>; // it rejects
  await expect(loadDriver(load)).rejects.toMatchObject({
    code: 'missing-package',
    message: expect.stringContaining('install it by "npm install pg"') as string,
  });
});

test.each([
  ['postgres://u:pa%20ss@h:5433/d?password=x&sslmode=require', 'postgres://u@h:5433/d'],
  ['postgresql://h/d', 'postgresql://h/d'],
  ['postgres://u:p@h:notaport/d', 'postgres://…'],
  ['sqlite:a:b@c.db', 'sqlite:a:b@c.db'],
])('%s is shown as %s', (address, shown) => {
  expect(shownAddress(address)).toBe(shown);
});

test('an address that is none is refused without its password', async () => {
  await expect(openStorage('postgres://u:secret@h:notaport/d')).rejects.toMatchObject({
    code: 'bad-storage',
    message: '"postgres://…" is no address; wanted postgres://USER:PASSWORD@HOST:PORT/DATABASE.',
  });
});
