/** What each sampler makes of histories that are odd in their numbers; the laws of #testing do the same for odd spaces. */
import type { Objective, Params, TrialRecord } from '#core';
import { createRng } from '#math';
import { branch, choice, float, int, sampleUniform, space } from '#space';
import { expect, test } from 'vitest';
import { samplers } from './index.ts';

const s = space({
  rate: float(1e-300, 1e300, { log: true }),
  layers: int(1, 4),
  act: choice(['relu', 'gelu', 'tanh', 'elu']),
  o: branch({ sgd: { m: float(0, 1) }, adam: {} }),
});
const finite = space({ layers: int(1, 40), act: choice(['relu', 'gelu', 'tanh', 'elu']) });
const objectives: readonly Objective[] = [{ name: 'loss', direction: 'minimize' }];

/** Values of complete trials by number; null: a failed trial. */
const histories: Readonly<
  Record<string, { readonly count: number; readonly loss: (i: number) => number | null; readonly same?: boolean }>
> = {
  'one trial': { count: 1, loss: () => 1 },
  'twelve trials at one point': { count: 12, loss: (i) => i, same: true },
  'twelve equal trials at one point': { count: 12, loss: () => 1, same: true },
  'a constant objective': { count: 24, loss: () => 0.25 },
  'losses of 1e300, -1e300, 1e-300 and 5e-324': { count: 24, loss: (i) => [1e300, -1e300, 1e-300, 5e-324][i % 4]! },
  'losses that differ by 1e-300': { count: 24, loss: (i) => i * 1e-300 },
  'NaN and ±Infinity, which count as failed': { count: 24, loss: (i) => [NaN, Infinity, -Infinity, 1, 2, 3][i % 6]! },
  'nothing but NaN': { count: 24, loss: () => NaN },
  'all failed': { count: 24, loss: () => null },
  'one that did not fail': { count: 24, loss: (i) => (i === 7 ? 1 : null) },
};

for (const [name, make] of Object.entries(samplers).filter(([n]) => n !== 'pbt'))
  for (const [what, { count, loss, same = false }] of Object.entries(histories))
    test(`${name}: ${what}: the suggestion is a point of the space, and the same again`, () => {
      const whole = name === 'grid' ? finite : s;
      const rng = createRng(what);
      const first = sampleUniform(whole, rng);
      const trials = Array.from({ length: count }, (_, number): TrialRecord => {
        const params = (same ? first : sampleUniform(whole, rng)) as Params; // of either space
        const base = { number, params, createdAt: 0, measurements: [], attempt: 1, attributes: {}, suggestedBy: 'x' };
        const value = loss(number);
        return value === null
          ? { ...base, state: 'failed', startedAt: 0, endedAt: 1, error: { message: 'out of memory' } }
          : { ...base, state: 'complete', startedAt: 0, endedAt: 1, values: { loss: value } };
      });
      const ask = (): Params => {
        const studyRng = createRng(1);
        const rest = { number: count, rng: studyRng.fork('trial', count), studyRng, hints: {} };
        const suggestion = make().suggest({ space: whole, objectives, trials: structuredClone(trials), ...rest });
        if ('exhausted' in suggestion) throw new Error(suggestion.exhausted);
        return suggestion.params;
      };
      expect(whole.parse(ask())).toEqual(ask());
    });
