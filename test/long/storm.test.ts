/**
 * Four processes on one study under random SIGKILLs, in SQLite and in PostgreSQL, whose server crashes besides in the middle: every trial is there once, finished
 * once, none is left running, the database is whole.
 * Long form (ATTUNE_LONG=1): 2,000 trials, a kill each second for two minutes; short form: 300 trials, eight kills in two seconds.
 * Also what a storage must sit out: another program's lock, and a full disk.
 */
import Database from 'better-sqlite3';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StudyEvent } from '#core';
import { createRng } from '#math';
import { float, space } from '#space';
import { openStorage } from '#storage';
import { createStudy, openStudy } from '#study';
import { HAS_POSTGRES, startPostgres, WITHOUT_POSTGRES, type PostgresServer } from '../support/postgres-server.ts';

const long = process.env['ATTUNE_LONG'] === '1';
const TRIALS = long ? 2000 : 300;
const KILLS = long ? 120 : 8;
const EVERY_MS = long ? 1000 : 150;
const PROCESSES = 4;
/** How many more are asked for when a kill finds all done. */
const MORE = TRIALS / 10;
const STORMER = fileURLToPath(new URL('stormer.mjs', import.meta.url));

const dir = mkdtempSync(join(tmpdir(), 'attune-storm-'));
// The user of the PostgreSQL server passes through to a disk in it.
chmodSync(dir, 0o711);
const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

interface Stormer {
  readonly child: ChildProcess;
  /** Settles when its first trial runs, or it has ended. */
  readonly atWork: Promise<unknown>;
  readonly errors: () => string;
}

function stormer(storage: string, trials: number): Stormer {
  const child = spawn(process.execPath, [STORMER, storage, String(trials)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const atWork = Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  child.stdout.resume();
  return { child, atWork, errors: () => text };
}

interface Weather {
  /** The address of an empty storage. */
  readonly storage: string;
  /** What happens to the database itself half-way. */
  readonly middle?: () => Promise<void>;
  /** Fails if the database is damaged. */
  readonly checkWhole: () => Promise<void>;
}

async function storm({ storage, middle, checkWhole }: Weather): Promise<void> {
  const rng = createRng('storm');
  const began = performance.now();
  // A kill may come when all trials are done: what is asked for grows, so that there is work until the last kill.
  let trials = TRIALS;
  const start = () => stormer(storage, trials);
  const running = Array.from({ length: PROCESSES }, start);
  for (let kill = 0; kill < KILLS; kill++) {
    if (kill === KILLS / 2 && middle !== undefined) {
      await Promise.all(running.map(({ atWork }) => atWork));
      await middle();
    }
    await sleep(EVERY_MS);
    const slot = rng.int(0, PROCESSES - 1);
    const victim = running[slot];
    if (victim === undefined) throw new Error('no such slot');
    await victim.atWork;
    if (victim.child.exitCode !== null) trials += MORE;
    victim.child.kill('SIGKILL');
    expect(victim.errors()).toBe('');
    running[slot] = start();
  }
  for (let round = 0; round < 2; round++)
    for (const [slot, { child }] of running.entries()) {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      // The second round is for those that were promised fewer trials than were asked for since.
      if (round === 0) running[slot] = start();
    }
  expect(running.map(({ errors }) => errors())).toEqual(running.map(() => ''));
  expect(running.map(({ child }) => child.exitCode)).toEqual(running.map(() => 0));

  await checkWhole();
  const study = await openStudy(storage, 'storm');
  expect(study.trials.map(({ number }) => number)).toEqual(Array.from({ length: trials }, (_, i) => i));
  expect(study.counts).toEqual({ waiting: 0, running: 0, paused: 0, complete: trials, pruned: 0, failed: 0 });
  for (const { params, values, measurements } of study.trials.filter((trial) => trial.state === 'complete')) {
    expect(values['y']).toBe(params['x']);
    expect(measurements.map(({ step }) => step)).toEqual([1, 2, 3]);
  }
  const takenOver = study.trials.filter(({ attempt }) => attempt > 1).length;
  expect(takenOver).toBeGreaterThan(0);
  await study.close();
  const log = await openStorage(storage);
  const id = (await log.find('storm'))?.id ?? '';
  const events = await log.read(id, 0);
  expect(events.filter(({ event }) => event.type === 'trialFinished')).toHaveLength(trials);
  await log.close();
  if (long)
    console.log(
      `${storage.split(':')[0]}: ${KILLS} kills, ${trials} trials, ${takenOver} of them taken over, ${events.length} events, ${((performance.now() - began) / 1000).toFixed(0)} s`,
    );
}

const STORM = 'four processes under random kills lose no trial, double none and leave none running';

test(`SQLite: ${STORM}`, { timeout: 1_800_000 }, async () => {
  const file = join(dir, 'storm.db');
  await storm({
    storage: `sqlite:${file}`,
    checkWhole: () => {
      const db = new Database(file, { readonly: true });
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
      db.close();
      return Promise.resolve();
    },
  });
});

test('SQLite: a lock of another program is sat out', { timeout: 120_000 }, async () => {
  const lockMs = long ? 10_000 : 2000;
  const file = join(dir, 'locked.db');
  const storage = `sqlite:${file}`;
  await (
    await createStudy({
      name: 'storm',
      space: space({ x: float(0, 1) }),
      objectives: { y: 'minimize' },
      sampler: 'random',
      pruner: 'none',
      storage,
    })
  ).close();
  const { child, errors } = stormer(storage, 60);
  const other = new Database(file);
  const study = await openStudy(storage, 'storm');
  while (study.trials.length < 5) {
    await sleep(20);
    await study.refresh();
  }
  other.exec('begin immediate');
  await sleep(lockMs);
  other.exec('rollback');
  other.close();
  if (child.exitCode === null) await once(child, 'exit');
  expect([child.exitCode, errors()]).toEqual([0, '']);
  await study.refresh();
  expect(study.counts.complete).toBe(60);
  await study.close();
});

const disks: string[] = [];
/** A small file system of its own; null where this process may not mount one. */
function smallDisk(size: string): string | null {
  const path = join(dir, `disk-${size}`);
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', path], { stdio: 'ignore' });
    disks.push(path);
    return path;
  } catch {
    return null;
  }
}
const unmount = (): void => {
  for (const disk of disks.splice(0)) execFileSync('umount', [disk]);
};
const disk = process.platform === 'linux' ? smallDisk('400k') : null;
afterAll(unmount);

/** Appends notes that cannot be compressed until the disk is full. */
async function fillDisk(address: string, bytes: number): Promise<void> {
  const storage = await openStorage(address);
  const study = await createStudy({
    name: 's',
    space: space({ x: float(0, 1) }),
    objectives: { y: 'minimize' },
    sampler: 'random',
    pruner: 'none',
    storage,
  });
  let appended = 1;
  const event = (i: number): StudyEvent => {
    const value = randomBytes(bytes).toString('base64');
    return { type: 'attributeSet', at: i, number: null, key: 'note', value };
  };
  const fill = async (): Promise<void> => {
    for (;;) {
      expect(await storage.append('1', appended, [event(appended)])).toBe('ok');
      appended++;
    }
  };
  await expect(fill()).rejects.toMatchObject({
    code: 'storage-full',
    message: expect.stringContaining('is full; nothing was lost, free some space and go on.') as string,
  });
  expect(appended).toBeGreaterThan(10);
  expect(await storage.read('1', 0)).toHaveLength(appended);
  await study.close();
  await storage.close();
}

const FULL = 'a full disk is one clear sentence, and what was appended before is whole';

test.skipIf(disk === null)(`SQLite: ${FULL}`, () => fillDisk(`sqlite:${join(disk ?? '', 'full.db')}`, 750));

describe.skipIf(!HAS_POSTGRES)(HAS_POSTGRES ? 'PostgreSQL' : WITHOUT_POSTGRES, () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres({ durable: long });
  }, 240_000);
  afterAll(() => server.stop(), 240_000);

  async function sql(address: string, ...statements: readonly string[]): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: address });
    await client.connect();
    try {
      let rows: unknown[] = [];
      for (const statement of statements) ({ rows } = await client.query<object>(statement));
      return rows;
    } finally {
      await client.end();
    }
  }

  test(`${STORM}, also when the server crashes in between`, { timeout: 1_800_000 }, async () => {
    const storage = await server.newDatabase();
    await storm({
      storage,
      middle: () => server.restart(long ? 5000 : 500),
      // amcheck reads the whole index and looks up each row in it.
      checkWhole: async () => {
        await sql(storage, 'create extension amcheck', "select bt_index_check('attune.events_pk', true)");
      },
    });
  });

  test('a lock of another program is sat out', { timeout: 120_000 }, async () => {
    const storage = await server.newDatabase();
    const { child, errors, atWork } = stormer(storage, 60);
    await atWork;
    const lockMs = long ? 10_000 : 2000;
    await sql(storage, 'begin', 'lock table attune.events', `select pg_sleep(${lockMs / 1000})`, 'commit');
    if (child.exitCode === null) await once(child, 'exit');
    expect([child.exitCode, errors()]).toEqual([0, '']);
    const study = await openStudy(storage, 'storm');
    expect(study.counts.complete).toBe(60);
    await study.close();
  });

  // A new database alone is 7.5 MB.
  const disk = HAS_POSTGRES && process.platform === 'linux' ? smallDisk('12m') : null;
  test.skipIf(disk === null)(FULL, async () => {
    const address = await server.newDatabase(disk ?? '');
    await fillDisk(address, 7500);
    await sql(
      address.replace(/\w+$/, 'postgres'),
      `drop database ${/\w+$/.exec(address)?.[0]}`,
      'drop tablespace small',
    );
  });
});
