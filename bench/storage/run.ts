/**
 * Trials per second through a SQLite file beside Optuna's, in turns on the same disk: each trial is asked for at random and told, nothing else.
 *   npm run bench:storage -- [--trials 1000] [--rounds 3] [--processes 4]
 * Optuna is what /usr/bin/python3 has (Debian: 3.1.0), with its SQLite storage as it comes; without it our own numbers are printed alone.
 * The last line is ours with several processes on one file: it says how far one file scales, and fails on any error, "database is locked" among them.
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

const { values: args } = parseArgs({
  options: {
    trials: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
    processes: { type: 'string', default: '4' },
  },
});
const [trials, rounds, processes] = [Number(args.trials), Number(args.rounds), Number(args.processes)];
const dir = mkdtempSync(join(tmpdir(), 'attune-bench-storage-'));
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
  const ours = seconds(process.execPath, '--import', 'tsx', OURS, join(dir, `ours-${round}.db`), String(trials));
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

const file = join(dir, 'shared.db');
const began = performance.now();
const children = Array.from({ length: processes }, () =>
  spawn(process.execPath, ['--import', 'tsx', OURS, file, String(trials)], { stdio: ['ignore', 'pipe', 'inherit'] }),
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
const study = await openStudy(`sqlite:${file}`, 'bench');
const complete = study.counts.complete;
await study.close();
if (complete !== processes * trials) throw new Error(`${complete} of ${processes * trials} trials are complete`);
console.log(
  `attune, ${processes} processes   ${rate(complete / Math.max(...times))}  (${((performance.now() - began) / 1000).toFixed(1)} s with their start)`,
);
rmSync(dir, { recursive: true });
