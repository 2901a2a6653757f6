import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadCommandStudy, parseCommandStudy } from './command-study.ts';

const STUDY = `name: torch-mlp
command: sh train.sh --lr {learningRate} --batch-size {batchSize}
space:
  learningRate: { type: float, low: 1e-5, high: 1e-1, log: true }
  batchSize: { type: choice, choices: [32, 64, 128] }
  optimizer:
    type: branch
    branches:
      sgd:
        momentum:
          type: float
          low: 0
          high: 0.99
      adam: {}
objective: { metric: val_accuracy, goal: maximize }
sampler: auto
pruner: asha
trials: 50
parallel: 2
`;
/** Each line is nine times the one before: 9⁶ items in all. */
const ALIASES = [
  'x: &l0 [1]',
  ...Array.from({ length: 6 }, (_, i) => `l${i}: &l${i + 1} [${`*l${i},`.repeat(9)}]`),
].join('\n');
const parse = (text: string) => parseCommandStudy(text, 'study.yaml', tmpdir());
/** The study with one piece replaced; the piece must be there. */
const changed = (from: string, to: string): string => {
  expect(STUDY).toContain(from);
  return STUDY.replace(from, to);
};

test('a study with every kind of parameter is read, with defaults for what it leaves out', () => {
  const study = parse(
    changed(
      'parallel: 2',
      'parallel: 2\nenv: { SIZE: "{batchSize}", MODE: fast, N: 3 }\nmetrics: { val_accuracy: acc }',
    ),
  );
  expect(study).toMatchObject({
    name: 'torch-mlp',
    objective: { name: 'val_accuracy', direction: 'maximize' },
    objectives: [{ name: 'val_accuracy', direction: 'maximize' }],
    limits: {},
    sampler: 'auto',
    pruner: 'asha',
    trials: 50,
    parallel: 2,
    seed: 0,
    setup: {
      cwd: tmpdir(),
      told: ['val_accuracy'],
      names: { acc: 'val_accuracy' },
      env: { SIZE: [{ path: 'batchSize' }], MODE: ['fast'], N: ['3'] },
      resumable: false,
      graceMs: 5000,
      timeoutMs: null,
      memoryLimitBytes: null,
    },
  });
  expect(study.space.dimensions.map(({ path }) => path)).toEqual([
    'learningRate',
    'batchSize',
    'optimizer',
    'optimizer.sgd.momentum',
  ]);
  expect(study.space.fields['learningRate']).toMatchObject({
    kind: 'float',
    low: 1e-5,
    high: 0.1,
    log: true,
    step: null,
  });
});

test('linear constraints rule parameters out', () => {
  const { space } = parse(
    changed('parallel: 2', 'constraints:\n  - { linear: { batchSize: 1, learningRate: 1000 }, atMost: 100 }'),
  );
  const adam = { kind: 'adam' };
  expect(space.allows({ learningRate: 0.01, batchSize: 64, optimizer: adam })).toBe(true);
  expect(space.allows({ learningRate: 0.1, batchSize: 64, optimizer: adam })).toBe(false);
});

test('limits are read in their units, a list of words and a script of a shell as commands', () => {
  const { setup } = parse(
    changed('trials: 50', 'trials: 50\ntrialTimeoutSeconds: 1.5\ngraceSeconds: 0\nmaxSteps: 20\nresumable: true'),
  );
  expect(setup).toMatchObject({ timeoutMs: 1500, graceMs: 0, maxSteps: 20, resumable: true });
  const list = parse(
    changed(
      'command: sh train.sh --lr {learningRate} --batch-size {batchSize}',
      'command: [sh, "a b", "{learningRate}"]',
    ),
  );
  expect(list.setup.command).toEqual({ kind: 'words', words: [['sh'], ['a b'], [{ path: 'learningRate' }]] });
  const script = parse(
    changed(
      'command: sh train.sh --lr {learningRate} --batch-size {batchSize}',
      'shell: true\ncommand: echo {batchSize} | cat',
    ),
  );
  expect(script.setup.command).toMatchObject({ kind: 'shell', paths: ['batchSize'] });
});

// Line numbers are those of STUDY above.
test.each([
  ['trials: 50', 'trails: 50', 'study.yaml:18: unknown key "trails"; did you mean "trials"?'],
  ['trials: 50', 'trials: many', 'study.yaml:18: trials wants a whole number ≥ 1; got "many".'],
  ['trials: 50', 'trials: 0.5', 'study.yaml:18: trials wants a whole number ≥ 1; got 0.5.'],
  ['trials: 50', 'trials: 1\ntrials: 2', 'study.yaml:19: the key "trials" stands there twice; leave one out.'],
  [
    'learningRate: { type',
    'batchSize: { type: int, low: 1, high: 2 }\n  learningRate: { type',
    'study.yaml:6: the key "batchSize" stands there twice; leave one out.',
  ],
  ['pruner: asha', '---', 'study.yaml:17: the file goes on with another document behind "---"; keep one.'],
  ['pruner: asha', 'pruner: *asha', 'study.yaml:17: the alias *asha has no anchor &asha before it.'],
  ['pruner: asha', 'pruner: !name asha', 'study.yaml:17: Unresolved tag: !name.'],
  ['trials: 50', 'trials: [1', 'study.yaml:19: Flow sequence in block collection must be sufficiently indented'],
  ['pruner: asha', 'pruner: ahsa', 'study.yaml:17: there is no pruner "ahsa"; did you mean "asha"?'],
  ['sampler: auto', 'sampler: bayes', 'study.yaml:16: there is no sampler "bayes"; known: '],
  ['goal: maximize', 'goal: up', 'study.yaml:15: objective.goal wants "maximize" or "minimize"; got "up".'],
  ['goal: maximize', 'gaol: maximize', 'study.yaml:15: unknown key "gaol" of objective; did you mean "goal"?'],
  ['metric: val_accuracy', 'metric: state', 'a metric may not be called "state"'],
  [
    'objective: { metric: val_accuracy, goal: maximize }',
    '',
    'study.yaml:1: "objective" is missing; it wants { metric: accuracy',
  ],
  [
    'command: sh train.sh --lr {learningRate} --batch-size {batchSize}',
    'command: ""',
    'study.yaml:2: command wants a text',
  ],
  [
    '{learningRate}',
    '{learningrate}',
    'study.yaml:2: command: {learningrate} is no parameter; did you mean "learningRate"?',
  ],
  ['{learningRate}', '{learningRate', 'study.yaml:2: command: {learningRate --batch-size {batchSize} is no parameter'],
  [
    'sh train.sh',
    'no-such-program train.sh',
    'study.yaml:2: command: there is no program "no-such-program" on the PATH.',
  ],
  ['sh train.sh', './no-such-program', '/no-such-program is no file that can be run.'],
  ['sh train.sh', 'cat x | sh', '"|" means nothing without a shell; add "shell: true"'],
  [
    'type: choice, choices: [32, 64, 128]',
    'type: choise, choices: [32]',
    'study.yaml:5: space: parameter "batchSize": unknown type "choise"; did you mean "choice"?',
  ],
  [
    'type: float, low: 1e-5',
    'type: float, lo: 1e-5',
    'study.yaml:4: space: parameter "learningRate": unknown key "lo" of a float; did you mean "low"',
  ],
  ['low: 1e-5', 'low: small', 'study.yaml:4: space: parameter "learningRate": "low" must be a number; got "small".'],
  ['low: 1e-5', 'low: 0', 'study.yaml:4: space: float("learningRate"): low must be > 0 when log is true'],
  ['high: 0.99', 'high: -1', 'study.yaml:12: space: float("optimizer.sgd.momentum"): low must be < high'],
  ['high: 0.99', 'hihg: 1', 'study.yaml:13: space: parameter "optimizer.sgd.momentum": unknown key "hihg"'],
  [
    'type: branch',
    'type: brunch',
    'study.yaml:7: space: parameter "optimizer": unknown type "brunch"; did you mean "branch"?',
  ],
  ['adam: {}', '"a b": {}', 'label "a b" of branch("optimizer")'],
  ['parallel: 2', 'cwd: no/such', 'study.yaml:19: cwd: there is no directory'],
  ['parallel: 2', 'env: { ATTUNE_TRIAL: x }', 'study.yaml:19: env: ATTUNE_TRIAL is set by Attune itself.'],
  ['parallel: 2', 'env:\n  A: 1\n  B: "{nope}"', 'study.yaml:21: env.B: {nope} is no parameter'],
  [
    'parallel: 2',
    'trialTimeoutSeconds: -1',
    'study.yaml:19: trialTimeoutSeconds wants a number of seconds > 0; got -1.',
  ],
  ['parallel: 2', 'constraints:\n  - { linear: { batchSize: 1 } }', 'study.yaml:19: constraints: '],
  ['parallel: 2', 'constraints:\n  - { linear: { batchsize: 1 }, atMost: 3 }', '"batchsize"'],
  [
    'parallel: 2',
    'constraints:\n  - { linear: { batchSize: 1 }, atmost: 3 }',
    'study.yaml:20: constraints.0 wants a list of',
  ],
  ['parallel: 2', 'metrics: { accuracy: [1] }', 'study.yaml:19: metrics.accuracy wants names of the study'],
  [
    'choices: [32, 64, 128]',
    'choices: ["a\\0b", c]',
    'study.yaml:5: space: parameter "batchSize" has a choice with a NUL character',
  ],
])('%s → %s is refused: %s', (from, to, sentence) => {
  expect(() => parse(changed(from, to))).toThrow(sentence);
});

test.each([
  ['', 'study.yaml:1: expected keys with values'],
  ['- a\n- b\n', 'study.yaml:1: expected keys with values, as "command: …"; got ["a","b"].'],
  ['a: &a [*a]\n', 'study.yaml:1:'],
  ['a: !!js/function "x"\n', 'study.yaml:1: Unresolved tag: tag:yaml.org,2002:js/function.'],
  ['command: ls\nspace: {}\n', 'study.yaml:2: space wants named parameters, as learningRate: { type: float'],
  [ALIASES, 'study.yaml:2: the aliases (*NAME) of this file grow to too much data; write it out.'],
])('%j is refused', (text, sentence) => {
  expect(() => parse(text)).toThrow(sentence);
});

test('a file of another kind is refused by its size before it is read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-yaml-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'weights.yaml');
  writeFileSync(file, '# '.repeat(1_100_000));
  expect(() => loadCommandStudy(file)).toThrow(`${file} has 2.2 MB; a study has at most 1 MB.`);
});

test('paths in a file are relative to its folder', () => {
  const dir = mkdtempSync(join(tmpdir(), 'attune-yaml-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, 'study.yaml'), STUDY);
  expect(loadCommandStudy(join(dir, 'study.yaml')).setup.cwd).toBe(dir);
  expect(() => loadCommandStudy(join(dir, 'other.yaml'))).toThrow('There is no file');
  expect(() => loadCommandStudy(dir)).toThrow('is a directory');
});
