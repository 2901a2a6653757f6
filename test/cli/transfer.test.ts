/** `--transfer-from` through the built command: a study that begins with what another one found. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { attune, freshDirectory, listing } from './command.ts';

const SCRIPT = `console.log('attune: ' + JSON.stringify({ step: 1, loss: (Number(process.argv[2]) - 0.3) ** 2 }));\n`;
const study = (name: string, metric = 'loss') => `name: ${name}
command: node train.mjs {x}
space:
  x: { type: float, low: 0, high: 1 }
objective: { metric: ${metric}, goal: minimize }
sampler: gp
trials: 8
parallel: 1
`;

test('a study with --transfer-from tries the best point of the earlier one second', { timeout: 120_000 }, async () => {
  const dir = freshDirectory();
  writeFileSync(join(dir, 'train.mjs'), SCRIPT);
  for (const name of ['old', 'new']) writeFileSync(join(dir, `${name}.yaml`), study(name));
  writeFileSync(join(dir, 'other.yaml'), study('other', 'score'));

  const before = listing(dir);
  const early = await attune(dir, 'run', 'new.yaml', '--transfer-from', 'old');
  expect(early.code).toBe(2);
  expect(early.stderr).toMatch(/^attune: .*"old".*\n$/);
  expect(listing(dir)).toEqual(before);

  expect(await attune(dir, 'run', 'old.yaml', '--quiet')).toMatchObject({ code: 0, stderr: '' });
  const another = await attune(dir, 'run', 'other.yaml', '--transfer-from', 'old');
  expect(another).toMatchObject({
    code: 2,
    stderr: 'attune: transfer: study "old" has no objective "score" to minimize; leave it out.\n',
  });
  expect(await attune(dir, 'run', 'new.yaml', '--quiet', '--trials', '3', '--transfer-from', 'old')).toMatchObject({
    code: 0,
    stderr: '',
  });

  const trials = async (name: string) =>
    (
      JSON.parse((await attune(dir, 'show', name, '--json')).stdout) as {
        trials: { params: { x: number }; values: { loss: number } }[];
      }
    ).trials;
  const best = (await trials('old')).reduce((a, b) => (b.values.loss < a.values.loss ? b : a));
  expect((await trials('new'))[1]!.params).toEqual(best.params);

  const resumed = await attune(dir, 'run', 'new.yaml', '--study', 'new', '--resume', '--transfer-from', 'old');
  expect(resumed.code).toBe(2);
  expect(resumed.stderr).toContain('--transfer-from is for new studies; "new" keeps what it was begun with.');
});
