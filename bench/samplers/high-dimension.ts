/**
 * Many dimensions: how low each sampler gets on functions of 20 and 50 floats, whose optimum is moved at random, and whether a trust region helps `gp`.
 *   npm run bench:high-dimension -- [--problems REGEX] [--samplers gp,gp+trust,tpe,cmaEs,random] [--trials 200] [--seeds 3] [--first-seed 0]
 * `gp+trust` is gp's model and acquisition inside the box of TuRBO-1 (Eriksson et al. 2019, arXiv:1910.01739, §3): sides in proportion to the length scales around
 * the best trial, doubled after 3 trials in a row that improve and halved after d that do not, and back to its first length below the least.
 * Printed: mean of the best value after a quarter, half and all of the trials, and its mean rank among the samplers.
 */
import { parseArgs } from 'node:util';
import type { Sampler } from '#core';
import { argsort, createRng, mean, ranks } from '#math';
import { emptyMemory, maximise, pointSpaceOf, readHistory, surrogate, type SurrogateMemory } from '#models';
import { improvement, normalised } from '../../src/samplers/gp.ts';
import { Bench } from './adapter.ts';

const { values: args } = parseArgs({
  options: {
    problems: { type: 'string', default: '.' },
    samplers: { type: 'string', default: 'gp,gp+trust,tpe,cmaEs,random' },
    trials: { type: 'string', default: '200' },
    seeds: { type: 'string', default: '3' },
    'first-seed': { type: 'string', default: '0' },
  },
});

type Objective = (x: readonly number[]) => number;

/** Ackley 1987 on a width of 15, minimum 0 at 0. */
const ackley: Objective = (u) => {
  const x = u.map((v) => 15 * v);
  const square = mean(x.map((v) => v * v));
  const wave = mean(x.map((v) => Math.cos(2 * Math.PI * v)));
  return 20 - 20 * Math.exp(-0.2 * Math.sqrt(square)) + Math.E - Math.exp(wave);
};
/** Levy (Laguna & Martí 2005) on a width of 20, minimum 0 at 0 here. */
const levy: Objective = (u) => {
  const w = u.map((v) => 1 + 5 * v);
  const last = w.at(-1)!;
  const between = w.slice(0, -1).map((v) => (v - 1) ** 2 * (1 + 10 * Math.sin(Math.PI * v + 1) ** 2));
  return (
    Math.sin(Math.PI * w[0]!) ** 2 +
    between.reduce((a, b) => a + b, 0) +
    (last - 1) ** 2 * (1 + Math.sin(2 * Math.PI * last) ** 2)
  );
};
/** Six of the coordinates matter, each less than the one before. */
const few: Objective = (u) =>
  u.slice(0, 6).reduce((sum, v, i) => sum + (6 - i) * (v * v + 0.05 * (1 - Math.cos(12 * v))), 0);

const PROBLEMS: Readonly<Record<string, readonly [Objective, dimensions: number]>> = {
  'ackley, 20': [ackley, 20],
  'levy, 20': [levy, 20],
  'levy, 50': [levy, 50],
  'six of 50': [few, 50],
};

const START = 4;
const LENGTH = { first: 0.8, most: 1.6, least: 2 ** -7 };
const SUCCESSES = 3;
const WORTHWHILE = 1e-3;

/** The length of the box after these losses, in the order of their trials. */
function boxLength(losses: Float64Array, dimensions: number): number {
  let { first: length } = LENGTH;
  let [successes, failures] = [0, 0];
  let best = losses.slice(0, START).reduce((a, b) => Math.min(a, b));
  for (const loss of losses.subarray(START)) {
    if (loss < best - WORTHWHILE * Math.abs(best)) [successes, failures] = [successes + 1, 0];
    else [successes, failures] = [0, failures + 1];
    best = Math.min(best, loss);
    if (successes === SUCCESSES) [length, successes] = [Math.min(LENGTH.most, 2 * length), 0];
    if (failures === dimensions) [length, failures] = [length / 2, 0];
    if (length < LENGTH.least) length = LENGTH.first;
  }
  return length;
}

function trusting(): Sampler {
  const memory: SurrogateMemory = emptyMemory();
  return {
    name: 'gp+trust',
    suggest({ space, objectives, trials, number, rng }) {
      const points = pointSpaceOf(space);
      const D = points.axes.length;
      if (trials.length < START)
        return { params: points.decode(number === 0 ? points.start(rng) : points.uniform(rng)) };
      const { observations, isKnown } = readHistory(space, objectives, trials);
      const X = observations.map((o) => o.point);
      const losses = Float64Array.from(observations, (o) => o.losses[0]!);
      const model = surrogate(points.axes, X, losses, normalised, memory);
      const best = normalised(losses).reduce((a, b) => Math.min(a, b));
      const order = argsort(losses);
      const centre = X[order[0]!]!;
      const logScales = model.theta.subarray(0, D);
      const middle = mean([...logScales]);
      const length = boxLength(losses, D);
      const half = logScales.map((l) => 0.5 * length * Math.exp(l - middle));
      const inside = (p: Float64Array): boolean => p.every((v, d) => Math.abs(v - centre[d]!) <= half[d]! + 1e-12);
      const box = {
        ...points,
        uniform: () => {
          const drawn = centre.map((c, d) => Math.min(1, Math.max(0, c + half[d]! * (2 * rng.float() - 1))));
          return points.snap(drawn, rng);
        },
      };
      const { score, ...more } = improvement(model, { best, noise: model.noise });
      const parents = Array.from(order.slice(0, 10), (i) => X[i]!);
      const found = maximise(box, score, parents, (p) => !inside(p) || isKnown(p), rng, more);
      return { params: points.decode(found?.point ?? box.uniform()) };
    },
  };
}

const trials = Number(args.trials);
const marks = [Math.round(trials / 4), Math.round(trials / 2), trials];
const names = args.samplers.split(',');

/** Best value at each mark. */
function run(sampler: string, [f, dimensions]: readonly [Objective, number], seed: number): number[] {
  const moved = createRng(seed).fork('optimum');
  const optimum = Array.from({ length: dimensions }, () => 0.2 + 0.6 * moved.float());
  const params = optimum.map((_, i) => ({
    name: `x${i}`,
    kind: 'float' as const,
    low: 0,
    high: 1,
    log: false,
    choices: [],
  }));
  const options = { sampler: sampler === 'gp+trust' ? 'gp' : sampler, pruner: 'none' };
  const bench = new Bench({ params, seed, trials, options }, sampler === 'gp+trust' ? trusting() : undefined);
  let best = Infinity;
  const curve = Array.from({ length: trials }, () => {
    const { id, params: point } = bench.ask();
    const loss = f(optimum.map((o, i) => Number(point[`x${i}`]) - o));
    bench.tell(id, loss);
    best = Math.min(best, loss);
    return best;
  });
  return marks.map((m) => curve[m - 1]!);
}

console.log(
  `best value after ${marks.join(', ')} trials, mean of ${args.seeds} seeds; mean rank among the samplers at the end`,
);
for (const [problem, of] of Object.entries(PROBLEMS)) {
  if (!new RegExp(args.problems).test(problem)) continue;
  const seeds = Array.from({ length: Number(args.seeds) }, (_, i) => i + Number(args['first-seed']));
  const ends = seeds.map((seed) => names.map((name) => run(name, of, seed)));
  names.forEach((name, k) => {
    const values = marks.map((_, m) =>
      mean(ends.map((byName) => byName[k]![m]!))
        .toPrecision(3)
        .padStart(9),
    );
    const rank = mean(ends.map((byName) => ranks(byName.map((v) => v.at(-1)!))[k]!));
    console.log(`${problem.padEnd(12)} ${name.padEnd(10)}${values.join('')}   ${rank.toFixed(1)}`);
  });
}
