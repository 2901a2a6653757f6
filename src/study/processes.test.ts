/** What only several processes, or a killed one, can show. */
import Database from 'better-sqlite3';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { createRng } from '#math';
import { openStudy } from './create.ts';

const dir = mkdtempSync(join(tmpdir(), 'attune-processes-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const WRITER = fileURLToPath(new URL('./fixtures/writer.ts', import.meta.url));

interface Writer {
  readonly child: ChildProcess;
  /** Numbers of the trials it has told. */
  readonly told: () => number[];
  readonly exited: Promise<unknown>;
  readonly errors: () => string;
}

function writer(storage: string, trials: number): Writer {
  const child = spawn(process.execPath, ['--import', 'tsx', WRITER, storage, String(trials)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, errors] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  // The last line may be cut off by a kill.
  const told = () => out.split('\n').slice(0, -1).map(Number);
  return { child, told, exited: once(child, 'close'), errors: () => errors };
}

test('two processes on one SQLite study lose and double no trial', { timeout: 120_000 }, async () => {
  const storage = `sqlite:${join(dir, 'two.db')}`;
  const writers = [writer(storage, 100), writer(storage, 100)];
  await Promise.all(writers.map(({ exited }) => exited));
  expect(writers.map(({ errors }) => errors())).toEqual(['', '']);
  const study = await openStudy(storage, 'shared');
  expect(study.trials.map((t) => t.number)).toEqual(Array.from({ length: 200 }, (_, i) => i));
  expect(study.counts.complete).toBe(200);
  expect(writers.flatMap(({ told }) => told()).sort((a, b) => a - b)).toEqual(study.trials.map((t) => t.number));
  // Each parameter set is the draw of its number, whichever process made it.
  expect(new Set(study.trials.map((t) => t.params['x'])).size).toBe(200);
  await study.close();
});

test(
  'a writer killed at ten random moments loses no finished trial and leaves the database whole',
  { timeout: 240_000 },
  async () => {
    const file = join(dir, 'killed.db');
    const storage = `sqlite:${file}`;
    const rng = createRng('moments of death');
    const told = new Set<number>();
    for (let round = 0; round < 10; round++) {
      const { child, told: toldNow, exited } = writer(storage, 1_000_000);
      while (toldNow().length === 0 && child.exitCode === null)
        await once(child.stdout as NonNullable<typeof child.stdout>, 'data'); // piped by writer()
      await new Promise((resolve) => setTimeout(resolve, rng.int(0, 150)));
      child.kill('SIGKILL');
      await exited;
      for (const number of toldNow()) told.add(number);

      const db = new Database(file, { readonly: true });
      expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
      db.close();
      const study = await openStudy(storage, 'shared');
      expect(study.trials.map((t) => t.number)).toEqual(Array.from({ length: study.trials.length }, (_, i) => i));
      for (const number of told) expect(study.trials[number]?.state).toBe('complete');
      // At most the one trial it was in is unfinished, and it goes back in line: the next writer runs it first.
      expect(study.counts.running).toBeLessThanOrEqual(1);
      const running = study.trials.filter((t) => t.state === 'running').map((t) => t.number);
      expect(await study.recover()).toEqual(running);
      await study.close();
    }
    const study = await openStudy(storage, 'shared');
    expect(study.counts.running + study.counts.waiting).toBeLessThanOrEqual(1);
    expect(study.counts.complete).toBeGreaterThanOrEqual(told.size);
    expect(study.trials.some((t) => t.attempt > 1)).toBe(true);
    await study.close();
  },
);
