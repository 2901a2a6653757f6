/** docs/commands.md keeps up with the code: every key of a study in YAML is in its table, and its example is read. */
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { KEYS, parseCommandStudy } from '../src/tune/command/command-study.ts';

const text = readFileSync(join(resolve(import.meta.dirname, '..'), 'docs/commands.md'), 'utf8');

test('the table of keys has every key, and no other', () => {
  const table = text.slice(text.indexOf('| key | what |'), text.indexOf('Flags of `attune run`'));
  const rows = [...table.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, cell = '']) => cell.split(', '));
  expect(rows.map((name) => name.replaceAll('`', '')).sort()).toEqual(Object.keys(KEYS).sort());
});

test('the example is a study that can be read', () => {
  const yaml = /```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  // The program need not be installed where the tests run.
  const study = parseCommandStudy(yaml.replace('python3', 'sh'), 'study.yaml', tmpdir());
  expect(study).toMatchObject({ name: 'torch-mlp', pruner: 'asha', trials: 50, parallel: 2 });
});
