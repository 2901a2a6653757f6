/** `attune export --format optuna` and `attune import` as commands; what the files hold is tested in test/optuna.test.ts. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { float, space } from '../../src/space/index.ts';
import { createStudy } from '../../src/study/index.ts';
import { attune, freshDirectory, listing } from './command.ts';

vi.setConfig({ testTimeout: 300_000 });

test('a study goes out and comes in under another name; damaged files, taken names and old files end with 2 and write nothing', async () => {
  const dir = freshDirectory();
  const study = await createStudy({
    name: 'one',
    space: space({ x: float(0, 1) }),
    objectives: { loss: 'minimize' },
    sampler: 'random',
    seed: 1,
    storage: `sqlite:${join(dir, 'attune.db')}`,
  });
  await study.optimize(({ params }) => ({ loss: params.x }), { trials: 5 });
  await study.close();
  expect(await attune(dir, 'export', 'one', '--format', 'optuna', '--out', 'one.db')).toMatchObject({ code: 0 });
  expect(await attune(dir, 'import', 'sqlite:one.db', '--as', 'two')).toMatchObject({
    code: 0,
    stdout: 'two: 5 trials (5 complete, 0 pruned, 0 failed)\n',
  });
  const best = async (name: string): Promise<string> => (await attune(dir, 'best', name)).stdout;
  expect(await best('two')).toBe(await best('one'));

  writeFileSync(join(dir, 'cut.db'), readFileSync(join(dir, 'one.db')).subarray(0, 20_000));
  const before = listing(dir);
  for (const [args, said] of [
    [['export', 'one', '--format', 'optuna', '--out', 'one.db'], '--out one.db is there already; name a new file.'],
    [['import', 'cut.db', '--as', 'three'], 'cut.db is no whole Optuna study'],
    [['import', 'cut.db', '--storage', 'sqlite:new.db'], 'cut.db is no whole Optuna study'],
    [['import', 'attune.db'], 'attune.db is no whole Optuna study'],
    [['import', 'one.db'], 'has a study "one" already; give this one another name with --as NAME.'],
    [['import', 'one.db', '--study', 'on', '--as', 'x'], 'There is no study "on" in one.db'],
    [['import', 'none.db'], 'There is no file none.db to import.'],
  ] as const) {
    const { code, stderr } = await attune(dir, ...args);
    expect({ args, code, stderr: stderr.includes(said) ? said : stderr }).toEqual({ args, code: 2, stderr: said });
    expect(stderr.trimEnd()).not.toContain('\n');
  }
  expect(listing(dir)).toEqual(before);
});
