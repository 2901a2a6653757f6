/** The import rule of .dependency-cruiser.cjs holds for the house, and is shown to fail on planted violations. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');

function cruise(directory: string) {
  const run = spawnSync(process.execPath, [cruiser, 'src', '--config', '.dependency-cruiser.cjs'], {
    cwd: directory,
    encoding: 'utf8',
  });
  return { code: run.status, text: run.stdout + run.stderr };
}

test('the house keeps its own rule, and the check really sees the modules', () => {
  const { code, text } = cruise(root);
  expect(text).toMatch(/no dependency violations found/);
  expect(code).toBe(0);
  expect(Number(/\((\d+) modules/.exec(text)?.[1])).toBeGreaterThan(50);
});

describe('planted violations are found', () => {
  const files: Record<string, string> = {
    'src/math/index.ts': 'export const one = 1;\n',
    'src/space/index.ts': "import { one } from '#math';\nexport const two = one + 1;\n",
    'src/space/inner.ts': 'export const inner = 3;\n',
    'src/core/index.ts': "import { two } from '#space';\nexport const three = two + 1;\n",
  };
  let directory = '';

  const plant = (extra: Record<string, string>) => {
    rmSync(join(directory, 'src'), { recursive: true, force: true });
    for (const [path, text] of Object.entries({ ...files, ...extra })) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    return cruise(directory);
  };

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'attune-house-'));
    for (const file of ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs'])
      cpSync(join(root, file), join(directory, file));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test('a clean tree passes', () => {
    expect(plant({})).toMatchObject({ code: 0 });
  });

  test.each([
    [
      'an import that points up',
      { 'src/math/up.ts': "import { two } from '#space';\nexport const up = two;\n" },
      'math-imports',
    ],
    [
      'an import of types that points up',
      { 'src/math/up.ts': "import type { two } from '#space';\nexport type Up = typeof two;\n" },
      'math-imports',
    ],
    [
      'the tuner importing the trainer',
      {
        'src/core/t.ts': "import { g } from '#graph';\nexport const t = g;\n",
        'src/graph/index.ts': 'export const g = 1;\n',
      },
      'core-imports',
    ],
    [
      'a door that is bypassed',
      { 'src/core/b.ts': "import { inner } from '../space/inner.ts';\nexport const b = inner;\n" },
      'doors-only',
    ],
    [
      'a cycle of types inside a room',
      {
        'src/math/a.ts': "import type { B } from './b.ts';\nexport interface A { b: B }\n",
        'src/math/b.ts': "import type { A } from './a.ts';\nexport interface B { a: A }\n",
      },
      'no-cycles',
    ],
    [
      'a room that is not in the table',
      { 'src/attic/index.ts': "import { one } from '#math';\nexport const x = one;\n" },
      'known-rooms',
    ],
  ])('%s', (_name, extra, rule) => {
    const { code, text } = plant(extra);
    expect(text).toContain(rule);
    expect(code).not.toBe(0);
  });
});
