import type { OutcomeLimit, Sampler, TrialRecord } from '#core';
import { isFeasible } from '#core';
import { createRng } from '#math';
import { float, space } from '#space';
import { describe, expect, test } from 'vitest';
import { gp } from './gp.ts';
import { tpe } from './tpe.ts';

const s = space({ x: float(0, 1), y: float(0, 1) });
const base = {
  createdAt: 0,
  measurements: [],
  attempt: 1,
  attributes: {},
  suggestedBy: 'gp',
  startedAt: 0,
  endedAt: 0,
};

function run(
  sampler: Sampler,
  limits: readonly OutcomeLimit[],
  count: number,
  seed: number,
  names = ['loss'],
): TrialRecord[] {
  const trials: TrialRecord[] = [];
  const studyRng = createRng(seed);
  const objectives = names.map((name) => ({ name, direction: 'minimize' as const }));
  for (let number = 0; number < count; number++) {
    const rng = studyRng.fork('trial', number);
    const suggestion = sampler.suggest({ space: s, objectives, limits, trials, number, rng, studyRng, hints: {} });
    if ('exhausted' in suggestion) throw new Error(suggestion.exhausted);
    const { params } = suggestion;
    const { x, y } = s.parse(params);
    // The best loss, 0 at (0.8, 0.5), costs 1.3; with a cost of at most 0.9 the best is 0.08 at (0.6, 0.3), by Lagrange.
    const values = { loss: (x - 0.8) ** 2 + (y - 0.5) ** 2, cost: x + y, other: Math.abs(x - y) };
    trials.push({ ...base, number, params, state: 'complete', values });
  }
  return trials;
}
const valuesOf = (trials: readonly TrialRecord[], limits: readonly OutcomeLimit[] = []) =>
  trials.flatMap((t) => (t.state === 'complete' && isFeasible(t.values, limits) ? [t.values] : []));

const limits: readonly OutcomeLimit[] = [{ metric: 'cost', atMost: 0.9 }];

describe.each([
  ['gp', gp, 25, 0.085, 0.52],
  ['tpe', tpe, 80, 0.13, 0.65],
] as const)('%s', (_, make, count, bound, corner) => {
  test('finds the best point on the edge of what is allowed, with each of three seeds', () => {
    for (let seed = 0; seed < 3; seed++) {
      const kept = valuesOf(run(make(), limits, count, seed), limits);
      expect(Math.min(...kept.map((v) => v.loss!))).toBeLessThan(bound); // 0.08 is the optimum
    }
  });

  test('finds what is allowed where only a twentieth of the square is, and the corner of two limits in it', () => {
    const narrow: readonly OutcomeLimit[] = [
      { metric: 'cost', atMost: 0.3 },
      { metric: 'other', atMost: 0.2 },
    ];
    const kept = valuesOf(run(make(), narrow, 40, 1), narrow);
    expect(Math.min(...kept.map((v) => v.loss!))).toBeLessThan(corner); // 0.505 at (0.25, 0.05), where both hold with equality
  });
});

test('several objectives and a limit from both sides: most of the last ten trials of 30 keep it', () => {
  const band: readonly OutcomeLimit[] = [{ metric: 'cost', atLeast: 0.8, atMost: 1 }];
  const trials = run(gp(), band, 30, 2, ['loss', 'other']);
  expect(valuesOf(trials.slice(20), band).length).toBeGreaterThanOrEqual(6);
});

test('a limit that nothing breaks changes little: the best of 25 trials is as near as without', () => {
  const loose: readonly OutcomeLimit[] = [{ metric: 'cost', atMost: 100 }];
  expect(Math.min(...valuesOf(run(gp(), loose, 25, 3)).map((v) => v.loss!))).toBeLessThan(1e-3);
});

test('a limit that no trial can keep leaves the search going', () => {
  expect(run(gp(), [{ metric: 'cost', atMost: -1 }], 12, 0)).toHaveLength(12);
});
