/**
 * How well and how fast the inner search of `gp` maximises its expected improvement, without the noise of regret: states of gp runs on the judge's suite after
 * 30, 50, 75 and 99 trials, and 250 uniform points of a bowl of 8 floats.
 *   npm run bench:inner-search -- [--judge DIR] [--tasks REGEX] [--seeds 2] [--repeats 6]
 * Printed for each search: how much of the log EI is missing to the best that a search with 9,000 points and 20 climbs found, mean over states and repeats, with
 * ms of processor time and the number of points scored. The searches run in turn on each state.
 */
import { parseArgs } from 'node:util';
import type { Objective, TrialRecord } from '#core';
import { argsort, createRng, mean } from '#math';
import { emptyMemory, maximise, pointSpaceOf, readHistory, type Score, type SearchOptions, surrogate } from '#models';
import { gp } from '#samplers';
import { float, type Space, space } from '#space';
import { improvement, normalised } from '../../src/samplers/gp.ts';
import { Bench, type Setup } from './adapter.ts';
import { openJudge } from './judge.ts';

const { values: args } = parseArgs({
  options: {
    judge: { type: 'string', default: process.env.ATTUNE_JUDGE_DIR ?? '../shared/hpo' },
    tasks: { type: 'string', default: '.' },
    seeds: { type: 'string', default: '2' },
    repeats: { type: 'string', default: '6' },
  },
});

const SEARCHES: Readonly<Record<string, SearchOptions>> = {
  'as it is': {},
  'two rounds': { rounds: 2 },
  'four climbs': { climbs: 4 },
  'four climbs, two rounds': { climbs: 4, rounds: 2 },
  'two thirds of the points': { uniform: 100, mutants: 80, recombinations: 150 },
  '1.4 times the points': { uniform: 200, mutants: 150, recombinations: 300 },
};
const THOROUGH: SearchOptions = { uniform: 3000, mutants: 2000, recombinations: 4000, climbs: 20, rounds: 3 };
const MARKS = [30, 50, 75, 99];

interface State {
  readonly group: string;
  readonly space: Space;
  readonly objectives: readonly Objective[];
  readonly trials: readonly TrialRecord[];
}

/** A run of gp, and what it knew at each mark. */
async function statesOf(judge: Awaited<ReturnType<typeof openJudge>>, task: object, seed: number): Promise<State[]> {
  const states: State[] = [];
  const create = (setup: Setup): unknown => {
    const bench = new Bench({ ...setup, options: { pruner: 'none' } }, gp());
    return {
      ask() {
        const { space: searched, objectives, trials } = bench;
        const n = trials.length;
        if (MARKS.includes(n)) states.push({ group: String(n), space: searched, objectives, trials: [...trials] });
        return bench.ask();
      },
      tell: (id: number, value: number) => bench.tell(id, value),
    };
  };
  const trials = Math.max(...MARKS) + 1;
  await judge.runTrials({ describe: () => ({ label: 'gp' }), create }, task as never, { seed, trials, options: {} });
  return states;
}

/** Uniform points of a bowl of 8 floats. */
function bowl(seed: number, points: number): State {
  const names = Array.from({ length: 8 }, (_, i) => `x${i}`);
  const rng = createRng(seed);
  const trials = Array.from({ length: points }, (_, number): TrialRecord => {
    const params = Object.fromEntries(names.map((name) => [name, 10 * rng.float() - 5]));
    const loss = names.reduce((sum, name, i) => sum + (params[name]! - i / 4) ** 2, 0);
    const whole = {
      createdAt: 0,
      startedAt: 0,
      endedAt: 0,
      measurements: [],
      attempt: 1,
      attributes: {},
      suggestedBy: null,
    };
    return { ...whole, number, params, state: 'complete', values: { loss } };
  });
  const box = space(Object.fromEntries(names.map((name) => [name, float(-5, 5)])));
  return { group: `bowl, ${points}`, space: box, objectives: [{ name: 'loss', direction: 'minimize' }], trials };
}

/** What gp maximises in a state. */
function prepare({ space: searched, objectives, trials }: State) {
  const points = pointSpaceOf(searched);
  const { observations, isKnown } = readHistory(searched, objectives, trials);
  const X = observations.map((o) => o.point);
  const losses = Float64Array.from(observations, (o) => o.losses[0]!);
  const model = surrogate(points.axes, X, losses, normalised, emptyMemory());
  const best = normalised(losses).reduce((a, b) => Math.min(a, b));
  const { score, ...more } = improvement(model, { best, noise: model.noise });
  const parents = argsort(losses)
    .slice(0, 10)
    .map((i) => X[i]!);
  let scored = 0;
  const counted: Score = (some, least) => {
    scored += some.length;
    return score(some, least);
  };
  return (options: SearchOptions, seed: number) => {
    scored = 0;
    const before = process.cpuUsage();
    const found = maximise(points, counted, parents, isKnown, createRng(seed), { ...more, ...options });
    const { user, system } = process.cpuUsage(before);
    return { logEi: found?.score ?? -Infinity, ms: (user + system) / 1000, scored };
  };
}

const judge = await openJudge(args.judge, args.tasks);
const states = [1, 2, 3].map((seed) => bowl(seed, 250));
for (const task of judge.tasks) {
  for (let seed = 0; seed < Number(args.seeds); seed++) states.push(...(await statesOf(judge, task, seed)));
}

interface Row {
  readonly search: string;
  readonly group: string;
  readonly missing: number;
  readonly ms: number;
  readonly scored: number;
}
const rows = states.flatMap((state): Row[] => {
  const run = prepare(state);
  const { logEi: most } = run(THOROUGH, 0);
  return Array.from({ length: Number(args.repeats) }, (_, repeat) =>
    Object.entries(SEARCHES).map(([search, options]) => {
      const { logEi, ms, scored } = run(options, 1 + repeat);
      return { search, group: state.group, missing: most - logEi, ms, scored };
    }),
  ).flat();
});

console.log(`${states.length} states, ${args.repeats} repeats: log EI missing, ms of processor time, points scored`);
for (const search of Object.keys(SEARCHES)) {
  const cells = [...new Set(rows.map(({ group }) => group))].map((group) => {
    const of = rows.filter((row) => row.search === search && row.group === group);
    const average = (key: 'missing' | 'ms' | 'scored'): number => mean(of.map((row) => row[key]));
    return `  n ${group}: ${average('missing').toFixed(3)}  ${average('ms').toFixed(1)} ms  ${average('scored').toFixed(0)}`;
  });
  console.log(`${search.padEnd(26)}${cells.join('')}`);
}
