/**
 * Several objectives: hypervolume of our samplers and of Optuna's NSGA-II and multi-objective TPE, in the same run.
 *   npm run bench:objectives -- [--samplers gp,tpe,random] [--optuna nsga2,tpe] [--seeds 10] [--first-seed 0] [--trials 100] [--problems REGEX]
 *     [--judge DIR] [--json FILE]
 * Problems: ZDT1–3 (Zitzler, Deb & Thiele 2000, Evol. Comput. 8) and DTLZ2 with three and four objectives (Deb et al. 2002, CEC), six variables each; and, where the
 * judge's data and onnxruntime-node are present, YAHPO surrogates of real trainings (lcbench: accuracy against seconds; rbv2_rpart: accuracy against seconds, and
 * against seconds and memory). DIR is the judge's folder (default ../shared/hpo, or $ATTUNE_JUDGE_DIR). Optuna is Debian's python3-optuna ($PYTHON, default
 * /usr/bin/python3), left out with a sentence where it is missing. With --json, finished runs are kept in FILE.
 * Printed: share of the best hypervolume that is still missing after 25, 50 and 100 trials, mean over seeds. The best is exact for the test functions, and what all runs
 * found together for the surrogates. The reference point is stated with each problem; for surrogates it is the 90 % quantile of 1,000 random configurations.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { hypervolume } from '#analysis';
import { createRng, mean, quantile } from '#math';
import { sampleUniform } from '#space';
import { create, type Setup, toJudge, toSpace } from './adapter.ts';

const { values: args } = parseArgs({
  options: {
    judge: { type: 'string', default: process.env.ATTUNE_JUDGE_DIR ?? '../shared/hpo' },
    samplers: { type: 'string', default: 'gp,tpe,random' },
    optuna: { type: 'string', default: 'nsga2,tpe' },
    seeds: { type: 'string', default: '10' },
    'first-seed': { type: 'string', default: '0' },
    trials: { type: 'string', default: '100' },
    problems: { type: 'string', default: '.' },
    json: { type: 'string' },
  },
});
const judge = resolve(args.judge);
const trials = Number(args.trials);
const marks = [25, 50, 100].filter((mark) => mark <= trials);

type Params = Setup['params'];
type Values = Readonly<Record<string, unknown>>;
interface Problem {
  readonly name: string;
  readonly params: Params;
  readonly directions: readonly ('minimize' | 'maximize')[];
  readonly evaluate: (params: Values) => number[] | Promise<number[]>;
  /** In losses. */
  readonly reference: readonly number[];
  /** Null: what all runs found together. */
  readonly best: number | null;
}

const cube = (d: number): Params =>
  Array.from({ length: d }, (_, i) => ({ name: `x${i}`, kind: 'float', low: 0, high: 1, log: false, choices: [] }));
const numbers = (params: Values): number[] => Object.values(params).map(Number);

/** f1 = x0, f2 = g h(f1 / g), g = 1 + 9 mean of the rest. */
function zdt(name: string, h: (f1: number, g: number) => number): Problem {
  const reference = [1.1, 6];
  const steps = 20_000;
  const front = Array.from({ length: steps + 1 }, (_, i) => [i / steps, h(i / steps, 1)]);
  return {
    name,
    params: cube(6),
    directions: ['minimize', 'minimize'],
    evaluate(params) {
      const [x0 = 0, ...rest] = numbers(params);
      const g = 1 + 9 * mean(rest);
      return [x0, g * h(x0, g)];
    },
    reference,
    best: hypervolume(front, reference),
  };
}

function dtlz2(objectives: number): Problem {
  const d = 6;
  const edge = 2;
  const ball = objectives === 3 ? Math.PI / 6 : Math.PI ** 2 / 32; // the part of the unit ball with positive coordinates
  return {
    name: `dtlz2-${objectives}`,
    params: cube(d),
    directions: Array.from({ length: objectives }, () => 'minimize' as const),
    evaluate(params) {
      const x = numbers(params);
      const g = x.slice(objectives - 1).reduce((sum, v) => sum + (v - 0.5) ** 2, 0);
      return Array.from({ length: objectives }, (_, k) => {
        let f = 1 + g;
        for (let j = 0; j < objectives - 1 - k; j++) f *= Math.cos((x[j]! * Math.PI) / 2);
        return k === 0 ? f : f * Math.sin((x[objectives - 1 - k]! * Math.PI) / 2);
      });
    },
    reference: new Array<number>(objectives).fill(edge),
    best: edge ** objectives - ball,
  };
}

interface Scenario {
  readonly params: Params;
  readonly meta: {
    readonly cat: readonly string[];
    readonly cont: readonly string[];
    readonly y: readonly string[];
    readonly minimize: readonly boolean[];
    readonly instance: string;
    readonly maxFidelity: Values;
  };
}
interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: object): Promise<Record<string, { readonly data: Float32Array }>>;
}
interface Runtime {
  readonly InferenceSession: { create(path: string, options: object): Promise<Session> };
  readonly Tensor: new (type: string, data: Int32Array | Float32Array, shape: readonly number[]) => object;
}

/** Several targets of a YAHPO surrogate; the judge's own loader answers one. */
async function surrogates(): Promise<Problem[]> {
  if (!existsSync(join(judge, 'lib/yahpo.mjs'))) {
    console.log(`no judge at ${judge}: test functions only`);
    return [];
  }
  const runtime = createRequire(import.meta.url)('onnxruntime-node') as Runtime; // the parts of it that are used here
  const { openScenario } = (await import(pathToFileURL(join(judge, 'lib/yahpo.mjs')).href)) as {
    openScenario: (dir: string, name: string) => Scenario;
  };
  const data = join(judge, 'data');
  const open = async (name: string, instance: string, targets: readonly string[]): Promise<Problem> => {
    const { params, meta } = openScenario(data, name);
    const dir = join(data, 'yahpo', name);
    const encoding = JSON.parse(readFileSync(join(dir, 'encoding.json'), 'utf8')) as Record<
      string,
      Record<string, number>
    >;
    const session = await runtime.InferenceSession.create(join(dir, 'model.onnx'), {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
    });
    const at = targets.map((target) => meta.y.indexOf(target));
    const evaluate = async (given: Values): Promise<number[]> => {
      const full: Values = { ...given, [meta.instance]: instance, ...meta.maxFidelity };
      const xCat = Int32Array.from(
        meta.cat,
        (key) => encoding[key]?.[typeof full[key] === 'string' ? full[key] : '#na#'] ?? 0,
      );
      const xCont = Float32Array.from(meta.cont, (key) => Number(full[key] ?? 0));
      const out = await session.run({
        x_cat: new runtime.Tensor('int32', xCat, [1, xCat.length]),
        x_cont: new runtime.Tensor('float32', xCont, [1, xCont.length]),
      });
      const row = out[session.outputNames[0]!]!.data;
      return at.map((i) => row[i]!);
    };
    const directions = at.map((i) => (meta.minimize[i] === true ? ('minimize' as const) : ('maximize' as const)));
    const space = toSpace(params);
    const rng = createRng(`reference of ${name}`);
    const draws: number[][] = [];
    for (let i = 0; i < 1000; i++) draws.push(await evaluate(toJudge(sampleUniform(space, rng))));
    const reference = directions.map((direction, k) =>
      quantile(
        draws.map((row) => (direction === 'minimize' ? row[k]! : -row[k]!)),
        0.9,
      ),
    );
    return {
      name: `${name}/${instance} ${targets.join(', ')}`,
      params,
      directions,
      evaluate,
      reference,
      best: null,
    };
  };
  return [
    await open('lcbench', '167168', ['val_accuracy', 'time']),
    await open('lcbench', '126026', ['val_cross_entropy', 'time']),
    await open('rbv2_rpart', '1067', ['acc', 'timetrain']),
    await open('rbv2_rpart', '14', ['acc', 'timetrain', 'memory']),
  ];
}

const problems = [
  zdt('zdt1', (f1, g) => 1 - Math.sqrt(f1 / g)),
  zdt('zdt2', (f1, g) => 1 - (f1 / g) ** 2),
  zdt('zdt3', (f1, g) => 1 - Math.sqrt(f1 / g) - (f1 / g) * Math.sin(10 * Math.PI * f1)),
  dtlz2(3),
  dtlz2(4),
  ...(await surrogates()),
].filter(({ name }) => new RegExp(args.problems).test(name));

interface Adapter {
  create(setup: Setup): Player | Promise<Player>;
  shutdown?(): void;
}
interface Player {
  ask(): Answer | Promise<Answer>;
  tell(id: number, value: readonly number[]): unknown;
}
interface Answer {
  readonly id: number;
  readonly params: Values;
}

async function optunaAdapter(): Promise<Adapter | null> {
  process.env.PYTHON ??= '/usr/bin/python3';
  try {
    const adapter = (await import(pathToFileURL(join(judge, 'adapters/optuna.mjs')).href)) as Adapter & {
      describe(options: object): Promise<{ readonly versions: { readonly optuna: string } }>;
    };
    const { versions } = await adapter.describe({});
    console.log(`Optuna ${versions.optuna}`);
    return adapter;
  } catch (error) {
    console.log(`without Optuna: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

const optuna = args.optuna === '' ? null : await optunaAdapter();
const players = [
  ...args.samplers.split(',').map((sampler) => ({ label: sampler, sampler, adapter: { create } })),
  ...(optuna === null ? [] : args.optuna.split(',')).map((sampler) => ({
    label: `optuna-${sampler}`,
    sampler,
    adapter: optuna!,
  })),
];

/** Losses of every trial, by problem, player and seed. */
type Runs = Record<string, Record<string, Record<string, number[][]>>>;
const runs: Runs =
  args.json !== undefined && existsSync(args.json) ? (JSON.parse(readFileSync(args.json, 'utf8')) as Runs) : {};
const askMs = new Map<string, number[]>();
const seeds = Array.from({ length: Number(args.seeds) }, (_, i) => i + Number(args['first-seed']));

for (const problem of problems) {
  for (const { label, sampler, adapter } of players) {
    const own = ((runs[problem.name] ??= {})[label] ??= {});
    for (const seed of seeds) {
      if (own[seed] !== undefined) continue;
      const { params, directions } = problem;
      const player = await adapter.create({ params, directions, seed, trials, options: { sampler } });
      const losses: number[][] = [];
      for (let i = 0; i < trials; i++) {
        const start = performance.now();
        const { id, params: asked } = await player.ask();
        const times = askMs.get(label) ?? [];
        askMs.set(label, times);
        times.push(performance.now() - start);
        const values = await problem.evaluate(asked);
        await player.tell(id, values);
        losses.push(values.map((v, k) => (directions[k] === 'minimize' ? v : -v)));
      }
      own[seed] = losses;
    }
    if (args.json !== undefined) writeFileSync(args.json, JSON.stringify(runs));
  }
}
optuna?.shutdown?.();

const cells = (values: readonly number[]): string => values.map((v) => v.toFixed(4).padStart(9)).join('');
const missing = new Map<string, number[][]>(); // by player, [problem][mark]
console.log(
  `share of the best hypervolume still missing after ${marks.join(', ')} trials, mean of ${seeds.length} seeds`,
);
for (const { name, reference, best } of problems) {
  const all = players.flatMap(({ label }) => seeds.flatMap((seed) => runs[name]![label]![seed]!));
  const most = best ?? hypervolume(all, reference);
  console.log(
    `\n${name}   reference ${reference.map((v) => v.toPrecision(4)).join(', ')}   best ${most.toPrecision(6)}`,
  );
  for (const { label } of players) {
    const means = marks.map((mark) =>
      mean(seeds.map((seed) => 1 - hypervolume(runs[name]![label]![seed]!.slice(0, mark), reference) / most)),
    );
    missing.set(label, [...(missing.get(label) ?? []), means]);
    console.log(`  ${label.padEnd(18)}${cells(means)}`);
  }
}

const [first, ...others] = players.map(({ label }) => label);
console.log(`\n${first} / other: geometric mean over problems of the ratios of what is missing; median ask`);
for (const label of [first!, ...others]) {
  const ratios = marks.map((_, m) =>
    Math.exp(mean(missing.get(first!)!.map((means, p) => Math.log(means[m]! / missing.get(label)![p]![m]!)))),
  );
  console.log(`  ${label.padEnd(18)}${cells(ratios)}   ${quantile(askMs.get(label) ?? [NaN], 0.5).toFixed(1)} ms`);
}
