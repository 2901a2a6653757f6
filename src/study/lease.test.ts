/** Who counts as dead, and that exactly one takes over. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import type { Storage } from '#core';
import { float, space } from '#space';
import { memory } from '#storage';
import { createStudy, openStudy } from './create.ts';
import { holdLease } from './lease.ts';

const dir = mkdtempSync(join(tmpdir(), 'attune-lease-'));
afterAll(() => rmSync(dir, { recursive: true }));

const ELSEWHERE = 'another-host:1:1';

/** An observer with a clock of its own over a fresh storage with one study. */
async function observer(storage: Storage) {
  const id = await storage.createStudy({
    name: 's',
    space: {},
    objectives: [],
    sampler: 'random',
    pruner: 'none',
    seed: 1,
    hints: {},
    createdAt: 0,
  });
  let now = 0;
  const lease = await holdLease(storage, id, 'me', { leaseMs: 10_000, monotonic: () => now });
  const after = async (ms: number): Promise<boolean> => {
    now += ms;
    await lease.look();
    return lease.isAlive(ELSEWHERE);
  };
  return { id, lease, after };
}

test('a worker of another host lives as long as its heartbeats go on, and is dead after the lease time without', async () => {
  const storage = memory();
  const { id, lease, after } = await observer(storage);
  await storage.beat(id, ELSEWHERE, true);
  expect(await after(2000)).toBe(true);
  for (let i = 0; i < 20; i++) {
    await storage.beat(id, ELSEWHERE, true);
    expect(await after(2000)).toBe(true);
  }
  const silence: boolean[] = [];
  for (let i = 1; i <= 6; i++) silence.push(await after(2000));
  expect(silence).toEqual([true, true, true, true, false, false]);
  await storage.beat(id, ELSEWHERE, true);
  expect(await after(2000)).toBe(true);
  await lease.release();
  expect([...(await storage.beats(id)).keys()]).toEqual([ELSEWHERE]);
});

test('a worker that never beat is judged by the silence since it was first asked about', async () => {
  const { lease, after } = await observer(memory());
  expect(lease.isAlive(ELSEWHERE)).toBe(true);
  expect(await after(4000)).toBe(true);
  expect(await after(4000)).toBe(true);
  expect(await after(4000)).toBe(false);
  await lease.release();
});

test('an observer that was frozen itself gives nobody up for the time it did not look', async () => {
  const { id, lease, after } = await (async () => {
    const storage = memory();
    const all = await observer(storage);
    await storage.beat(all.id, ELSEWHERE, true);
    return all;
  })();
  expect(id).toBe('1');
  await after(1000);
  expect(await after(3_600_000)).toBe(true); // an hour asleep counts as two heartbeats, 4 s
  expect(await after(2000)).toBe(true);
  await lease.release();
});

test('this process lives, whatever its heartbeats do', async () => {
  const study = await createStudy({
    space: space({ x: float(0, 1) }),
    objectives: { y: 'minimize' },
    sampler: 'random',
  });
  const lease = await study.hold({ leaseMs: 50 });
  await study.ask();
  const busy = performance.now() + 200;
  while (performance.now() < busy); // a synchronous objective
  await lease.look();
  expect(await study.recover(lease.isAlive)).toEqual([]);
  await lease.release();
});

test('a trial that was lost too often fails with that reason', async () => {
  const study = await createStudy({
    space: space({ x: float(0, 1) }),
    objectives: { y: 'minimize' },
    sampler: 'random',
  });
  for (let attempt = 1; attempt <= 3; attempt++) {
    expect(await study.ask({ worker: 'gone' })).toMatchObject({ number: 0, attempt });
    await study.recover(() => false, { maxAttempts: 3 });
  }
  expect(study.trials[0]).toMatchObject({
    state: 'failed',
    error: { message: 'its worker was lost in each of 3 attempts' },
  });
});

test.runIf(process.platform === 'linux')(
  'a frozen process loses its trial to exactly one of two observers, and its late result is refused',
  { timeout: 60_000 },
  async () => {
    const storage = `sqlite:${join(dir, 'frozen.db')}`;
    const script = fileURLToPath(new URL('./fixtures/holder.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', script, storage], { stdio: ['pipe', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    while (!printed.includes('asked')) await once(child.stdout, 'data');

    const observers = await Promise.all([openStudy(storage, 'held'), openStudy(storage, 'held')]);
    const leases = await Promise.all(observers.map((study) => study.hold({ leaseMs: 4000 })));
    const takenBy = async (): Promise<number[]> => {
      for (const lease of leases) await lease.look();
      const taken = await Promise.all(
        observers.map(async (study, i) => study.recover((worker) => leases[i]?.isAlive(worker) ?? true)),
      );
      return taken.map(({ length }) => length);
    };
    await sleep(1500);
    expect(await takenBy()).toEqual([0, 0]); // it works: twenty heartbeats in the observers' lease time
    child.kill('SIGSTOP');
    const totals = [0, 0];
    for (let i = 0; i < 30; i++) {
      (await takenBy()).forEach((count, k) => (totals[k] = (totals[k] ?? 0) + count));
      await sleep(200);
    }
    expect([...totals].sort()).toEqual([0, 1]);

    const [study] = observers;
    const again = await study?.ask();
    expect(again).toMatchObject({ number: 0, attempt: 2 });
    if (again) await study?.tell(again, { y: 2 });
    child.kill('SIGCONT');
    child.stdin.end('tell\n');
    await once(child, 'exit');
    expect(printed).toContain('trial 0 was given up as lost and taken over; this result of attempt 1 comes too late.');
    await study?.refresh();
    expect(study?.trials[0]).toMatchObject({ state: 'complete', values: { y: 2 } });
    for (const lease of leases) await lease.release();
    for (const one of observers) await one.close();
  },
);
