import type { Params } from '#core';
import { mean } from '#math';
import { hypervolume } from '#models';
import { branch, choice, float, int, space } from '#space';
import { samplerLaws } from '#testing';
import { expect, test } from 'vitest';
import { nsga2 } from './nsga2.ts';
import { random } from './random.ts';
import {
  completed,
  contextOf,
  cube,
  failed,
  minimise,
  numbers,
  paramsOf,
  running,
  simulate,
} from './simulate.fixture.ts';

for (const law of samplerLaws(() => nsga2(), { objectives: 3 })) test(law.name, law.check);

/** Zitzler, Deb & Thiele 2000 (Evol. Comput. 8), problems 1 and 2: f1 = x1, f2 = g h(f1 / g); the best front has g = 1. */
const zdt =
  (h: (share: number) => number) =>
  (params: Params): number[] => {
    const [f1 = 0, ...rest] = numbers(params);
    const g = 1 + 9 * mean(rest);
    return [f1, g * h(f1 / g)];
  };
const problems = { ZDT1: zdt((share) => 1 - Math.sqrt(share)), ZDT2: zdt((share) => 1 - share ** 2) };
const reference = [1.1, 7];

test.each(Object.entries(problems))(
  '%s in 30 dimensions: a larger hypervolume than random search after 150 trials in 15 of 16 paired seeds or more, by chance in 3 of 10,000 runs',
  (_, problem) => {
    // Binomial(16, 1/2): P(>= 15) = 17 / 65536 = 2.6e-4
    const wins = Array.from({ length: 16 }, (_, seed) => {
      const of = (make: typeof random) =>
        hypervolume(simulate(make(), cube(30), problem, { trials: 150, seed }).losses, reference);
      return of(nsga2) > of(random);
    });
    expect(wins.filter(Boolean).length).toBeGreaterThanOrEqual(15);
  },
);

test('four trials out at once cost little: hypervolume of ZDT1 after 200 trials at least 0.9 of that of one at a time', () => {
  const of = (workers: number) =>
    mean(
      Array.from({ length: 8 }, (_, seed) =>
        hypervolume(simulate(nsga2(), cube(10), problems.ZDT1, { trials: 200, seed, workers }).losses, reference),
      ),
    );
  expect(of(4) / of(1)).toBeGreaterThan(0.9);
});

const s = space({
  rate: float(1e-4, 1, { log: true }),
  layers: int(1, 12),
  act: choice(['relu', 'tanh', 'gelu', 'silu']),
  optimizer: branch({ sgd: { momentum: float(0, 1) }, adam: { beta: float(0.5, 1) } }),
});
/** Loss 0 at rate 1e-2, gelu and adam with beta 0.9; size the number of layers: a loss of ever fewer layers. */
function lossAndSize(params: Params): number[] {
  const p = s.parse(params);
  const shared = (Math.log10(p.rate) + 2) ** 2 + (p.act === 'gelu' ? 0 : 0.3) + 1 / p.layers;
  return [
    shared + (p.optimizer.kind === 'sgd' ? 0.5 + p.optimizer.momentum : 4 * (p.optimizer.beta - 0.9) ** 2),
    p.layers,
  ];
}

test('a mixed and conditional space: a larger hypervolume than random search after 150 trials in 20 of 24 paired seeds or more, by chance in fewer than 1 of 1,000 runs', () => {
  // Binomial(24, 1/2): P(>= 20) = 7.7e-4
  const wins = Array.from({ length: 24 }, (_, seed) => {
    const of = (make: typeof random) =>
      hypervolume(simulate(make(), s, lossAndSize, { trials: 150, seed }).losses, [5, 13]);
    return of(nsga2) > of(random);
  });
  expect(wins.filter(Boolean).length).toBeGreaterThanOrEqual(20);
});

test('one objective: beats random search after 150 trials in 20 of 24 paired seeds or more, by chance in fewer than 1 of 1,000 runs', () => {
  const wins = Array.from({ length: 24 }, (_, seed) => {
    const of = (make: typeof random) =>
      Math.min(...simulate(make(), s, (p) => lossAndSize(p)[0]!, { trials: 150, seed }).losses.map(([v]) => v!));
    return of(nsga2) < of(random);
  });
  expect(wins.filter(Boolean).length).toBeGreaterThanOrEqual(20);
});

test('children stay near the front: parents come from it, not from the rest', () => {
  const line = space({ x: float(0, 1), y: float(0, 1) });
  // Both losses are best at (0.2, 0.8) but for a trade-off in x; everything in the other half is dominated.
  const trials = Array.from({ length: 40 }, (_, i) => {
    const good = i % 2 === 0;
    const params = good ? { x: 0.2 + i / 1000, y: 0.8 } : { x: 0.9, y: i / 40 };
    return completed(i, params, good ? [i, -i] : [100, 100]);
  });
  const objectives = [...minimise, { name: 'f1', direction: 'minimize' as const }];
  const draws = Array.from({ length: 100 }, (_, seed) =>
    line.parse(paramsOf(nsga2(), contextOf(line, trials, seed, objectives))),
  );
  expect(draws.filter(({ x }) => x < 0.55).length).toBeGreaterThan(80);
});

test('failed and pending trials are no parents', () => {
  const line = space({ x: float(0, 1) });
  const trials = Array.from({ length: 40 }, (_, i) =>
    i < 6
      ? completed(i, { x: 0.1 + i / 100 }, [i])
      : i < 25
        ? running(i, { x: 0.9 + i / 1000 }, 'nsga2')
        : failed(i, { x: 0.6 + i / 1000 }, 'nsga2'),
  );
  const xs = Array.from({ length: 60 }, (_, seed) => line.parse(paramsOf(nsga2(), contextOf(line, trials, seed))).x);
  expect(xs.filter((x) => x < 0.4).length).toBeGreaterThan(50);
});
