/** The tuning judge's parts that the benches use: its tasks, how a run is made, how it is scored. It is plain JavaScript; its README says what they mean. */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Run {
  readonly steps: readonly number[];
  readonly askMs: { readonly median: number };
}
export interface Task {
  readonly name: string;
  readonly reference?: unknown;
}
/** By task, then seed. */
export type Runs = Record<string, Record<string, Run>>;

export interface Judge {
  readonly tasks: readonly Task[];
  readonly runTrials: (optimizer: unknown, task: Task, options: object) => Promise<Run>;
  readonly regret: (task: Task, score: number) => number;
  readonly scoreAt: (steps: readonly number[], x: number) => number;
}

/** From the judge's folder; only the tasks that have a reference and match the pattern. */
export async function openJudge(folder: string, pattern: string): Promise<Judge> {
  const load = (path: string): Promise<unknown> => import(pathToFileURL(join(resolve(folder), path)).href);
  // As the files of that folder export them.
  const { tasks } = (await load('tasks.mjs')) as Pick<Judge, 'tasks'>;
  const { runTrials } = (await load('lib/runs.mjs')) as Pick<Judge, 'runTrials'>;
  const { regret, scoreAt } = (await load('lib/scoring.mjs')) as Pick<Judge, 'regret' | 'scoreAt'>;
  const chosen = tasks.filter(({ name, reference }) => reference !== undefined && new RegExp(pattern).test(name));
  return { tasks: chosen, runTrials, regret, scoreAt };
}
