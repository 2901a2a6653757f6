/** The promise of a seed, through the built command and real training: the same study for any number of workers at the same lag. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { attune, freshDirectory } from './command.ts';

/** A sampler that learns from results, a pruner that pauses and promotes, and trials of very different length. */
const EXPERIMENT = `import { choice, experiment, float } from 'attune';
import { dense, flatten, sequential } from 'attune/nn';
import { adam } from 'attune/optim';

export default experiment({
  dataset: 'digits',
  space: { learningRate: float(1e-4, 1e-1, { log: true }), units: choice([4, 16, 128]) },
  model: (p, data) => sequential([flatten(), dense(p.units, { activation: 'relu' }), dense(data.classes)]),
  train: (p) => ({ optimizer: adam({ learningRate: p.learningRate }), batchSize: p.units === 4 ? 256 : 64, epochs: 4 }),
  objective: { metric: 'accuracy', goal: 'maximize' },
  sampler: 'tpe',
  pruner: 'asha',
});
`;

test('one worker, two and four give the identical study at the same lag', { timeout: 600_000 }, async () => {
  const dir = freshDirectory();
  writeFileSync(join(dir, 'digits.ts'), EXPERIMENT);
  const run = async (study: string, ...flags: string[]): Promise<string> => {
    const ran = await attune(
      dir,
      'run',
      'digits.ts',
      '--seed',
      '7',
      '--trials',
      '9',
      '--study',
      study,
      '--quiet',
      ...flags,
    );
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const shown = await attune(dir, 'show', study, '--fingerprint');
    expect(shown.stdout).toMatch(/^[0-9a-f]{64}\n$/);
    return shown.stdout;
  };
  const one = await run('one', '--parallel', '1', '--lag', '4');
  expect(await run('two', '--parallel', '2', '--lag', '4')).toBe(one);
  expect(await run('four', '--parallel', '4')).toBe(one);
  // The lag is part of the study: another one knows other results.
  expect(await run('other', '--parallel', '1', '--lag', '1')).not.toBe(one);

  const { trials } = JSON.parse((await attune(dir, 'show', 'one', '--json')).stdout) as { trials: { state: string }[] };
  expect(trials.some(({ state }) => state === 'paused')).toBe(true);
  expect(trials.some(({ state }) => state === 'complete')).toBe(true);

  const contradicted = await attune(
    dir,
    'run',
    'digits.ts',
    '--study',
    'one',
    '--resume',
    '--trials',
    '10',
    '--lag',
    '2',
  );
  expect(contradicted).toMatchObject({
    code: 2,
    stderr: 'attune: The study "one" was begun with --lag 4 and cannot go on with --lag 2.\n',
  });
  expect((await attune(dir, 'run', 'digits.ts', '--async', '--lag', '2')).code).toBe(2);
});
