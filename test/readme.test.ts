/** The code in README.md and docs/search.md is the code that works: the experiment is the example file's, the library example runs against the build. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const blocks = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(
  ([, code = '']) => code,
);

test('the command shown is examples/sklearn/study.yaml', () => {
  const shown = /```yaml\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1] ?? '';
  const withoutComments = (text: string): string => text.replace(/^#.*\n/gm, '');
  expect(withoutComments(shown)).toBe(withoutComments(readFileSync(join(root, 'examples/sklearn/study.yaml'), 'utf8')));
});

/** Code without comments and white space. */
const bare = (code: string): string => code.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '').replace(/\s+/g, '');

test('the experiment shown is examples/cifar10.ts', () => {
  const shown = blocks.find((code) => code.startsWith('// examples/cifar10.ts'));
  expect(shown).toBeDefined();
  expect(bare(shown ?? '')).toBe(bare(readFileSync(join(root, 'examples/cifar10.ts'), 'utf8')));
});

test('the smallest library example runs and finds a good point', () => {
  const code = blocks.find((block) => block.includes('study.optimize'));
  // Inside the package, so that 'attune' is this build, and where git does not look.
  const file = join(root, 'dist/readme-example.mts');
  try {
    writeFileSync(file, code ?? '');
    const run = spawnSync(process.execPath, ['--import', 'tsx', file], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(run.stderr).toBe('');
    const loss = Number(/loss: ([\d.e-]+)/.exec(run.stdout)?.[1]);
    // The best of 100 uniform points in [-10, 10]² lies within radius r of the optimum with probability 1 − (1 − πr²/400)¹⁰⁰: for r = 4, 1 − 1.6e-6.
    expect(loss).toBeLessThan(16);
  } finally {
    rmSync(file);
  }
});

const examples = [...readFileSync(join(root, 'docs/search.md'), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)]
  .map(([, code = '']) => code)
  .filter((code) => code.includes("from 'attune'"));

test.each(examples)('example %# of docs/search.md runs', (code) => {
  const file = join(root, 'dist/search-example.mts');
  try {
    writeFileSync(file, code);
    const run = spawnSync(process.execPath, ['--import', 'tsx', file], { cwd: root, encoding: 'utf8' });
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
  } finally {
    rmSync(file);
  }
});
