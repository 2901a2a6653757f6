/**
 * What each ingredient of `gp` and `tpe` brings: one is taken away, or replaced by the plain choice, and the same seeds run again.
 *   npm run bench:ablation -- [--judge DIR] [--variants REGEX] [--tasks REGEX] [--seeds 10] [--first-seed 0] [--trials 50] [--json DIR]
 * The variants of gp are put together here from the pieces of #models that gp.ts uses, for one objective and no failures; "gp" itself runs beside "gp, put
 * together", and both must find the same. With --json, finished runs are kept in DIR and only missing ones are made.
 * Printed: mean normalised regret at 10, 25, 50, 100 trials, and the mean difference to the whole, paired by seed, ± its standard error.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Sampler } from '#core';
import { argsort, clipUpper, mean, standardise } from '#math';
import {
  emptyMemory,
  logPriors,
  DEFAULT_PRIORS,
  GaussianProcess,
  maximise,
  pointSpaceOf,
  readHistory,
  type SearchOptions,
  surrogate,
  type SurrogateMemory,
} from '#models';
import { gp, tpe } from '#samplers';
import { improvement, normalised } from '../../src/samplers/gp.ts';
import { Bench, type Setup } from './adapter.ts';
import { openJudge } from './judge.ts';

const { values: args } = parseArgs({
  options: {
    judge: { type: 'string', default: process.env.ATTUNE_JUDGE_DIR ?? '../shared/hpo' },
    variants: { type: 'string', default: '.' },
    tasks: { type: 'string', default: '.' },
    seeds: { type: 'string', default: '10' },
    'first-seed': { type: 'string', default: '0' },
    trials: { type: 'string', default: '50' },
    json: { type: 'string' },
  },
});

interface Parts {
  /** Trials before the model decides. */
  readonly start?: number;
  /** The first in the middle of the space. */
  readonly middle?: boolean;
  readonly transform?: (losses: Float64Array) => Float64Array;
  readonly optimism?: number;
  /** Observations up to which there is optimism. */
  readonly trusting?: number;
  /** Share of the noise variance that counts in the expected improvement. */
  readonly noise?: number;
  readonly search?: SearchOptions;
  /** θ by maximum a posteriori; else the centre of its prior. */
  readonly fit?: boolean;
  readonly warpSd?: number;
  /** Points nearer to an earlier one than this are refused. */
  readonly apart?: number;
  /** So many last trials of the planned ones go where the mean is lowest. */
  readonly exploit?: number;
}

/** `gp` for one objective without failures; defaults are its own. */
function assembled({
  start = 4,
  middle = true,
  transform = normalised,
  optimism = 1,
  trusting = 25,
  noise: share = 1,
  search = {},
  fit = true,
  warpSd = DEFAULT_PRIORS.warpSd,
  apart = 0,
  exploit = 0,
}: Parts = {}): Sampler {
  const memory: SurrogateMemory = emptyMemory();
  const priors = { ...DEFAULT_PRIORS, warpSd };
  const shifted = (losses: Float64Array): Float64Array => {
    const shift = optimism * Math.min(1, Math.max(0, 2 - losses.length / trusting));
    return transform(losses).map((v) => v + shift);
  };
  return {
    name: 'gp',
    suggest({ space, objectives, trials, number, rng, hints }) {
      const points = pointSpaceOf(space);
      const { observations, isKnown, distinct } = readHistory(space, objectives, trials);
      if (trials.length < start) {
        return { params: points.decode(number === 0 && middle ? points.start(rng) : points.uniform(rng)) };
      }
      const X = observations.map((o) => o.point);
      const losses = Float64Array.from(observations, (o) => o.losses[0]!);
      const y = shifted(losses);
      const best = y.reduce((a, b) => Math.min(a, b));
      const model = fit
        ? surrogate(points.axes, X, losses, shifted, memory, { priors })
        : atThePrior(points.axes, X, y);
      const { score, ...more } = improvement(model, { best, noise: share * model.noise });
      const parents = argsort(losses)
        .slice(0, 10)
        .map((i) => X[i]!);
      const isNear = (p: Float64Array): boolean => distinct.some((q) => points.distance(p, q) < apart * apart);
      const isRefused = apart === 0 ? isKnown : (p: Float64Array): boolean => isKnown(p) || isNear(p);
      const found =
        number >= (hints.trials ?? Infinity) - exploit
          ? maximise(points, (some) => model.predictAll(some, 0).map((p) => -p.mean), parents, isRefused, rng, search)
          : maximise(points, score, parents, isRefused, rng, { ...more, ...search });
      return { params: points.decode(found?.point ?? points.uniform(rng)) };
    },
  };
}

function atThePrior(axes: GaussianProcess['axes'], X: readonly Float64Array[], y: Float64Array): GaussianProcess {
  const theta = Float64Array.from(logPriors(axes.length, DEFAULT_PRIORS), (p) => p.mean);
  const model = new GaussianProcess(axes, theta);
  model.add(X);
  model.setTargets(y);
  return model;
}

/** An ensemble: each trial by the next of the samplers. */
const inTurn = (...members: readonly Sampler[]): Sampler => ({
  name: 'in turn',
  suggest: (context) => members[context.number % members.length]!.suggest(context),
});

const VARIANTS: Readonly<Record<string, () => Sampler>> = {
  gp: () => gp(),
  'gp, put together': () => assembled(),
  'gp: ten trials to start with': () => assembled({ start: 10 }),
  'gp: first trial at random': () => assembled({ middle: false }),
  'gp: losses standardised only': () => assembled({ transform: (losses) => standardise(clipUpper(losses, 10)) }),
  'gp: no optimism': () => assembled({ optimism: 0 }),
  'gp: optimism for twice as long': () => assembled({ trusting: 50 }),
  'gp: noise not in EI': () => assembled({ noise: 0 }),
  'gp: θ at its prior': () => assembled({ fit: false }),
  'gp: no warp': () => assembled({ warpSd: 0 }),
  'gp: no recombinations': () => assembled({ search: { recombinations: 0 } }),
  'gp: uniform points only, one climb': () =>
    assembled({ search: { mutants: 0, recombinations: 0, uniform: 550, climbs: 1 } }),
  'gp: points 0.02 apart': () => assembled({ apart: 0.02 }),
  'gp: the last five exploit': () => assembled({ exploit: 5 }),
  'gp: every fourth trial by tpe': () => inTurn(gp(), gp(), gp(), tpe()),
  tpe: () => tpe(),
  'tpe: ten trials to start with': () => tpe({ startTrials: 10 }),
  'tpe: 24 candidates': () => tpe({ candidates: 24 }),
  'tpe: γ 0.1': () => tpe({ gamma: 0.1 }),
  'tpe: γ 0.4': () => tpe({ gamma: 0.4 }),
};

type Regrets = Record<string, Record<string, number[]>>; // by task, then seed; at each mark

const { tasks: chosen, runTrials, regret, scoreAt } = await openJudge(args.judge, args.tasks);
const trials = Number(args.trials);
const marks = [10, 25, 50, 100].filter((m) => m <= trials);
const seeds = Array.from({ length: Number(args.seeds) }, (_, i) => i + Number(args['first-seed']));

async function regretsOf(name: string, create: () => Sampler): Promise<Regrets> {
  const file = args.json === undefined ? null : join(args.json, `${name.replaceAll(/[^a-z0-9]+/gi, '-')}.json`);
  // Written below by this program.
  const all = (file !== null && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) as Regrets;
  for (const seed of seeds) {
    for (const task of chosen) {
      const own = (all[task.name] ??= {});
      if (own[seed] !== undefined) continue;
      const adapter = { create: (setup: Setup) => new Bench({ ...setup, options: { pruner: 'none' } }, create()) };
      const { steps } = await runTrials(adapter, task, { seed, trials, options: {} });
      own[seed] = marks.map((mark) => regret(task, scoreAt(steps, mark)));
    }
    if (file === null) continue;
    mkdirSync(resolve(args.json ?? '.'), { recursive: true });
    writeFileSync(`${file}.part`, JSON.stringify(all));
    renameSync(`${file}.part`, file);
  }
  return all;
}

/** Of a mean over tasks of means over seeds. */
function summary(values: readonly (readonly number[])[]): { mean: number; error: number } {
  const errors = values.map((v) => {
    const centre = mean(v);
    return v.reduce((sum, x) => sum + (x - centre) ** 2, 0) / (v.length * Math.max(1, v.length - 1));
  });
  return { mean: mean(values.map((v) => mean(v))), error: Math.sqrt(errors.reduce((a, b) => a + b)) / values.length };
}

console.log(
  `mean normalised regret at ${marks.join(', ')} trials; ${chosen.length} tasks, ${seeds.length} seeds; difference to the whole`,
);
const wholes = new Map<string, Regrets>();
for (const [name, create] of Object.entries(VARIANTS)) {
  const family = name.split(/[:,]/)[0]!;
  if (name !== family && !new RegExp(args.variants).test(name)) continue;
  const all = await regretsOf(name, create);
  const whole = wholes.get(family) ?? all;
  wholes.set(family, whole);
  const cells = marks.map((_, m) => {
    const own = chosen.map((t) => seeds.map((s) => all[t.name]![s]![m]!));
    const apart = chosen.map((t) => seeds.map((s) => all[t.name]![s]![m]! - whole[t.name]![s]![m]!));
    const { mean: difference, error } = summary(apart);
    const change = all === whole ? '' : ` ${difference >= 0 ? '+' : ''}${difference.toFixed(3)} ± ${error.toFixed(3)}`;
    return `${summary(own).mean.toFixed(3)}${change}`.padEnd(24);
  });
  console.log(name.padEnd(36) + cells.join(''));
}
