/** Packing a log while its process is killed, and while others read and append. */
import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { StudyDefinition, StudyEvent } from '#core';
import { createRng } from '#math';
import { sqlite } from './sqlite.ts';

const dir = mkdtempSync(join(tmpdir(), 'attune-compact-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});
const COMPACTOR = fileURLToPath(new URL('./fixtures/compactor.ts', import.meta.url));

const definition: StudyDefinition = {
  name: 'a',
  space: {},
  objectives: [],
  sampler: 'random',
  pruner: 'none',
  seed: 1,
  hints: {},
  createdAt: 0,
};
const rng = createRng('packing');
const note = (i: number): StudyEvent => ({
  type: 'attributeSet',
  at: i,
  number: null,
  key: `k${i}`,
  value: `${rng.float()} ${'x'.repeat(i % 90)}`,
});

function compactor(file: string) {
  const child = spawn(process.execPath, ['--import', 'tsx', COMPACTOR, `sqlite:${file}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  return { child, begun: Promise.race([once(child.stdout, 'data'), exited]), exited };
}

test(
  'a process that is killed while it packs loses no event, and the next one goes on',
  { timeout: 400_000 },
  async () => {
    const file = join(dir, 'killed.db');
    const storage = await sqlite(file);
    await storage.createStudy(definition);
    const events = Array.from({ length: 40_000 }, (_, i) => note(i));
    await storage.append('1', 1, events);
    const looker = new Database(file, { readonly: true });
    const segments = () => looker.prepare('select count(*) from segments').pluck().get() as number; // a count
    const expectWhole = async () => {
      expect(looker.pragma('integrity_check', { simple: true })).toBe('ok');
      // Each event is in one place.
      const doubled = 'select count(*) from segments join events on seq between first and last';
      expect(looker.prepare(doubled).pluck().get()).toBe(0);
      const read = await storage.read('1', 1);
      expect(read.every(({ seq }, i) => seq === i + 2)).toBe(true);
      expect(JSON.stringify(read.map(({ event }) => event)) === JSON.stringify(events)).toBe(true);
    };
    let killed = 0;
    for (let round = 0; round < 6; round++) {
      const { child, begun, exited } = compactor(file);
      await begun;
      // After one segment more, or before it, at any moment of the next.
      const target = segments() + (round % 2);
      while (segments() < target && child.exitCode === null) await sleep(1);
      await sleep(rng.float() * 60);
      child.kill('SIGKILL');
      if ((await exited)[1] === 'SIGKILL') killed++;
      await expectWhole();
    }
    expect(killed).toBeGreaterThan(2);
    const { exited } = compactor(file);
    expect(await exited).toEqual([0, null]);
    expect(segments()).toBe(7);
    await expectWhole();
    expect(await storage.append('1', 40_001, [note(40_000)])).toBe('ok');
    looker.close();
    await storage.close();
  },
);

test('readers and a writer see one whole log while two processes pack it', { timeout: 400_000 }, async () => {
  const file = join(dir, 'shared.db');
  const storage = await sqlite(file);
  await storage.createStudy(definition);
  let length = 1;
  const append = async (count: number) => {
    const events = Array.from({ length: count }, (_, i) => note(length - 1 + i));
    expect(await storage.append('1', length, events)).toBe('ok');
    length += count;
  };
  await append(50_000);
  const packers = [compactor(file), compactor(file)];
  let packing = true;
  const done = Promise.all(packers.map(({ exited }) => exited)).then((codes) => {
    packing = false;
    return codes;
  });
  const reader = await sqlite(file, { readonly: true });
  let reads = 0;
  while (packing) {
    await append(3);
    const from = Math.floor(rng.float() * 50_000);
    const limit = 1 + Math.floor(rng.float() * 12_000);
    const read = await reader.read('1', from, limit);
    expect(read).toHaveLength(Math.min(limit, length - from));
    expect(read[0]?.seq).toBe(from + 1);
    expect(read.at(-1)?.seq).toBe(from + read.length);
    reads++;
    await sleep(1);
  }
  expect(reads).toBeGreaterThan(5);
  expect(await done).toEqual([
    [0, null],
    [0, null],
  ]);
  const read = await storage.read('1', 1);
  expect(read.map(({ event }) => (event.type === 'attributeSet' ? event.key : ''))).toEqual(
    Array.from({ length: length - 1 }, (_, i) => `k${i}`),
  );
  await reader.close();
  await storage.close();
});
