/** Suggestions on fixed histories are those of the version before densities were made faster (2026-11-30), to rounding. */
import type { Objective, TrialRecord } from '#core';
import { createRng } from '#math';
import { branch, choice, flatten, float, int, sampleUniform, space, type Space } from '#space';
import { expect, test } from 'vitest';
import before from './tpe.noreg.json' with { type: 'json' };
import { tpe } from './tpe.ts';

const spaces: Readonly<Record<keyof typeof before, Space>> = {
  floats: space(Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`x${i}`, float(-5, 5)]))),
  mixed: space({
    rate: float(1e-5, 1, { log: true, prior: { mean: 1e-3, confidence: 0.5 } }),
    layers: int(1, 6),
    units: int(1, 300, { log: true }),
    act: choice(['relu', 'gelu', 'tanh']),
    o: branch({
      sgd: { m: float(0, 0.99), s: branch({ none: {}, step: { every: int(1, 50) } }) },
      adam: { b: float(0.9, 0.9999) },
    }),
  }),
};
const minimise: readonly Objective[] = [{ name: 'loss', direction: 'minimize' }];

/** Every ninth failed, every ninth is still out. */
function history(name: string, s: Space): TrialRecord[] {
  const rng = createRng(name);
  return Array.from({ length: 1200 }, (_, number): TrialRecord => {
    const params = sampleUniform(s, rng);
    const base = { number, params, createdAt: 0, measurements: [], attempt: 1, attributes: {}, suggestedBy: 'x' };
    if (number % 9 === 7) return { ...base, state: 'failed', startedAt: 0, endedAt: 0, error: { message: '' } };
    if (number % 9 === 8) return { ...base, state: 'running', worker: 'w', startedAt: 0, stopReason: null };
    return { ...base, state: 'complete', startedAt: 0, endedAt: 0, values: { loss: rng.normal() } };
  });
}

for (const name of ['floats', 'mixed'] as const)
  test(`noreg: after 10, 60, 300 and 1,200 trials of a space of ${name}, four seeds each`, () => {
    const s = spaces[name];
    const trials = history(name, s);
    const suggestions = [10, 60, 300, 1200].flatMap((count) =>
      [1, 2, 3, 4].map((seed) => {
        const [studyRng, known] = [createRng(seed), trials.slice(0, count)];
        const context = { space: s, objectives: minimise, trials: known, number: count, studyRng, hints: {} };
        const suggestion = tpe().suggest({ ...context, rng: studyRng.fork('trial', count) });
        return 'params' in suggestion ? flatten(suggestion.params) : {};
      }),
    );
    suggestions.forEach((flat, i) => {
      const expected = flatten(before[name][i]!);
      expect(Object.keys(flat)).toEqual(Object.keys(expected));
      for (const [path, value] of Object.entries(expected)) {
        if (typeof value !== 'number') expect(flat[path]).toBe(value);
        else expect(Math.abs(Number(flat[path]) / value - 1), path).toBeLessThan(1e-9); // sums are taken in another order
      }
    });
  });
