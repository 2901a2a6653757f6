/**
 * Trials per second through a SQLite file beside Optuna's, in turns on the same disk: each trial is asked for at random and told, nothing else.
 *   npm run bench:storage -- [--trials 1000] [--rounds 3] [--processes 4] | --open [--rounds 3]
 * Optuna is what /usr/bin/python3 has (Debian: 3.1.0), with its SQLite storage as it comes; without it our own numbers are printed alone.
 * Then ours with 1, 2 … processes on one study, in SQLite and, where its server is installed, in PostgreSQL with commits that wait for the disk: it says how far
 * one study scales, and fails on any error, "database is locked" among them. With --open: how long it takes to open a long study (open.ts), nothing else.
 */
import { spawnSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from '#math';
import { openStudy } from '#study';
import { benchOpening } from './open.ts';
import { HAS_POSTGRES, startPostgres } from '../../test/support/postgres-server.ts';

const { values: args } = parseArgs({
  options: {
    trials: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
    processes: { type: 'string', default: '4' },
    open: { type: 'boolean', default: false },
  },
});
const [trials, rounds, processes] = [Number(args.trials), Number(args.rounds), Number(args.processes)];
const dir = mkdtempSync(join(tmpdir(), 'attune-bench-storage-'));
if (args.open) {
  await benchOpening('SQLite', `sqlite:${join(dir, 'long.db')}`, rounds);
  if (HAS_POSTGRES) {
    const server = await startPostgres({ durable: true });
    try {
      await benchOpening('PostgreSQL', await server.newDatabase(), rounds);
    } finally {
      server.stop();
    }
  }
  rmSync(dir, { recursive: true });
  process.exit();
}
const OURS = fileURLToPath(new URL('./ours.ts', import.meta.url));
const THEIRS = fileURLToPath(new URL('./optuna_trials.py', import.meta.url));

/** Seconds that `count` trials took in a process of its own, its start not counted; null if it cannot run. */
function seconds(command: string, ...rest: string[]): number | null {
  const { status, stdout, stderr } = spawnSync(command, rest, { encoding: 'utf8' });
  if (status === 0) return Number(stdout);
  if (/No module named 'optuna'|ENOENT/.test(stderr)) return null;
  throw new Error(stderr);
}

const rates: { ours: number; theirs: number | null }[] = [];
for (let round = 0; round < rounds; round++) {
  const ours = seconds(
    process.execPath,
    '--import',
    'tsx',
    OURS,
    `sqlite:${join(dir, `ours-${round}.db`)}`,
    String(trials),
  );
  const theirs = seconds('/usr/bin/python3', THEIRS, join(dir, `theirs-${round}.db`), String(trials));
  if (ours === null) throw new Error('our own side did not run');
  rates.push({ ours: trials / ours, theirs: theirs === null ? null : trials / theirs });
}
const rate = (one: number): string => `${one.toFixed(0)} trials/s`;
const ours = median(rates.map((round) => round.ours));
const theirs = rates.flatMap((round) => (round.theirs === null ? [] : [round.theirs]));
console.log(`attune, 1 process     ${rate(ours)}  (median of ${rounds}, ${trials} trials each)`);
if (theirs.length > 0) {
  const ratios = rates.map((round) => round.ours / (round.theirs ?? NaN));
  console.log(`optuna, 1 process     ${rate(median(theirs))}`);
  console.log(`ratio                 ${median(ratios).toFixed(1)} (${ratios.map((one) => one.toFixed(1)).join(', ')})`);
}

/** Trials per second of `count` processes on one new study, their start not counted. */
async function together(storage: string, count: number): Promise<number> {
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, ['--import', 'tsx', OURS, storage, String(trials)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  const times = await Promise.all(
    children.map(async (child) => {
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number | null]; // the event's own arguments
      if (code !== 0) throw new Error(`a process ended with ${code}`);
      return Number(text);
    }),
  );
  const study = await openStudy(storage, 'bench');
  const complete = study.counts.complete;
  await study.close();
  if (complete !== count * trials) throw new Error(`${complete} of ${count * trials} trials are complete`);
  return complete / Math.max(...times);
}

const counts = [1, 2, 4, 8].filter((count) => count < processes).concat(processes);
for (const count of counts)
  console.log(
    `attune, SQLite, ${count} on one study      ${rate(await together(`sqlite:${join(dir, `shared-${count}.db`)}`, count))}`,
  );
if (HAS_POSTGRES) {
  const server = await startPostgres({ durable: true });
  try {
    for (const count of counts)
      console.log(
        `attune, PostgreSQL, ${count} on one study  ${rate(await together(await server.newDatabase(), count))}`,
      );
  } finally {
    server.stop();
  }
}
rmSync(dir, { recursive: true });
