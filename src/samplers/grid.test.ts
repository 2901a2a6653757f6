import { expect, test } from 'vitest';
import { choice, float, space } from '#space';
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

test('an enqueued trial takes no point of the grid away', async () => {
  const study = await createStudy({ space: s, objectives: { y: 'minimize' }, sampler: 'grid' });
  const first = await study.ask();
  await study.tell(first, { y: 1 });
  await study.enqueue({ learningRate: 1e-2, batchSize: 128 });
  await study.optimize(() => ({ y: 0 }));
  const suggested = study.trials.filter((t) => t.suggestedBy !== null).map((t) => JSON.stringify(t.params));
  expect(new Set(suggested).size).toBe(9);
  expect(study.trials.map((t) => t.number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
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
