/**
 * Runs our samplers over the judge's development suite and prints their normalised regret beside Optuna's recorded runs.
 *   npm run bench:samplers -- [--judge DIR] [--samplers auto,gp,tpe] [--seeds 20] [--first-seed 0] [--trials 100] [--tasks REGEX] [--json DIR]
 * DIR holds the judge (default: ../shared/hpo beside this repository, or $ATTUNE_JUDGE_DIR). With --json, finished runs are kept in DIR/<sampler>.json and only missing
 * ones are made. The tasks named yahpo/ need onnxruntime-node.
 * Printed: mean regret at 10, 25, 50 and 100 trials (0 = best known, 1 = median of random search after 10 trials); ratios to the better of Optuna's TPE and GP
 * (task by task) and to each alone; and for every task a two-sample Mann–Whitney test of our last column against Optuna's better sampler.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { mean, normalCdf, ranks } from '#math';
import * as adapter from './adapter.ts';
import { openJudge, type Runs, type Task } from './judge.ts';

const { values: args } = parseArgs({
  options: {
    judge: { type: 'string', default: process.env.ATTUNE_JUDGE_DIR ?? '../shared/hpo' },
    samplers: { type: 'string', default: 'auto,gp,tpe' },
    seeds: { type: 'string', default: '20' },
    'first-seed': { type: 'string', default: '0' },
    trials: { type: 'string', default: '100' },
    tasks: { type: 'string', default: '.' },
    json: { type: 'string' },
  },
});

const judge = resolve(args.judge);
const { tasks: chosen, runTrials, regret, scoreAt } = await openJudge(args.judge, args.tasks);
const trials = Number(args.trials);
const marks = [10, 25, 50, 100].filter((m) => m <= trials);
const seeds = Array.from({ length: Number(args.seeds) }, (_, i) => i + Number(args['first-seed']));
const readRuns = (path: string): Runs => (JSON.parse(readFileSync(path, 'utf8')) as { tasks: Runs }).tasks;
const optuna = {
  tpe: readRuns(join(judge, 'baselines/optuna-tpe.json')),
  gp: readRuns(join(judge, 'baselines/optuna-gp.json')),
};

async function runsOf(sampler: string): Promise<Runs> {
  const file = args.json === undefined ? null : join(args.json, `${sampler}.json`);
  const runs: Runs = file !== null && existsSync(file) ? readRuns(file) : {};
  for (const task of chosen) {
    const own = (runs[task.name] ??= {});
    for (const seed of seeds) own[seed] ??= await runTrials(adapter, task, { seed, trials, options: { sampler } });
    if (file === null) continue;
    mkdirSync(resolve(args.json ?? '.'), { recursive: true });
    writeFileSync(file, JSON.stringify({ label: sampler, mode: 'trials', trials, tasks: runs }));
  }
  return runs;
}

const regrets = (runs: Runs, task: Task, mark: number): number[] =>
  Object.values(runs[task.name] ?? {}).map((run) => regret(task, scoreAt(run.steps, mark)));
const average = (of: (task: Task, mark: number) => number): number[] =>
  marks.map((mark) => mean(chosen.map((task) => of(task, mark))));
const cells = (values: readonly number[]): string => values.map((v) => v.toFixed(3).padStart(7)).join('');

/** Two-sided p of the Mann–Whitney test, by the normal approximation with the correction for ties, and whether the ranks of `a` are the lower ones. */
function mannWhitney(a: readonly number[], b: readonly number[]): { p: number; isLower: boolean } {
  const all = [...a, ...b];
  const r = ranks(all);
  const n = all.length;
  const u = r.slice(0, a.length).reduce((s, v) => s + v, 0) - (a.length * (a.length + 1)) / 2;
  const counts = new Map<number, number>();
  for (const v of all) counts.set(v, (counts.get(v) ?? 0) + 1);
  const ties = [...counts.values()].reduce((s, t) => s + t ** 3 - t, 0) / (n * (n - 1));
  const sd = Math.sqrt(((a.length * b.length) / 12) * (n + 1 - ties));
  const z = sd === 0 ? 0 : (u - (a.length * b.length) / 2) / sd;
  return { p: 2 * normalCdf(-Math.abs(z)), isLower: z < 0 };
}

const last = marks.at(-1) ?? trials;
const better = (task: Task, mark: number): number =>
  Math.min(mean(regrets(optuna.gp, task, mark)), mean(regrets(optuna.tpe, task, mark)));
console.log(`mean normalised regret at ${marks.join(', ')} trials, ${chosen.length} tasks`);
for (const [name, runs] of Object.entries(optuna)) {
  console.log(`optuna-${name}`.padEnd(34) + cells(average((t, m) => mean(regrets(runs, t, m)))));
}
const target = average(better);
console.log('better of the two, task by task'.padEnd(34) + cells(target));

for (const sampler of args.samplers.split(',')) {
  const runs = await runsOf(sampler);
  const ours = average((t, m) => mean(regrets(runs, t, m)));
  const ratio = (to: readonly number[]): string => cells(ours.map((v, i) => v / (to[i] ?? NaN)));
  const ask = mean(Object.values(runs).flatMap((of) => Object.values(of).map((run) => run.askMs.median)));
  console.log(`\nattune ${sampler}, ${seeds.length} seeds, median ask ${ask.toFixed(1)} ms`.padEnd(35) + cells(ours));
  console.log('  / better of the two'.padEnd(34) + ratio(target));
  for (const [name, theirs] of Object.entries(optuna)) {
    console.log(`  / optuna-${name}`.padEnd(34) + ratio(average((t, m) => mean(regrets(theirs, t, m)))));
  }
  for (const task of chosen) {
    const own = regrets(runs, task, last);
    const theirs = [optuna.gp, optuna.tpe]
      .map((o) => regrets(o, task, last))
      .reduce((a, b) => (mean(b) < mean(a) ? b : a));
    const { p, isLower } = mannWhitney(own, theirs);
    const verdict = p > 0.05 ? 'no difference' : isLower ? 'better' : 'WORSE';
    console.log(
      `  ${task.name.padEnd(32)}${cells(marks.map((m) => mean(regrets(runs, task, m))))}   at ${last}: theirs ${mean(theirs).toFixed(3)}  p ${p.toFixed(3)}  ${verdict}`,
    );
  }
}
