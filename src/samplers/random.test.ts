import { expect, test } from 'vitest';
import { createRng } from '#math';
import { branch, choice, float, int, space, type Infer } from '#space';
import { createStudy } from '#study';
import { samplerLaws } from '#testing';
import { random } from './random.ts';

for (const law of samplerLaws(random, { objectives: 3 })) test(`random: ${law.name}`, law.check);

const s = space({
  lr: float(1e-4, 1, { log: true }),
  n: int(1, 4),
  o: branch({ a: { k: choice(['x', 'y']) }, b: {} }),
});
const draws = (count: number): Infer<typeof s>[] =>
  Array.from({ length: count }, (_, number) => {
    const suggestion = random().suggest({
      space: s,
      objectives: [],
      trials: [],
      number,
      rng: createRng(1).fork('trial', number),
      studyRng: createRng(1),
      hints: {},
    });
    if ('exhausted' in suggestion) throw new Error(suggestion.exhausted);
    return s.parse(suggestion.params);
  });

test('draws are uniform: in the logarithm, over ints, over labels', () => {
  const all = draws(20_000);
  const share = (of: (p: Infer<typeof s>) => boolean) => all.filter(of).length / all.length;
  // Binomial shares: sd ≤ 0.5/√20000 = 0.0035; eight shares beyond 6 sd have probability < 2e-8
  const near = (got: number, wanted: number) => expect(Math.abs(got - wanted)).toBeLessThan(6 * 0.0035);
  for (const [low, high] of [
    [1e-4, 1e-3],
    [1e-3, 1e-2],
    [1e-2, 0.1],
    [0.1, 1],
  ] as const)
    near(
      share((p) => p.lr >= low && p.lr < high),
      0.25,
    );
  for (const n of [1, 2, 3])
    near(
      share((p) => p.n === n),
      0.25,
    );
  near(
    share((p) => p.o.kind === 'a'),
    0.5,
  );
});

test('trials are independent of each other and of the history: the same number gives the same draw', async () => {
  const run = async (values: (n: number) => number) => {
    const study = await createStudy({ space: s, objectives: { y: 'minimize' }, sampler: 'random', seed: 5 });
    await study.optimize(({ number }) => ({ y: values(number) }), { trials: 20, parallel: 3 });
    return study.trials.map((t) => t.params);
  };
  expect(await run((n) => n)).toEqual(await run((n) => -n));
});
