import type { Objective, Params, Sampler, TrialRecord } from '#core';
import { createRng } from '#math';
import { hypervolume } from '#models';
import { float, space } from '#space';
import { expect, test } from 'vitest';
import { referencePoint } from './gp-hypervolume.ts';
import { gp } from './gp.ts';
import { random } from './random.ts';

const s = space({ x: float(0, 1), y: float(0, 1), z: float(0, 1) });
const base = { createdAt: 0, measurements: [], attempt: 1, attributes: {}, suggestedBy: 'gp', startedAt: 0 };

function run(
  sampler: Sampler,
  objectives: readonly Objective[],
  losses: (p: { x: number; y: number; z: number }) => number[],
  seed: number,
  count: number,
  pendingAtATime = 1,
): { readonly params: Params; readonly losses: number[] }[] {
  const trials: TrialRecord[] = [];
  const seen: { readonly params: Params; readonly losses: number[] }[] = [];
  const studyRng = createRng(seed);
  for (let i = 0; i < count; i++) {
    const context = { space: s, objectives, trials, number: i, rng: studyRng.fork('trial', i), studyRng, hints: {} };
    const suggestion = sampler.suggest(context);
    if ('exhausted' in suggestion) throw new Error(suggestion.exhausted);
    const { params } = suggestion;
    trials.push({ ...base, number: i, params, state: 'running', worker: 'w', stopReason: null });
    seen.push({ params, losses: losses(s.parse(params)) });
    if ((i + 1) % pendingAtATime !== 0) continue;
    for (const trial of trials) {
      const values = Object.fromEntries(
        objectives.map(({ name, direction }, k) => {
          const loss = seen[trial.number]!.losses[k]!;
          return [name, direction === 'minimize' ? loss : -loss];
        }),
      );
      trials[trial.number] = {
        ...base,
        number: trial.number,
        params: trial.params,
        state: 'complete',
        endedAt: 0,
        values,
      };
    }
  }
  return seen;
}

const two: readonly Objective[] = [
  { name: 'f1', direction: 'minimize' },
  { name: 'f2', direction: 'maximize' },
];
/** ZDT1 (Zitzler, Deb & Thiele 2000) with three variables, as losses; the front is f2 = 1 - √f1. */
const zdt1 = ({ x, y, z }: { x: number; y: number; z: number }): number[] => {
  const g = 1 + 4.5 * (y + z);
  return [x, g * (1 - Math.sqrt(x / g))];
};
const covered = (seen: readonly { readonly losses: number[] }[], reference: readonly number[]): number =>
  hypervolume(
    seen.map((t) => t.losses),
    reference,
  );

test('beats random search on ZDT1 after 20 trials with each of eight seeds (false-alarm rate 2⁻⁸ if they were alike)', () => {
  for (let seed = 0; seed < 8; seed++) {
    const ours = covered(run(gp(), two, zdt1, seed, 20), [1.1, 1.1]);
    expect(ours).toBeGreaterThan(covered(run(random(), two, zdt1, seed, 20), [1.1, 1.1]));
  }
});

test('after 40 trials at most 3 % of the hypervolume of ZDT1 is missing', () => {
  const best = 1.1 * 1.1 - (1 - 2 / 3); // below the front f2 = 1 - √f1 lies ∫ (1 - √f1) = 1/3
  expect(covered(run(gp(), two, zdt1, 5, 40), [1.1, 1.1])).toBeGreaterThan(0.97 * best);
});

test('three objectives of DTLZ2 with three variables: more hypervolume up to (2, 2, 2) than random search after 20 trials, with each of six seeds', () => {
  const three = ['a', 'b', 'c'].map((name): Objective => ({ name, direction: 'minimize' }));
  const dtlz2 = ({ x, y, z }: { x: number; y: number; z: number }): number[] => {
    const g = 1 + (z - 0.5) ** 2;
    const [u, v] = [(x * Math.PI) / 2, (y * Math.PI) / 2];
    return [g * Math.cos(u) * Math.cos(v), g * Math.cos(u) * Math.sin(v), g * Math.sin(u)];
  };
  for (let seed = 0; seed < 6; seed++) {
    const reference = [2, 2, 2];
    const ours = covered(run(gp(), three, dtlz2, seed, 20), reference);
    expect(ours).toBeGreaterThan(covered(run(random(), three, dtlz2, seed, 20), reference));
  }
});

test('four workers that ask together cover nearly as much as one after 32 trials', () => {
  const reference = [1.1, 1.1];
  const alone = covered(run(gp(), two, zdt1, 1, 32), reference);
  const together = covered(run(gp(), two, zdt1, 1, 32, 4), reference);
  expect(together).toBeGreaterThan(0.95 * alone);
});

test('the reference point lies a tenth of the observed range behind the worst; a constant objective has range 1', () => {
  expect(
    referencePoint([
      [0, 5],
      [2, 5],
      [1, 5],
    ]),
  ).toEqual([2.2, 5.1]);
});
