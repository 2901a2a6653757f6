/** The built package: every door that package.json exports is there with its types, classes exist once, and the root door stays light. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { CLI } from './cli/command.ts';

const root = resolve(import.meta.dirname, '..');
const dist = dirname(CLI);
const doors = Object.entries(manifest.exports).flatMap(([name, target]) =>
  typeof target === 'string' ? [] : [{ name, ...target }],
);

const node = (code: string): string => {
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', code], { cwd: dist, encoding: 'utf8' });
  expect(run.stderr).toBe('');
  return run.stdout;
};

test.each(doors)('the door $name can be imported and has types', ({ default: module, types }) => {
  expect(existsSync(join(root, types))).toBe(true);
  const names = node(`console.log(Object.keys(await import('./${module.slice('./dist/'.length)}')).length)`);
  expect(Number(names)).toBeGreaterThan(0);
});

test('doors share their code: an error thrown behind one is an instance of the class that another exports', () => {
  const code = `
    const { TuneError } = await import('./index.js');
    const { batchSizeRule } = await import('./train.js');
    try { batchSizeRule({ start: -1 }); } catch (error) { console.log(error instanceof TuneError); }`;
  expect(node(code)).toBe('true\n');
});

test('importing the root door loads no engine, database or server', () => {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const walk = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, from, bare] of readFileSync(join(dist, file), 'utf8').matchAll(
      /^(?:import|export)\b[^;]*?from\s*"([^"]+)"|^import\s*"([^"]+)"/gm,
    )) {
      const specifier = from ?? bare ?? '';
      if (specifier.startsWith('./')) walk(specifier.slice(2));
      else if (!specifier.startsWith('node:')) packages.add(specifier.split('/')[0] ?? '');
    }
  };
  walk('index.js');
  expect(seen.size).toBeGreaterThan(5);
  expect([...packages]).toEqual(['pure-rand']);
});
