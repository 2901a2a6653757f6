/** The example of docs/training.md for default search spaces is examples/architectures.ts, and runs. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runStudy } from './index.ts';

const root = resolve(import.meta.dirname, '../..');
const file = join(root, 'examples/architectures.ts');
const dir = mkdtempSync(join(tmpdir(), 'attune-architectures-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('docs/training.md shows the file', () => {
  const shown = [...readFileSync(join(root, 'docs/training.md'), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(
    ([, code = '']) => code.trim(),
  );
  const code = readFileSync(file, 'utf8').replace(/^\/\/.*\n/gm, '');
  expect(shown).toContain(code.trim());
});

test('two trials of one epoch read digits, each with sizes of its own', { timeout: 240_000 }, async () => {
  const storage = `sqlite:${join(dir, 'a.db')}`;
  const { rounds } = await runStudy(
    { file, trials: 2, epochs: 1, parallel: 1, storage, out: join(dir, 'out') },
    () => undefined,
  );
  expect(rounds.map(({ state }) => state)).toEqual(['complete', 'complete']);
  for (const { params, values } of rounds) {
    expect(Object.keys(params).sort()).toEqual(['dropout', 'layers', 'learningRate', 'units']);
    // Chance is 0.1.
    expect(values?.['accuracy']).toBeGreaterThan(0.3);
  }
  expect(rounds[0]?.params).not.toEqual(rounds[1]?.params);
});
