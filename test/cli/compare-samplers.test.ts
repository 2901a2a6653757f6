/** Two samplers and two seeds of a small real experiment through the built command: what it prints, writes, keeps and refuses. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { attune, freshDirectory, listing } from './command.ts';

const EXPERIMENT = `import { choice, experiment, float } from 'attune';
import { dense, flatten, sequential } from 'attune/nn';
import { sgd } from 'attune/optim';

export default experiment({
  dataset: 'digits',
  space: { learningRate: float(0.001, 0.3, { log: true }), units: choice([4, 8]) },
  model: (p, data) => sequential([flatten(), dense(p.units, { activation: 'relu' }), dense(data.classes)]),
  train: (p) => ({ optimizer: sgd({ learningRate: p.learningRate }), batchSize: 256, epochs: 1 }),
  objective: { metric: 'accuracy', goal: 'maximize' },
});
`;

function project(): string {
  const dir = freshDirectory();
  writeFileSync(join(dir, 'digits.ts'), EXPERIMENT);
  return dir;
}

interface Comparison {
  readonly samplers: { sampler: string; checkpoints: { trials: number; mean: number; sd: number; seeds: number }[] }[];
  readonly tests: { better: string; than: string; p: number }[];
  readonly studies: { study: string; curve: number[] }[];
}

const ASKED = ['compare-samplers', 'digits.ts', '--samplers', 'random,tpe', '--seeds', '2', '--trials', '2'];

test(
  'runs each sampler with each seed, compares them, and a second call runs nothing again',
  { timeout: 180_000 },
  async () => {
    const dir = project();
    const first = await attune(dir, ...ASKED, '--parallel', '1', '--json', '--out', 'curves.csv');
    expect(first.stderr).toContain('4/4 digits-tpe-1: 2 trials by tpe, seed 1');
    expect(first.code).toBe(0);
    const { samplers, tests, studies } = JSON.parse(first.stdout) as Comparison;
    expect(studies.map(({ study }) => study)).toEqual([
      'digits-random-0',
      'digits-random-1',
      'digits-tpe-0',
      'digits-tpe-1',
    ]);
    for (const { curve } of studies) {
      expect(curve).toHaveLength(2);
      expect(curve[1]).toBeGreaterThanOrEqual(curve[0] ?? NaN);
    }
    const finals = studies.slice(0, 2).map(({ curve }) => curve[1] ?? NaN);
    const [a = NaN, b = NaN] = finals;
    expect(samplers[0]).toMatchObject({ sampler: 'random' });
    expect(samplers[0]?.checkpoints.map(({ trials }) => trials)).toEqual([1, 1, 2]);
    expect(samplers[0]?.checkpoints[2]?.mean).toBeCloseTo((a + b) / 2, 12);
    expect(samplers[0]?.checkpoints[2]?.sd).toBeCloseTo(Math.abs(a - b) / Math.SQRT2, 12); // n - 1 = 1
    expect(tests).toMatchObject([{ better: 'tpe', than: 'random' }]);

    const csv = readFileSync(join(dir, 'curves.csv'), 'utf8').trimEnd().split('\n');
    expect(csv[0]).toBe('sampler,seed,trial,state,value,best');
    expect(csv).toHaveLength(1 + 2 * 2 * 2);
    expect(csv[1]).toBe(`random,0,1,complete,${studies[0]?.curve[0]},${studies[0]?.curve[0]}`);

    const again = await attune(dir, ...ASKED);
    expect(again.stderr).not.toContain('trials by');
    expect(again.stdout).toContain('Best accuracy so far (maximize), mean ± sd over 2 seeds');
    expect(again.stdout).toMatch(/^random +0\.\d{4} ± /m);
    expect(again.stdout).toContain('o random  x tpe');
    expect(again.stdout).toMatch(/^tpe +random +\d+ % +[01]\.\d{4}/m);
  },
);

test('bad input ends in one sentence and writes nothing', { timeout: 120_000 }, async () => {
  const dir = project();
  const before = listing(dir);
  const cases: [string[], RegExp][] = [
    [['--samplers', 'random,gird'], /no sampler "gird": did you mean "grid"/],
    [['--samplers', 'random'], /wants two or more names/],
    [['--samplers', 'random,random'], /names "random" twice/],
    [['--samplers', 'random,,tpe'], /names between commas/],
    [['--seeds', '0'], /--seeds wants a whole number ≥ 1; got "0"/],
    [['--out', 'missing/curves.csv'], /--out missing\/curves.csv cannot be written/],
    [['--storage', 'memory'], /--storage memory cannot be gone on with/],
  ];
  for (const [flags, sentence] of cases) {
    const { code, stdout, stderr } = await attune(dir, 'compare-samplers', 'digits.ts', ...flags);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(sentence);
  }
  const missing = await attune(dir, 'compare-samplers', 'nothing.ts');
  expect(missing).toMatchObject({ code: 2, stderr: 'attune: There is no file nothing.ts.\n' });
  expect(listing(dir)).toEqual(before);
});
