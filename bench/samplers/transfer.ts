/**
 * What earlier studies bring, and whether bad ones hurt: a sampler with good, unrelated and inverted history (transfer-problems.ts) beside the same without.
 *   npm run bench:transfer [-- --seeds 16] [--sampler gp] [--problems 'bowl|waves'] [--kinds good,inverted]
 * Printed: mean loss after so many trials without history, then the ratio of means with it, and how many of the paired seeds it won.
 */
import { parseArgs } from 'node:util';
import { mean } from '#math';
import { createStudy } from '#study';
import { KINDS, problems, randomStudy, type Problem } from './transfer-problems.ts';

const { values: args } = parseArgs({
  options: {
    seeds: { type: 'string', default: '16' },
    sampler: { type: 'string', default: 'gp' },
    problems: { type: 'string', default: '.' },
    kinds: { type: 'string', default: KINDS.join(',') },
  },
});
const MARKS = [5, 10, 20, 30, 40];
const seeds = Array.from({ length: Number(args.seeds) }, (_, seed) => seed);

/** Best loss at each mark. */
async function run(
  { space, loss }: Problem,
  seed: number,
  from: readonly ReturnType<typeof randomStudy>[],
): Promise<number[]> {
  const objectives = { loss: 'minimize' } as const;
  const study = await createStudy({
    space,
    objectives,
    sampler: args.sampler,
    pruner: 'none',
    seed,
    transfer: { from },
  });
  const reached: number[] = [];
  for (let n = 1; n <= Math.max(...MARKS); n++) {
    const trial = await study.ask();
    await study.tell(trial, { loss: loss(Object.values(trial.params).map(Number)) });
    if (MARKS.includes(n)) reached.push(study.best!.values.loss!);
  }
  return reached;
}

const row = (name: string, values: readonly (number | string)[]): void => {
  console.log(
    name.padEnd(22) + values.map((v) => (typeof v === 'number' ? v.toPrecision(3) : v).padStart(12)).join(''),
  );
};
row(`${args.sampler}, ${seeds.length} seeds`, MARKS.map(String));
for (const problem of problems.filter(({ name }) => new RegExp(args.problems).test(name))) {
  const plain: number[][] = [];
  for (const seed of seeds) plain.push(await run(problem, seed, []));
  const averages = MARKS.map((_, m) => mean(plain.map((r) => r[m]!)));
  row(`${problem.name} without`, averages);
  for (const kind of KINDS.filter((one) => args.kinds.split(',').includes(one))) {
    const given: number[][] = [];
    for (const seed of seeds) {
      const from = problem.histories[kind].map((loss, k) => randomStudy(problem.space, loss, 100 + seed + 50 * k));
      given.push(await run(problem, seed, from));
    }
    row(
      `${problem.name} ${kind}`,
      MARKS.map((_, m) => {
        const wins = given.filter((r, i) => r[m]! < plain[i]![m]!).length;
        return `${(mean(given.map((r) => r[m]!)) / averages[m]!).toFixed(2)} (${wins})`;
      }),
    );
  }
}
