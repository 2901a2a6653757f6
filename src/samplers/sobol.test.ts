import { createRng } from '#math';
import { choice, float, int, space } from '#space';
import { samplerLaws } from '#testing';
import { describe, expect, test } from 'vitest';
import { halton } from './halton.ts';
import { sobol } from './sobol.ts';

describe.each([
  ['sobol', sobol],
  ['halton', halton],
])('%s', (_, make) => {
  for (const law of samplerLaws(make, { objectives: 2 })) test(law.name, law.check);

  const s = space({ x: float(0, 1), y: float(0, 1), c: choice(['a', 'b']) });
  const points = (seed: number, count: number) => {
    const studyRng = createRng(seed);
    return Array.from({ length: count }, (_, number) => {
      const rng = studyRng.fork('trial', number);
      const suggestion = make().suggest({ space: s, objectives: [], trials: [], number, rng, studyRng, hints: {} });
      if ('exhausted' in suggestion) throw new Error(suggestion.exhausted);
      return s.parse(suggestion.params);
    });
  };

  test('36 trials spread over every row and column of a 4 × 4 grid, each with 6 to 12', () => {
    for (const of of [(p: { x: number }) => p.x, (p: { y: number }) => p.y] as ((p: {
      x: number;
      y: number;
    }) => number)[]) {
      const counts = [0, 0, 0, 0];
      for (const p of points(1, 36)) counts[Math.floor(of(p) * 4)]! += 1;
      for (const count of counts) expect(count >= 6 && count <= 12).toBe(true);
    }
  });

  test('seeds have sequences of their own, the same seed repeats', () => {
    expect(points(1, 5)).toEqual(points(1, 5));
    expect(points(1, 5)).not.toEqual(points(2, 5));
  });
});

test('a finite space is visited once and then exhausted', () => {
  const s = space({ n: int(1, 8), c: choice(['a', 'b']) });
  const studyRng = createRng(3);
  const trials: Parameters<ReturnType<typeof sobol>['suggest']>[0]['trials'][number][] = [];
  for (let number = 0; number < 16; number++) {
    const rng = studyRng.fork('trial', number);
    const suggestion = sobol().suggest({ space: s, objectives: [], trials, number, rng, studyRng, hints: {} });
    if ('exhausted' in suggestion) throw new Error(suggestion.exhausted);
    const common = { createdAt: 0, measurements: [], attempt: 1, attributes: {}, suggestedBy: 'sobol' };
    trials.push({ ...common, number, params: suggestion.params, state: 'waiting' });
  }
  expect(new Set(trials.map((t) => JSON.stringify(t.params))).size).toBe(16);
  const context = { space: s, objectives: [], trials, number: 16, rng: createRng(1), studyRng, hints: {} };
  expect(sobol().suggest(context)).toEqual({ exhausted: 'All 16 points of the space have been tried.' });
});
