import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { choice, float, space } from '#space';
import { memory } from '#storage';
import { createStudy, openStudy, type StudyOptions } from './create.ts';

const dir = mkdtempSync(join(tmpdir(), 'attune-create-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const s = space({ x: float(0, 1), c: choice(['a', 'b']) });
const base = {
  name: 'demo',
  space: s,
  objectives: { y: 'minimize' },
  seed: 3,
  sampler: 'random',
  pruner: 'none',
} as const;
// Plain JavaScript may pass anything.
const untyped = (options: object) =>
  createStudy(options as unknown as StudyOptions<typeof s.fields, { y: 'minimize' }>);

test.each([
  [{ objectives: {} }, "objectives are empty; name at least one, for example { accuracy: 'maximize' }."],
  [{ objectives: { state: 'minimize' } }, 'objectives: an objective may not be called "state"; rename it.'],
  [{ objectives: { error: 'minimize' } }, 'objectives: an objective may not be called "error"; rename it.'],
  [{ objectives: { y: 'min' } }, 'objectives: "y" must be \'minimize\' or \'maximize\'; got "min".'],
  [{ seed: 1.5 }, 'seed must be a whole number; got 1.5.'],
  [{ seed: NaN }, 'seed must be a whole number; got NaN.'],
  [{ trials: 0 }, 'trials must be a whole number ≥ 1; got 0.'],
  [{ maxSteps: -1 }, 'maxSteps must be a whole number ≥ 1; got -1.'],
  [{ sampler: 'randm' }, 'unknown sampler "randm"; did you mean "random"? Known: "auto", '],
  [{ sampler: 'constructor' }, 'unknown sampler "constructor"; known: '],
  [{ pruner: 'nome' }, 'unknown pruner "nome"; did you mean "none"? Known: "auto", '],
  [{ storage: 'sqlite' }, 'unknown storage "sqlite"; known: "memory", "sqlite:PATH", "postgres://…".'],
  [{ storage: `sqlite:${dir}/x.db`, name: undefined }, 'createStudy: a stored study needs a name.'],
])('wrong options are one sentence and nothing is written: %j', async (change, message) => {
  await expect(untyped({ storage: `sqlite:${dir}/never.db`, ...base, ...change })).rejects.toThrow(message);
  expect(readdirSync(dir)).not.toContain('never.db');
});

test('the definition says how the study was made', async () => {
  const study = await createStudy({ ...base, trials: 10, maxSteps: 5, source: 'a.ts', now: () => 7 });
  expect(study.definition).toEqual({
    name: 'demo',
    space: { x: { type: 'float', low: 0, high: 1 }, c: { type: 'choice', choices: ['a', 'b'] } },
    objectives: [{ name: 'y', direction: 'minimize' }],
    sampler: 'random',
    pruner: 'none',
    seed: 3,
    hints: { trials: 10, maxSteps: 5 },
    source: 'a.ts',
    createdAt: 7,
  });
  const defaults = await createStudy({ space: s, objectives: { y: 'minimize' } });
  expect(defaults.definition).toMatchObject({ sampler: 'auto', pruner: 'auto' });
  expect(Number.isSafeInteger(defaults.definition.seed)).toBe(true);
  const grid = await createStudy({ space: space({ c: choice([1]) }), objectives: { y: 'minimize' }, sampler: 'grid' });
  expect(grid.pruner).toBe('none');
});

test('a study in memory is private', async () => {
  const [a, b] = [await createStudy(base), await createStudy(base)];
  await a.ask();
  expect(b.trials).toHaveLength(0);
});

test('an existing study is continued with its own seed, sampler and plans', async () => {
  const storage = `sqlite:${dir}/continue.db`;
  const first = await createStudy({ ...base, storage, trials: 5 });
  await first.optimize(() => ({ y: 1 }), { trials: 2 });
  await first.close();
  const { seed: _, sampler: __, pruner: ___, ...rest } = base;
  const again = await createStudy({ ...rest, storage, maxSteps: 9 });
  expect(again.definition).toEqual(first.definition);
  expect(again.trials).toEqual(first.trials);
  expect(again.sampler).toBe('random');
  expect(again.hints).toEqual({ trials: 5, maxSteps: 9 });
  await again.close();
  const opened = await openStudy(storage, 'demo');
  expect(opened.trials).toEqual(first.trials);
  await expect(openStudy(storage, 'dmeo')).rejects.toThrow(
    'there is no study "dmeo"; did you mean "demo"? Known: "demo".',
  );
  await opened.close();
});

test.each([
  [{ space: space({ x: float(0, 2), c: choice(['a', 'b']) }) }, '"x" was float(0, 1) and is float(0, 2)'],
  [{ space: space({ x: float(0, 1) }) }, '"c" was choice(["a", "b"]) and is gone'],
  [{ objectives: { y: 'maximize' } }, 'its objectives were "minimize y" and are "maximize y"'],
  [
    { objectives: { y: 'minimize', z: 'minimize' } },
    'its objectives were "minimize y" and are "minimize y, minimize z"',
  ],
  [{ seed: 4 }, 'its seed was 3 and is 4'],
])('an existing study with another definition says what differs: %#', async (change, phrase) => {
  const storage = memory();
  await createStudy({ ...base, storage });
  await expect(untyped({ ...base, storage, ...change })).rejects.toThrow(
    `study "demo" exists with another definition: ${phrase}. Choose another name, or give it back its definition.`,
  );
});

test('fields in another order are the same space, and suggestions stay those of the stored order', async () => {
  const storage = memory();
  const first = await createStudy({ ...base, storage });
  await first.ask();
  const turned = space({ c: choice(['a', 'b']), x: float(0, 1) });
  const second = await createStudy({ ...base, space: turned, storage });
  const unbroken = await createStudy(base);
  await unbroken.ask();
  expect((await second.ask()).params).toEqual((await unbroken.ask()).params);
});

test('processes that create the same study at once get the same study', async () => {
  const storage = `sqlite:${dir}/race.db`;
  const all = await Promise.all(Array.from({ length: 6 }, () => createStudy({ ...base, storage })));
  for (const study of all) await study.ask();
  for (const study of all) await study.refresh();
  expect(all.map((study) => study.trials.length)).toEqual([6, 6, 6, 6, 6, 6]);
  for (const study of all) await study.close();
});
