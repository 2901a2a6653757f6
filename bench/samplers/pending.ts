/**
 * What parallel workers cost: normalised regret on the judge's development suite when a sampler learns each result only after three further trials were asked for
 * (four workers of equal speed), beside the same sampler asked one at a time.
 *   npm run bench:pending -- [--judge DIR] [--samplers auto,tpe,gp] [--workers 4] [--seeds 10] [--first-seed 0] [--trials 100] [--tasks REGEX] [--json DIR]
 * Printed: mean regret over tasks and seeds of both at 25, 50 and 100 trials, and their ratio with a 95 % interval by 2,000 bootstrap draws of seeds (the same for both
 * sides). With --json, finished runs are kept in DIR/<sampler>-<workers>.json and only missing ones are made.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createRng, mean, quantile } from '#math';
import * as adapter from './adapter.ts';
import { openJudge, type Runs } from './judge.ts';

const { values: args } = parseArgs({
  options: {
    judge: { type: 'string', default: process.env.ATTUNE_JUDGE_DIR ?? '../shared/hpo' },
    samplers: { type: 'string', default: 'auto,tpe,gp' },
    workers: { type: 'string', default: '4' },
    seeds: { type: 'string', default: '10' },
    'first-seed': { type: 'string', default: '0' },
    trials: { type: 'string', default: '100' },
    tasks: { type: 'string', default: '.' },
    json: { type: 'string' },
  },
});

const { tasks: chosen, runTrials, regret, scoreAt } = await openJudge(args.judge, args.tasks);
const trials = Number(args.trials);
const marks = [25, 50, 100].filter((m) => m <= trials);
const seeds = Array.from({ length: Number(args.seeds) }, (_, i) => i + Number(args['first-seed']));

async function runsOf(sampler: string, workers: number): Promise<Runs> {
  const file = args.json === undefined ? null : join(resolve(args.json), `${sampler}-${workers}.json`);
  const runs: Runs =
    file !== null && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { tasks: Runs }).tasks : {};
  for (const task of chosen) {
    const own = (runs[task.name] ??= {});
    for (const seed of seeds) {
      own[seed] ??= await runTrials(adapter, task, { seed, trials, options: { sampler, workers: String(workers) } });
    }
    if (file === null) continue;
    mkdirSync(resolve(args.json ?? '.'), { recursive: true });
    writeFileSync(file, JSON.stringify({ label: `${sampler}, ${workers} workers`, trials, tasks: runs }));
  }
  return runs;
}

/** Mean over tasks, for each seed. */
const bySeed = (runs: Runs, mark: number): number[] =>
  seeds.map((seed) => mean(chosen.map((task) => regret(task, scoreAt(runs[task.name]?.[seed]?.steps ?? [], mark)))));

const workers = Number(args.workers);
console.log(`mean normalised regret, ${chosen.length} tasks, ${seeds.length} seeds; ratio of ${workers} workers to 1`);
for (const sampler of args.samplers.split(',')) {
  const [one, many] = [await runsOf(sampler, 1), await runsOf(sampler, workers)];
  for (const mark of marks) {
    const [a, b] = [bySeed(one, mark), bySeed(many, mark)];
    const rng = createRng('bootstrap');
    const draws = Array.from({ length: 2000 }, () => {
      const picked = seeds.map(() => rng.int(0, seeds.length - 1));
      return mean(picked.map((i) => b[i] ?? NaN)) / mean(picked.map((i) => a[i] ?? NaN));
    });
    const interval = [quantile(draws, 0.025), quantile(draws, 0.975)].map((v) => v.toFixed(2)).join(' to ');
    console.log(
      `${sampler.padEnd(8)} at ${String(mark).padStart(3)}   1: ${mean(a).toFixed(3)}   ${workers}: ${mean(b).toFixed(3)}   ratio ${(mean(b) / mean(a)).toFixed(2)} (${interval})`,
    );
  }
}
