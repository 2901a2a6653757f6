import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { fill, fillCommand, parseTemplate, shellTemplate, splitCommand, type CommandTemplate } from './template.ts';

/** What a program sees: its arguments, as JSON. */
const SHOW = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))';
const node = process.execPath;

function argumentsOf(command: CommandTemplate, values: Record<string, string>): unknown {
  const { program, args, env } = fillCommand(command, values);
  const run = spawnSync(program, [...args], { env: { ...process.env, ...env }, encoding: 'utf8' });
  expect(run.stderr).toBe('');
  return JSON.parse(run.stdout);
}

const words = (text: string): CommandTemplate => ({ kind: 'words', words: splitCommand(text) });

test('a command is cut into words as a shell would, and values replace pieces of words', () => {
  expect(splitCommand(`python3  train.py --lr={lr} 'a b' "c \\"d\\"" e\\ f ""`)).toEqual([
    ['python3'],
    ['train.py'],
    ['--lr=', { path: 'lr' }],
    ['a b'],
    ['c "d"'],
    ['e f'],
    [],
  ]);
  expect(
    fillCommand(words('run --lr {lr} --m {optimizer.sgd.momentum} {flag} {{x}'), { lr: 1e-7, flag: true }),
  ).toEqual({
    program: 'run',
    args: ['--lr', '1e-7', '--m', '', 'true', '{x}'],
    env: {},
  });
  expect(fill(parseTemplate('{a}-{b}{{c}'), { a: 1, b: null })).toBe('1-null{c}');
});

test.each([
  ['a {b', 'opens a brace that is not closed'],
  ["a 'b", "a quote ' that is not closed"],
  ['a | b', '"|" means nothing without a shell; add "shell: true"'],
  ['echo $HOME', '"$" means nothing without a shell'],
  ['a \\', 'backslash'],
])('%s is refused', (text, sentence) => {
  expect(() => splitCommand(text)).toThrow(sentence);
});

test('NUL is refused with a sentence, wherever it would go', () => {
  for (const command of [words('a {x}'), shellTemplate('a {x}')])
    expect(() => fillCommand(command, { x: 'a\0b' })).toThrow('the value of "x" holds a NUL character');
  expect(() => fill(parseTemplate('{x}'), { x: '\0' })).toThrow('NUL');
});

test('in a shell script a brace of the shell stays, and parameters are variables', () => {
  const command = shellTemplate('for f in *; do echo ${f} "{x}" \'{x}\' {x} {{y}; done');
  expect(command).toEqual({
    kind: 'shell',
    script: 'for f in *; do echo ${f} "${ATTUNE_VALUE_0}" \'\'"${ATTUNE_VALUE_0}"\'\' "${ATTUNE_VALUE_0}" {y}; done',
    paths: ['x'],
  });
});

// What has broken quoting before: quotes of every kind, substitutions, separators, globs, options, newlines, other alphabets, lone surrogates excluded (no UTF-8).
const nasty = fc
  .oneof(
    fc.constantFrom(
      `'`,
      `"`,
      '`',
      '$(touch pwned)',
      '`touch pwned`',
      '${HOME}',
      '; touch pwned',
      '| sh',
      '&& exit 1',
      '\\',
      '\\"',
      `'"'"'`,
      '*',
      '~',
      '!',
      '{x}',
      '{{',
      '\n',
      '\r\n',
      '\t',
      ' ',
      '-rf',
      '#',
      '=',
      '%',
      'é',
      '日本',
      '👩‍🔬',
      '\u202e',
    ),
    fc.string({ unit: 'grapheme' }),
  )
  .filter((text) => !text.includes('\0'));
const value = fc.array(nasty, { maxLength: 6 }).map((parts) => parts.join(''));

// Forty values go into one command, bare, inside a word and two in one argument: a process for each would take minutes.
const COUNT = 40;
const show = `'${node}' -e '${SHOW}' --`;
const holes = (quote: string): string =>
  Array.from(
    { length: COUNT },
    (_, i) => `${quote}{v${i}}${quote} a${quote}b{v${i}}c${quote} ${quote}{v${i}} {v0}${quote}`,
  ).join(' ');

test.each([
  ['without a shell', words(`${show} ${holes('"')}`)],
  ['without a shell or quotes', words(`${show} ${holes('').replaceAll(/(\{v\d+\}) \{v0\}/g, '"$1 {v0}"')}`)],
  ['with a shell', shellTemplate(`${show} ${holes('').replaceAll(/(\{v\d+\}) \{v0\}/g, '"$1 {v0}"')}`)],
  ['with a shell, in double quotes', shellTemplate(`${show} ${holes('"')}`)],
  ['with a shell, in single quotes', shellTemplate(`${show} ${holes("'")}`)],
])('the program gets exactly the values, %s', (_, command) => {
  fc.assert(
    fc.property(fc.array(value, { minLength: COUNT, maxLength: COUNT }), (list) => {
      const values = Object.fromEntries(list.map((text, i) => [`v${i}`, text]));
      expect(argumentsOf(command, values)).toEqual(list.flatMap((text) => [text, `ab${text}c`, `${text} ${list[0]}`]));
    }),
    { numRuns: 6 },
  );
});

test('inside a command substitution a value may be cut at blanks, but is never run', () => {
  const dir = mkdtempSync(join(tmpdir(), 'attune-template-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const command = shellTemplate('echo "$(printf %s "{a}")" $(echo {a}) `echo {a}`');
  for (const a of ['$(touch pwned)', '`touch pwned`', '"; touch pwned; "', "'; touch pwned; '", ') ; touch pwned; (']) {
    const { program, args, env } = fillCommand(command, { a });
    const run = spawnSync(program, [...args], { cwd: dir, env: { ...process.env, ...env }, encoding: 'utf8' });
    expect(run.stdout).toContain('touch');
    expect(readdirSync(dir)).toEqual([]);
  }
});
