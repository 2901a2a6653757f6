/**
 * Bad input, each kind through the built command: one clear sentence on stderr, exit code 2, nothing written.
 */
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { attune, freshDirectory, listing } from './command.ts';
import type { Outcome } from './command.ts';

const IMPORTS = `import { choice, experiment, float, int } from 'attune';
import { dense, flatten, sequential } from 'attune/nn';
import { adam } from 'attune/optim';
`;

/** An experiment on a small table; each case replaces one of its parts. */
const experiment = (parts: Readonly<Record<string, string>> = {}): string => {
  const all = {
    dataset: `{ csv: 'points.csv', target: 'kind' }`,
    space: `{ learningRate: choice([0.01]), units: choice([4]) }`,
    model: `(p, data) => sequential([dense(p.units, { activation: 'relu' }), dense(data.classes)])`,
    train: `(p) => ({ optimizer: adam({ learningRate: p.learningRate }), batchSize: 8, epochs: 1 })`,
    objective: `{ metric: 'accuracy', goal: 'maximize' }`,
    sampler: `'grid'`,
    ...parts,
  };
  const lines = Object.entries(all).map(([key, value]) => `  ${key}: ${value},`);
  return `${IMPORTS}export default experiment({\n${lines.join('\n')}\n});\n`;
};

const points = (rows = 60): string =>
  'x,y,kind\n' +
  Array.from({ length: rows }, (_, i) => `${i % 7},${(i * 5) % 11},${i % 2 === 0 ? 'even' : 'odd'}\n`).join('');

const write = (dir: string, name: string, content: string | Buffer): void => writeFileSync(join(dir, name), content);

const png = (width: number, height: number): Buffer => PNG.sync.write(new PNG({ width, height, fill: true }));

/** Runs the command and demands what every kind of bad input has in common. */
async function refused(dir: string, ...args: readonly string[]): Promise<string> {
  const before = listing(dir);
  const outcome = await attune(dir, ...args);
  expectOneSentence(outcome);
  expect(listing(dir)).toEqual(before);
  return outcome.stderr;
}

function expectOneSentence({ code, stdout, stderr }: Outcome): void {
  expect(stderr).toMatch(/^attune: .+[.?)]\n$/); // one line, ended as a sentence
  expect(stderr).not.toMatch(/^\s+at |\bat .*:\d+:\d+|node:internal|\[object/m);
  expect(stdout).toBe('');
  expect(code).toBe(2);
}

/** A directory with an experiment file and its table. */
function project(parts: Readonly<Record<string, string>> = {}): string {
  const dir = freshDirectory();
  write(dir, 'points.csv', points());
  write(dir, 'study.ts', experiment(parts));
  return dir;
}

describe('bad usage is refused:', { timeout: 60_000 }, () => {
  it.each([
    [['run', 'study.ts', '--trails', '3'], "unknown option '--trails'. Did you mean --trials?"],
    [['rnu', 'study.ts'], "unknown command 'rnu'. Did you mean run?"],
    [['run'], "missing required argument 'file'"],
    [['run', 'study.ts', 'other.ts'], 'too many arguments'],
    [['run', 'study.ts', '--parallel', '0'], '--parallel wants a whole number ≥ 1; got "0".'],
    [['run', 'study.ts', '--trials', 'x'], '--trials wants a whole number ≥ 1; got "x".'],
    [['run', 'study.ts', '--epochs', '1.5'], '--epochs wants a whole number ≥ 1; got "1.5".'],
    [['run', 'study.ts', '--timeout', '-1'], '--timeout wants a number of seconds > 0; got "-1".'],
    [['run', 'study.ts', '--seed'], "option '--seed <n>' argument missing"],
    [['run', 'study.ts', '--sampler', 'gird'], 'There is no sampler "gird": did you mean "grid"?'],
    [['run', 'study.ts', '--pruner', 'nome'], 'There is no pruner "nome": did you mean "none"?'],
    [['run', 'study.ts', '--storage', 'mysql://x'], 'unknown storage "mysql://x"'],
    [['run', 'study.ts', '--study', ''], '--study got an empty text.'],
    [['run', 'study.yaml'], 'There is no file study.yaml'],
    [
      ['export', 'x', '--format', 'xml'],
      '--format wants csv or json or parquet or tensorboard or mlflow or optuna; got "xml".',
    ],
    [['report', 'x', '--out', 'x.pdf'], 'ends in .html or .md; got "x.pdf"'],
    [['plot', 'x', 'pie', '--out', 'x.svg'], 'KIND wants history or curves'],
    [['plot', 'x', 'history', '--out', 'x.pdf'], 'ends in .svg, .png or .csv; got "x.pdf"'],
    [['export', 'x', '--format', 'optuna'], '--format optuna wants --out FILE.db (SQLite) or --out FILE.journal.'],
  ])('%j', async (args, sentence) => {
    expect(await refused(project(), ...args)).toContain(sentence);
  });
});

describe('a reading command never creates a database:', { timeout: 60_000 }, () => {
  it.each([[['studies']], [['show', 'x']], [['best', 'x']], [['export', 'x', '--format', 'csv']]])(
    '%j',
    async (args) => {
      expect(await refused(freshDirectory(), ...args)).toContain('attune.db');
    },
  );

  it('also not in a file that is no database', async () => {
    const dir = freshDirectory();
    write(
      dir,
      'attune.db',
      'these are not the bytes of a database, though there are enough of them to be one\n'.repeat(50),
    );
    expect(await refused(dir, 'studies')).toContain('attune.db');
  });
});

describe('a bad experiment is refused:', { timeout: 120_000 }, () => {
  it('a missing file', async () => {
    expect(await refused(freshDirectory(), 'run', 'nowhere.ts')).toContain('nowhere.ts');
  });

  it('no export', async () => {
    const dir = project();
    write(dir, 'study.ts', `${IMPORTS}const unused = 1;\n`);
    expect(await refused(dir, 'run', 'study.ts')).toContain('study.ts has no default export');
  });

  it('an export that is no experiment', async () => {
    const dir = project();
    write(dir, 'study.js', 'export default { dataset: "digits" };\n');
    expect(await refused(dir, 'run', 'study.js')).toContain('is not an experiment');
  });

  it('a syntax error', async () => {
    const dir = project();
    write(dir, 'study.ts', `${IMPORTS}export default experiment({ dataset: \n`);
    expect(await refused(dir, 'run', 'study.ts')).toContain('syntax error');
  });

  it('an error while it is loaded', async () => {
    const dir = project();
    write(dir, 'study.ts', `${IMPORTS}\nconst x: number[] = [];\nx[0]!.toFixed(); // nothing there\n`);
    expect(await refused(dir, 'run', 'study.ts')).toContain('threw while it was loaded');
  });

  it.each([
    ['an empty space', { space: '{}' }, /space/],
    ['low ≥ high', { space: `{ learningRate: float(0.1, 0.01), units: choice([4]) }` }, /learningRate.*low/],
    [
      'log with low ≤ 0',
      { space: `{ learningRate: float(0, 1, { log: true }), units: choice([4]) }` },
      /learningRate.*log/,
    ],
    ['an unknown data set', { dataset: `'cifar11'` }, /no data set "cifar11": did you mean "cifar10"/],
    [
      'a CSV without the target column',
      { dataset: `{ csv: 'points.csv', target: 'knid' }` },
      /"knid".*did you mean "kind"/,
    ],
    ['a CSV file that is not there', { dataset: `{ csv: 'nowhere.csv', target: 'kind' }` }, /nowhere\.csv/],
    [
      'a model whose output does not fit the classes',
      { model: `(p, data) => sequential([dense(p.units), dense(7)])` },
      /7.*2|2.*7/,
    ],
    [
      'a batch size larger than the data',
      { train: `(p) => ({ optimizer: adam({ learningRate: 0.01 }), batchSize: 5000, epochs: 1 })` },
      /batch.*5000/i,
    ],
    [
      'an unknown option of training',
      { train: `(p) => ({ optimizer: adam(), batchSize: 8, epochs: 1, earlyStoping: { patience: 1 } })` },
      /no option "earlyStoping": did you mean "earlyStopping"/,
    ],
    ['an unknown metric', { objective: `{ metric: 'acuracy', goal: 'maximize' }` }, /acuracy/],
    ['an unknown sampler', { sampler: `'gird'` }, /sampler "gird".*"grid"/],
  ])('%s', async (_, parts, sentence) => {
    expect(await refused(project(parts), 'run', 'study.ts')).toMatch(sentence);
  });

  it('trials that would take more memory than allowed', async () => {
    const sentence = await refused(project(), 'run', 'study.ts', '--memory-limit', '20MB');
    expect(sentence).toMatch(/by batches of 8 would take about [\d,]+ MB of memory, more than the limit of 20 MB/);
  });

  it('cells that are no numbers', async () => {
    const dir = project({
      dataset: `{ csv: 'prices.csv', target: 'price', task: 'regression' }`,
      objective: `{ metric: 'mse', goal: 'minimize' }`,
    });
    write(
      dir,
      'prices.csv',
      'size,price\n' + Array.from({ length: 40 }, (_, i) => `${i},${i === 30 ? 'cheap' : i * 3}\n`).join(''),
    );
    const sentence = await refused(dir, 'run', 'study.ts');
    expect(sentence).toContain('prices.csv');
    expect(sentence).toContain('cheap');
    expect(sentence).toContain('32'); // row 30 stands on line 32
  });

  it('an infinite number in a table, by line and column', async () => {
    const dir = project();
    write(dir, 'points.csv', points().replace('\n3,', '\n-Infinity,'));
    const sentence = await refused(dir, 'run', 'study.ts');
    expect(sentence).toMatch(/points\.csv, line 5, column "x": "-Infinity" is not a number/);
  });

  it('a number of arrays that is NaN, by sample and column', async () => {
    const dir = project({
      dataset: `() => fromArrays({ name: 'mine', inputShape: [3], labels: ['a', 'b'], y: Array.from({ length: 40 }, (_, i) => i % 2), x: Float32Array.from({ length: 120 }, (_, i) => (i === 25 ? NaN : i)) })`,
    });
    write(dir, 'study.ts', `import { fromArrays } from 'attune/data';\n${readFileSync(join(dir, 'study.ts'), 'utf8')}`);
    const sentence = await refused(dir, 'run', 'study.ts');
    expect(sentence).toContain('column 1 of sample 8, must be a finite number; got NaN');
  });

  it('a truncated CIFAR-10 file', async () => {
    const dir = project({ dataset: `'cifar10'`, model: `(p, data) => sequential([flatten(), dense(data.classes)])` });
    const folder = join(dir, 'data', 'cifar10');
    mkdirSync(folder, { recursive: true });
    for (const name of ['data_batch_1', 'data_batch_2', 'data_batch_3', 'data_batch_4', 'data_batch_5', 'test_batch']) {
      write(folder, `${name}.bin`, '');
      truncateSync(join(folder, `${name}.bin`), name === 'data_batch_3' ? 30_000_000 : 30_730_000); // sparse: takes no room
    }
    const sentence = await refused(dir, 'run', 'study.ts', '--data-dir', 'data');
    expect(sentence).toContain('data_batch_3.bin');
    expect(sentence.replaceAll(',', '')).toContain('30730000');
  });

  it('an image of another size than the rest', async () => {
    const dir = project({
      dataset: `{ images: 'pictures' }`,
      model: `(p, data) => sequential([flatten(), dense(data.classes)])`,
    });
    for (const part of ['train', 'test']) {
      for (const label of ['cat', 'dog']) {
        mkdirSync(join(dir, 'pictures', part, label), { recursive: true });
        for (let i = 0; i < 10; i++) {
          const odd = part === 'train' && label === 'dog' && i === 7;
          write(join(dir, 'pictures', part, label), `${i}.png`, odd ? png(9, 8) : png(8, 8));
        }
      }
    }
    const sentence = await refused(dir, 'run', 'study.ts');
    expect(sentence).toMatch(/dog.7\.png/);
    expect(sentence).toMatch(/8 ?[×x] ?9/);
  });
});

describe('a place that cannot be written is refused:', { timeout: 120_000 }, () => {
  // A path below a file cannot be written by anybody, root included.
  it('the storage', async () => {
    expect(await refused(project(), 'run', 'study.ts', '--storage', 'sqlite:points.csv/attune.db')).toContain(
      'points.csv',
    );
  });

  it('the storage, in a folder that is not there', async () => {
    expect(await refused(project(), 'run', 'study.ts', '--storage', 'sqlite:no/such/folder/attune.db')).toContain(
      'no/such/folder',
    );
  });

  it('the output', async () => {
    expect(await refused(project(), 'run', 'study.ts', '--out', 'points.csv/out')).toContain('points.csv');
  });

  it('the export', async () => {
    const dir = project();
    await attune(dir, 'run', 'study.ts', '--quiet');
    expect(await refused(dir, 'export', 'study', '--format', 'csv', '--out', 'no/such/folder/x.csv')).toContain(
      'no/such/folder',
    );
    expect(await refused(dir, 'plot', 'study', 'history', '--out', 'no/such/folder/x.svg')).toContain('no/such/folder');
    expect(await refused(dir, 'plot', 'study', 'contour', '--out', 'x.svg')).toContain('--params learningRate,layers');
    expect(await refused(dir, 'plot', 'study', 'slice', '--params', 'lr', '--out', 'x.svg')).toContain(
      '"lr" is not a parameter of this study',
    );
    expect(await refused(dir, 'export', 'study', '--format', 'tensorboard')).toContain('--out FOLDER');
    expect(await refused(dir, 'export', 'study', '--format', 'tensorboard', '--out', 'points.csv')).toContain(
      'points.csv is there already',
    );
  });
});

describe('what does not fit a study or bundle that is there is refused:', { timeout: 120_000 }, () => {
  it('a name that is taken, resuming with another space, seed or epochs, unknown names, inputs of another kind', async () => {
    const dir = project();
    const first = await attune(dir, 'run', 'study.ts', '--study', 'mine', '--json');
    expect(first.code).toBe(0);

    expect(await refused(dir, 'run', 'study.ts', '--study', 'mine')).toContain('"mine"');
    expect(await refused(dir, 'run', 'study.ts', '--study', 'mine', '--resume', '--seed', '99')).toContain('seed');
    expect(await refused(dir, 'run', 'study.ts', '--resume', '--storage', 'memory')).toContain('memory');
    write(dir, 'other.ts', experiment({ space: `{ learningRate: choice([0.01, 0.02]), units: choice([4]) }` }));
    expect(await refused(dir, 'run', 'other.ts', '--study', 'mine', '--resume')).toMatch(/"mine".*learningRate/);

    expect(await refused(dir, 'show', 'mime')).toContain('"mine"');
    expect(await refused(dir, 'data', 'info', 'digit')).toContain('"digits"');
    expect(await refused(dir, 'data', 'list', '--data-dir', 'nowhere')).toContain('nowhere');

    const bundle = join('attune-out', 'mine', 'best');
    expect(await refused(dir, 'predict', 'nowhere', 'points.csv')).toContain('nowhere');
    expect(await refused(dir, 'predict', bundle, 'nowhere.csv')).toContain('nowhere.csv');
    write(dir, 'short.csv', 'x\n1\n');
    expect(await refused(dir, 'predict', bundle, 'short.csv')).toContain('"y"');
    write(dir, 'words.csv', 'x,y\n1,many\n');
    expect(await refused(dir, 'predict', bundle, 'words.csv')).toContain('many');
  });
});
