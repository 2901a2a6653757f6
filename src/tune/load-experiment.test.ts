import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';

// A process of its own, as the command is one: inside vitest an import would go through vite instead of Node and tsx.
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'attune-load-')); // no package.json, no node_modules above it
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const LOAD = `
const { loadExperiment } = await import(${JSON.stringify(new URL('load-experiment.ts', import.meta.url).href)});
const print = (value) => console.log(JSON.stringify(value));
await loadExperiment(process.argv[1]).then(
  (e) => print({ objective: e.objective, space: e.space, seed: e.seed, split: e.validationSplit, sampler: e.sampler, trained: e.train({ units: 3 }) }),
  (error) => print({ name: error.name, code: error.code, message: error.message }),
);
`;

function load(name: string, text?: string): Record<string, unknown> {
  if (text !== undefined) writeFileSync(join(dir, name), text);
  const run = spawnSync(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), '--input-type=module', '-e', LOAD, '--', name],
    {
      cwd: dir,
      encoding: 'utf8',
    },
  );
  expect(run.stderr).toBe('');
  return JSON.parse(run.stdout) as Record<string, unknown>;
}

const DEFINITION = `{
  dataset: 'digits',
  space: { units: choice([16, 32]) },
  model: () => null,
  train: (p) => ({ epochs: p.units }),
  objective: { metric: 'accuracy', goal: 'maximize' },
}`;
const LOADED = {
  objective: { name: 'accuracy', direction: 'maximize' },
  seed: 0,
  split: 0.2,
  sampler: 'auto',
  trained: { epochs: 3 },
};

test('a TypeScript file that lies outside any package is read, with helpers, types and top-level await', () => {
  writeFileSync(join(dir, 'helper.ts'), `import { choice } from 'attune';\nexport const units = choice([16, 32]);\n`);
  expect(
    load(
      'good.ts',
      `import { experiment, type Infer } from 'attune';
       import { units } from './helper.ts';
       import { relu } from 'attune/graph';
       const name: string = await Promise.resolve(relu.name === 'relu' ? 'digits' : 'nothing');
       export default experiment({ dataset: name, space: { units }, model: () => null as never, train: (p) => ({ epochs: p.units }) as never,
                                   objective: { metric: 'accuracy', goal: 'maximize' } });`,
    ),
  ).toMatchObject(LOADED);
});

test.each(['good.js', 'good.mjs'])('%s is read without a package.json', (name) => {
  expect(
    load(name, `import { choice, experiment } from 'attune';\nexport default experiment(${DEFINITION});`),
  ).toMatchObject(LOADED);
});

test('an experiment made by another copy of the package is known by its tag', () => {
  const copy = `{ kind: 'attune.experiment', objective: { name: 'f1', direction: 'maximize' }, train: () => 1 }`;
  expect(load('copy.mjs', `export default ${copy};`)).toMatchObject({ objective: { name: 'f1' } });
});

test.each([
  ['absent.ts', undefined, 'There is no file absent.ts.'],
  ['.', undefined, '. is a directory; name the file with the experiment.'],
  ['data.csv', 'a,b', 'data.csv is not an experiment: wanted a file that ends in .ts, .mts, .js, .mjs.'],
  ['none.ts', 'export const x = 1;', 'none.ts has no default export; end it with export default experiment({ … }).'],
  [
    'other.ts',
    'export default { a: 1 };',
    'The default export of other.ts is not an experiment; write export default experiment({ … }).',
  ],
  ['syntax.ts', 'const a = 1;\nexport default foo(;\n', 'syntax.ts, line 2, column 20: syntax error: Unexpected ";"'],
  ['syntax.mjs', 'const a = 1;\nexport default foo(;\n', "syntax.mjs, line 2: syntax error: Unexpected token ';'"],
  [
    'package.ts',
    `import x from 'not-there';\nexport default x;`,
    /^package\.ts cannot be loaded: Cannot find package 'not-there'/,
  ],
  [
    'name.ts',
    `import { nothing } from 'attune';\nexport default nothing;`,
    "name.ts: The requested module 'attune' does not provide an export named 'nothing'.",
  ],
  [
    'throws.ts',
    `const f = (): never => {\n  throw new TypeError('boom');\n};\nexport default f();`,
    'throws.ts threw while it was loaded: TypeError: boom (line 2)',
  ],
  ['string.mjs', `throw 'boom';`, 'string.mjs threw while it was loaded: boom'],
  [
    'bounds.ts',
    `import { experiment, float } from 'attune';\nexport default experiment({ space: { learningRate: float(1, 0.1) } } as never);`,
    /learningRate.*low/,
  ],
])('%s is refused in one sentence', (name, text, message) => {
  const refused = load(name, text);
  expect(refused).toMatchObject({
    name: 'TuneError',
    message: typeof message === 'string' ? message : (expect.stringMatching(message) as unknown),
  });
  expect(refused['message']).not.toContain('\n');
});
