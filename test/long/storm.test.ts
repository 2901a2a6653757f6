/**
 * Four processes on one SQLite study under random SIGKILLs: every trial is there once, finished once, none is left running, the file is whole.
 * Long form (ATTUNE_LONG=1): 2,000 trials, a kill each second for two minutes; short form: 150 trials, eight kills.
 * Also what a storage must sit out: another program's lock on the file, and a full disk.
 */
import Database from 'better-sqlite3';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { StudyEvent } from '#core';
import { createRng } from '#math';
import { float, space } from '#space';
import { openStorage } from '#storage';
import { createStudy, openStudy } from '#study';

const long = process.env['ATTUNE_LONG'] === '1';
const TRIALS = long ? 2000 : 150;
const KILLS = long ? 120 : 8;
const EVERY_MS = 1000;
const PROCESSES = 4;
const STORMER = fileURLToPath(new URL('../../src/study/fixtures/stormer.ts', import.meta.url));

const dir = mkdtempSync(join(tmpdir(), 'attune-storm-'));
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
  const child = spawn(process.execPath, ['--import', 'tsx', STORMER, storage, String(trials)], {
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

test(
  'four processes under random kills lose no trial, double none and leave none running',
  { timeout: 900_000 },
  async () => {
    const file = join(dir, 'storm.db');
    const storage = `sqlite:${file}`;
    const rng = createRng('storm');
    // A kill may come when all trials are done: what is asked for grows, so that there is work until the last kill.
    let trials = TRIALS;
    const start = () => stormer(storage, trials);
    const running = Array.from({ length: PROCESSES }, start);
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep(EVERY_MS);
      const slot = rng.int(0, PROCESSES - 1);
      const victim = running[slot];
      if (victim === undefined) throw new Error('no such slot');
      await victim.atWork;
      if (victim.child.exitCode !== null) trials += TRIALS;
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

    const db = new Database(file, { readonly: true });
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    db.close();
    const study = await openStudy(storage, 'storm');
    expect(study.trials.map(({ number }) => number)).toEqual(Array.from({ length: trials }, (_, i) => i));
    expect(study.counts).toEqual({ waiting: 0, running: 0, paused: 0, complete: trials, pruned: 0, failed: 0 });
    for (const { params, values, measurements } of study.trials.filter((trial) => trial.state === 'complete')) {
      expect(values['y']).toBe(params['x']);
      expect(measurements.map(({ step }) => step)).toEqual([1, 2, 3]);
    }
    expect(study.trials.some(({ attempt }) => attempt > 1)).toBe(true);
    await study.close();
    const log = await openStorage(storage);
    const finished = (await log.read('1', 0)).filter(({ event }) => event.type === 'trialFinished');
    expect(finished).toHaveLength(trials);
    await log.close();
  },
);

test('a lock of another program is sat out', { timeout: 120_000 }, async () => {
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

/** A small file system of its own; null where this process may not mount one. */
function smallDisk(): string | null {
  const path = join(dir, 'disk');
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', path], { stdio: 'ignore' });
    return path;
  } catch {
    return null;
  }
}
const disk = process.platform === 'linux' ? smallDisk() : null;
afterAll(() => {
  if (disk !== null) execFileSync('umount', [disk]);
});

test.skipIf(disk === null)('a full disk is one clear sentence, and what was appended before is whole', async () => {
  const storage = await openStorage(`sqlite:${join(disk ?? '', 'full.db')}`);
  const study = await createStudy({
    name: 's',
    space: space({ x: float(0, 1) }),
    objectives: { y: 'minimize' },
    sampler: 'random',
    pruner: 'none',
    storage,
  });
  let appended = 1;
  const note = 'x'.repeat(1000);
  const event = (i: number): StudyEvent => ({ type: 'attributeSet', at: i, number: null, key: 'note', value: note });
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
});
