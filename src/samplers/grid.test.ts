import { expect, test } from 'vitest';
import type { TrialRecord } from '#core';
import { createRng } from '#math';
import { branch, choice, float, int, space } from '#space';
import { createStudy } from '#study';
import { samplerLaws } from '#testing';
import { grid } from './grid.ts';

for (const law of samplerLaws(grid, { spaces: 'finite', objectives: 3 })) test(`grid: ${law.name}`, law.check);

const s = space({ learningRate: choice([1e-4, 1e-3, 1e-2]), batchSize: choice([32, 64, 128]) });

test('tries every combination once, in written order, and ends with a sentence', async () => {
  const study = await createStudy({ space: s, objectives: { y: 'minimize' }, sampler: 'grid' });
  const result = await study.optimize(({ params }) => ({ y: params.learningRate }), {});
  expect(study.trials.map(({ params }) => [params.learningRate, params.batchSize])).toEqual(
    [1e-4, 1e-3, 1e-2].flatMap((lr) => [32, 64, 128].map((bs) => [lr, bs])),
  );
  expect(result).toEqual({ reason: 'grid: all 9 combinations have been tried.', ran: 9 });
  expect(study.finished).toEqual({ reason: 'grid: all 9 combinations have been tried.' });
  await expect(study.ask()).rejects.toThrow('grid: all 9 combinations have been tried.');
});

test('a point that a person enqueued is not tried again', async () => {
  const study = await createStudy({ space: s, objectives: { y: 'minimize' }, sampler: 'grid' });
  const first = await study.ask();
  await study.tell(first, { y: 1 });
  await study.enqueue({ learningRate: 1e-2, batchSize: 128 });
  await study.enqueue({ learningRate: 1e-4, batchSize: 64 });
  await study.optimize(() => ({ y: 0 }));
  expect(study.trials.length).toBe(9);
  expect(new Set(study.trials.map((t) => JSON.stringify(t.params))).size).toBe(9);
  expect(study.trials.filter((t) => t.suggestedBy === null).map((t) => t.number)).toEqual([1, 2]);
});

test('random order visits the whole grid once, differs from seed to seed and from the written order', async () => {
  const wide = space({ a: int(1, 13), b: choice(['x', 'y', 'z']), o: branch({ p: { c: int(1, 4) }, q: {} }) }); // 195 points
  const orderOf = async (seed: number) => {
    const study = await createStudy({
      space: wide,
      objectives: { y: 'minimize' },
      sampler: grid({ order: 'random' }),
      seed,
    });
    await study.optimize(() => ({ y: 0 }));
    return study.trials.map((t) => JSON.stringify(t.params));
  };
  const [one, again, two] = [await orderOf(1), await orderOf(1), await orderOf(2)];
  expect(new Set(one).size).toBe(195);
  expect(one).toEqual(again);
  expect(one).not.toEqual(two);
  // A uniform order puts a given point first in 1 of 195 cases; the first written point first for both seeds: 2.6e-5.
  const written = JSON.stringify({ a: 1, b: 'x', o: { kind: 'p', c: 1 } });
  expect(one[0] === written && two[0] === written).toBe(false);
});

test('random order has no preferred place: each point comes in the first half for about half of 400 seeds', () => {
  const line = space({ n: int(0, 9) });
  const counts = new Array<number>(10).fill(0);
  for (let seed = 0; seed < 400; seed++) {
    const studyRng = createRng(seed);
    const trials: TrialRecord[] = [];
    for (let number = 0; number < 5; number++) {
      const suggestion = grid({ order: 'random' }).suggest({
        space: line,
        objectives: [],
        trials,
        number,
        rng: studyRng.fork('trial', number),
        studyRng,
        hints: {},
      });
      if ('exhausted' in suggestion) throw new Error(suggestion.exhausted);
      counts[line.parse(suggestion.params).n]! += 1;
      const common = { createdAt: 0, measurements: [], attempt: 1, attributes: {}, suggestedBy: 'grid' };
      trials.push({ ...common, number, params: suggestion.params, state: 'waiting' });
    }
  }
  // Binomial(400, 1/2): sd 10; ten counts beyond 6 sd have probability 2e-8
  for (const count of counts) expect(Math.abs(count - 200)).toBeLessThan(60);
});

test('a continuous float needs a resolution', async () => {
  const lr = space({ lr: float(1e-4, 1e-2, { log: true }) });
  const without = await createStudy({ space: lr, objectives: { y: 'minimize' }, sampler: 'grid' });
  await expect(without.ask()).rejects.toThrow(
    'give it a step, use choice([…]), or say grid({ resolution: { "lr": 5 } })',
  );
  const study = await createStudy({ space: lr, objectives: { y: 'minimize' }, sampler: grid({ resolution: 3 }) });
  await study.optimize(() => ({ y: 0 }));
  expect(study.trials.map((t) => t.params.lr)).toEqual([1e-4, expect.closeTo(1e-3, 15), 1e-2]);
});
