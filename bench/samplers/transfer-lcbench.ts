/**
 * What earlier studies bring: each LCBench task of the judge, with 50 random trials of each of the other tasks as history, and with the same history inverted.
 *   npx tsx bench/samplers/transfer-lcbench.ts [--seeds 5] [--trials 40] [--judge DIR]      needs onnxruntime-node
 * Printed: normalised regret (0 = best known, 1 = median of random search after 10 trials) of `gp` without history, and the ratios with it, at 10, 25 and 40 trials.
 */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { mean } from '#math';
import { createStudy } from '#study';
import { toJudge, toSpace, type Setup } from './adapter.ts';

const { values: args } = parseArgs({
  options: {
    judge: { type: 'string', default: process.env.ATTUNE_JUDGE_DIR ?? '../shared/hpo' },
    seeds: { type: 'string', default: '5' },
    trials: { type: 'string', default: '40' },
  },
});

interface Task {
  readonly name: string;
  readonly params: Setup['params'];
  readonly direction: 'minimize' | 'maximize';
  readonly evaluate: (params: unknown, at: { seed: number; run: object }) => Promise<number>;
}
const load = (path: string): Promise<unknown> => import(pathToFileURL(join(resolve(args.judge), path)).href);
// The judge is plain JavaScript; these are the parts of it that are used here.
const { tasks } = (await load('tasks.mjs')) as { tasks: readonly Task[] };
const { regret } = (await load('lib/scoring.mjs')) as { regret: (task: Task, score: number) => number };

const HISTORY = 50;
const chosen = tasks.filter(({ name }) => name.startsWith('yahpo/lcbench'));
const marks = [10, 25, 40].filter((m) => m <= Number(args.trials));
type Kind = 'without' | 'with' | 'inverted';

async function random(task: Task, seed: number, sign: 1 | -1) {
  const space = toSpace(task.params);
  const objectives = { score: task.direction } as const;
  const study = await createStudy({ name: task.name, space, objectives, sampler: 'random', seed });
  for (let n = 0; n < HISTORY; n++) {
    const trial = await study.ask();
    await study.tell(trial, { score: sign * (await task.evaluate(toJudge(trial.params), { seed, run: {} })) });
  }
  return study;
}

async function search(task: Task, seed: number, kind: Kind): Promise<number[]> {
  const others = kind === 'without' ? [] : chosen.filter((other) => other !== task);
  const from = await Promise.all(others.map((other) => random(other, 1000 + seed, kind === 'inverted' ? -1 : 1)));
  const space = toSpace(task.params);
  const objectives = { score: task.direction } as const;
  const study = await createStudy({ space, objectives, sampler: 'gp', pruner: 'none', seed, transfer: { from } });
  const reached: number[] = [];
  for (let n = 0; n < Number(args.trials); n++) {
    const trial = await study.ask();
    await study.tell(trial, { score: await task.evaluate(toJudge(trial.params), { seed, run: {} }) });
    if (marks.includes(n + 1)) reached.push(regret(task, study.best!.values.score!));
  }
  return reached;
}

const regrets: Record<Kind, number[][]> = { without: [], with: [], inverted: [] };
for (const task of chosen)
  for (let seed = 0; seed < Number(args.seeds); seed++)
    for (const kind of ['without', 'with', 'inverted'] as const) regrets[kind].push(await search(task, seed, kind));

const averages = (kind: Kind): number[] => marks.map((_, k) => mean(regrets[kind].map((r) => r[k]!)));
const show = (values: readonly number[]): string => values.map((v) => v.toFixed(3).padStart(8)).join('');
const plain = averages('without');
console.log(`${chosen.length} tasks, ${args.seeds} seeds, at ${marks.join(', ')} trials`);
console.log(`without          ${show(plain)}`);
for (const kind of ['with', 'inverted'] as const)
  console.log(`${kind.padEnd(9)} / without${show(averages(kind).map((v, k) => v / plain[k]!))}`);
