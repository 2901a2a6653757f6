import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadCsv, type CsvSpec } from './csv.ts';
import type { Dataset, Encoder } from './dataset.ts';

let root = '';
beforeAll(async () => (root = await mkdtemp(join(tmpdir(), 'attune-csv-'))));
afterAll(() => rm(root, { recursive: true, force: true }));

let count = 0;
async function file(text: string, name = `t${count++}.csv`): Promise<string> {
  const path = join(root, name);
  await writeFile(path, text);
  return path;
}
const load = async (text: string, options: Partial<CsvSpec> = {}): Promise<Dataset> =>
  loadCsv({ csv: await file(text), target: 'y', test: 0, ...options });
const rowsOf = (dataset: Dataset, encoder: Encoder, rows: readonly number[]): number[][] => {
  const width = dataset.inputShape[0] ?? 0;
  const into = new Float32Array(rows.length * width).fill(99); // what was in the buffer before must not matter
  encoder.read(dataset.train, Int32Array.from(rows), into);
  return rows.map((_, k) => [...into.subarray(k * width, (k + 1) * width)]);
};

describe('encoding', () => {
  test('numbers are standardised and categories are one-hot, in the order of the columns', async () => {
    const dataset = await load('a,colour,y\n1,red,no\n3,blue,yes\n5,red,no\n');
    expect(dataset.inputShape).toEqual([3]);
    expect(dataset.columns).toEqual([1, 2]);
    const encoder = dataset.fit(Int32Array.of(0, 1));
    // training rows 0 and 1: mean 2, population std 1; categories in the order blue, red
    expect(rowsOf(dataset, encoder, [0, 1, 2])).toEqual([
      [-1, 0, 1],
      [1, 1, 0],
      [3, 0, 1],
    ]);
    expect(encoder.preprocessing).toEqual({
      kind: 'table',
      columns: [
        { name: 'a', kind: 'number', indicator: false, mean: 2, std: 1, fill: 2 },
        { name: 'colour', kind: 'category', categories: ['blue', 'red'], unknown: false },
      ],
    });
  });

  test('a missing number gets the median of the training rows and an input that says so', async () => {
    const dataset = await load('a,y\n1,no\n?,yes\n2,no\n9,no\n100,yes\n');
    expect(dataset.inputShape).toEqual([2]);
    expect(dataset.columns).toEqual([2]);
    // training rows 0 to 3: present 1 2 9, mean 4, variance (9 + 4 + 25) / 3, median 2
    const encoder = dataset.fit(Int32Array.of(0, 1, 2, 3));
    const std = Math.sqrt(38 / 3);
    expect(rowsOf(dataset, encoder, [1, 3])).toEqual([
      [expect.closeTo(-2 / std, 6), 1],
      [expect.closeTo(5 / std, 6), 0],
    ]);
  });

  test('every spelling of a missing value is one', async () => {
    const dataset = await load('a,b,y\n,1,no\nNA,1,yes\nNaN,2,no\n?,2,yes\nnull,2,no\nN/A,2,no\n7,3,no\n');
    expect(dataset.profile().features[0]).toMatchObject({ name: 'a', kind: 'number', missing: 6, min: 7, max: 7 });
  });

  test('missing, rare and new categories share a bucket that exists when training rows fall into it', async () => {
    // 1,000 rows: fewer than five of a category is rare
    const lines = Array.from(
      { length: 1000 },
      (_, i) => `${i < 4 ? 'rare' : i < 6 ? '' : i % 2 === 0 ? 'even' : 'odd'},${i % 3}`,
    );
    const dataset = await load(`c,y\n${lines.join('\n')}\n`);
    expect(dataset.inputShape).toEqual([3]);
    const encoder = dataset.fit(Int32Array.from({ length: 1000 }, (_, i) => i));
    expect(rowsOf(dataset, encoder, [0, 4, 6, 7])).toEqual([
      [0, 0, 1],
      [0, 0, 1],
      [1, 0, 0],
      [0, 1, 0],
    ]);
  });

  test('a category of the test file that training never saw is all zeros where no bucket was trained', async () => {
    const other = await file('c,a,y\ngreen,1,no\n');
    const dataset = await load('c,a,y\nred,1,no\nblue,2,yes\n', { test: other });
    const encoder = dataset.fit(Int32Array.of(0, 1));
    const into = new Float32Array(3);
    if (dataset.test === null) throw new Error('there is a test file');
    encoder.read(dataset.test, Int32Array.of(0), into);
    expect([...into]).toEqual([0, 0, -1]);
  });

  test('a constant column is zero, not NaN', async () => {
    const dataset = await load('a,b,y\n5,0.1,no\n5,0.1,yes\n5,0.1,no\n');
    // the float64 mean of three times 0.1 is one rounding off 0.1, and must not be divided by that
    const near0 = expect.closeTo(0, 12) as number;
    expect(rowsOf(dataset, dataset.fit(Int32Array.of(0, 1, 2)), [0])).toEqual([[near0, near0]]);
  });
});

describe('the form of the file', () => {
  test('byte order mark, CRLF, quotes, blank lines and spaces around cells are dealt with', async () => {
    const dataset = await load('\ufeff"a" , "the ""b"", really", y\r\n\r\n1, "x, y" ,no\r\n2, z ,yes\r\n');
    expect(dataset.profile().features.map((feature) => feature.name)).toEqual(['a', 'the "b", really']);
    expect(dataset.fit(Int32Array.of(0, 1)).preprocessing).toMatchObject({
      columns: [{}, { categories: ['x, y', 'z'] }],
    });
  });

  test.each([[';'], ['\t'], ['|'], [',']])('the delimiter %j is detected', async (delimiter) => {
    const dataset = await load(['a;b;y', '1;"p,q,r";no', '2;s;yes'].join('\n').replaceAll(';', delimiter));
    expect(dataset.profile().features.map((feature) => feature.name)).toEqual(['a', 'b']);
  });

  test('a decimal comma is read where the delimiter is another', async () => {
    const dataset = await load('a;y\n1,5;no\n2,5;yes\n');
    expect(dataset.profile().features[0]).toMatchObject({ kind: 'number', min: 1.5, max: 2.5 });
  });

  test('a row with too many or too few cells is named by its line', async () => {
    await expect(load('a,b,y\n1,2,no\n1,2,3,yes\n')).rejects.toThrow(/line 3 has 4 cells, expected 3/);
    await expect(load('a,b,y\n"1\n1",2,no\n1,yes\n')).rejects.toThrow(/line 4 has 2 cells, expected 3/);
  });

  test('empty files, files without rows, without names or with a name twice are refused', async () => {
    await expect(load('')).rejects.toThrow(/is empty/);
    await expect(load('\n\n')).rejects.toThrow(/is empty/);
    await expect(load('a,y\n')).rejects.toThrow(/has column names and no row below them/);
    await expect(load('1.5,2\n3,4\n')).rejects.toThrow(
      /begins with numbers \(1\.5, 2 …\): the first line must name the columns/,
    );
    await expect(load('a,a,y\n1,2,no\n')).rejects.toThrow(/two columns called "a"/);
    await expect(load('a,y\n"1,no\n2,yes\n')).rejects.toThrow(/cannot be read as CSV/);
    await expect(loadCsv({ csv: join(root, 'gone.csv'), target: 'y' })).rejects.toThrow(/gone\.csv does not exist/);
  });
});

describe('columns', () => {
  test('a cell that is no number among numbers is named by file, line and column, with the way out', async () => {
    const csv = await file('a,y\n1,no\n2,yes\nthree,no\n4,no\n', 'cells.csv');
    await expect(loadCsv({ csv, target: 'y', test: 0 })).rejects.toThrow(
      /cells\.csv, line 4, column "a": "three" is not a number.*categorical: \["a"\]/,
    );
    const dataset = await loadCsv({ csv, target: 'y', test: 0, categorical: ['a'] });
    expect(dataset.profile().features[0]).toMatchObject({ kind: 'category', categories: 4 });
  });

  test('infinite, hexadecimal and overflowing cells are no numbers', async () => {
    for (const cell of ['Infinity', '-inf', '0x1F', '1e999', '1_000']) {
      await expect(load(`a,y\n1,no\n2,yes\n${cell},no\n`)).rejects.toThrow(
        `line 4, column "a": "${cell}" is not a number`,
      );
    }
  });

  test('such a cell in the test file is named there', async () => {
    const other = await file('a,y\n1,no\nx,yes\n', 'other.csv');
    await expect(load('a,y\n1,no\n2,yes\n', { test: other })).rejects.toThrow(/other\.csv, line 3, column "a": "x"/);
  });

  test('columns that teach nothing are left out with a note', async () => {
    const lines = Array.from({ length: 120 }, (_, i) => `${i + 1},,person ${i},${i % 7},${i % 2}`);
    const dataset = await load(`customer_id,nothing,name,a,y\n${lines.join('\n')}\n`);
    expect(dataset.inputShape).toEqual([1]);
    expect(dataset.profile().notes.slice(1)).toEqual([
      'column "customer_id" is left out: it only counts the rows',
      'column "nothing" is left out: it has no value in any row',
      'column "name" is left out: 120 different values in 120 rows (names or free text)',
    ]);
  });

  test('ignored columns are not looked at', async () => {
    const dataset = await load('a,b,y\n1,2,no\n2,oops,yes\n1,3,no\n4,4,no\n', { ignore: ['b'] });
    expect(dataset.inputShape).toEqual([1]);
    await expect(load('b,y\n1,no\n2,yes\n', { ignore: ['b'] })).rejects.toThrow(
      /no column to learn from beside the target "y"/,
    );
  });

  test('columns that are not there are named with near ones', async () => {
    await expect(load('income,age,y\n1,2,no\n', { target: 'incme' })).rejects.toThrow(
      /has no column "incme": did you mean "income"\? Known: "income", "age", "y"/,
    );
    await expect(load('income,y\n1,no\n', { ignore: ['agee'] })).rejects.toThrow(/has no column "agee"/);
    const other = await file('b,y\n1,no\n', 'less.csv');
    await expect(load('a,y\n1,no\n2,yes\n', { test: other })).rejects.toThrow(/less\.csv has no column "a"/);
  });
});

describe('the target', () => {
  const numbers = (values: readonly (number | string)[]) =>
    `a,y\n${values.map((v, i) => `${i % 5},${v}`).join('\n')}\n`;

  test('words are classes, sorted', async () => {
    expect((await load(numbers(['no', 'yes', 'maybe', 'no']))).task).toEqual({
      kind: 'classification',
      classes: 3,
      labels: ['maybe', 'no', 'yes'],
    });
  });

  test('up to 20 whole numbers are classes by value, 21 or a fraction are a number to predict', async () => {
    const values = (n: number) => Array.from({ length: 3 * n }, (_, i) => i % n);
    const twenty = await load(numbers(values(20)));
    expect(twenty.task).toMatchObject({ kind: 'classification', classes: 20 });
    expect(twenty.task).toMatchObject({ labels: Array.from({ length: 20 }, (_, i) => String(i)) });
    expect((await load(numbers(values(21)))).task).toEqual({ kind: 'regression', target: 'y' });
    expect((await load(numbers([1, 2.5, 1, 2]))).task).toEqual({ kind: 'regression', target: 'y' });
  });

  test('1 and 1.0 are the same class', async () => {
    const dataset = await load(numbers(['1', '0', '1.0', '0.0']));
    expect(dataset.task).toMatchObject({ labels: ['0', '1'] });
    expect([...dataset.train.targets]).toEqual([1, 0, 1, 0]);
  });

  test('task overrides the rule', async () => {
    const dataset = await load(numbers([3, 4, 5]), { task: 'regression' });
    expect(dataset.task.kind).toBe('regression');
    expect([...dataset.train.targets]).toEqual([3, 4, 5]);
    expect(dataset.fit(Int32Array.of(0, 2)).targetScale).toEqual({ mean: 4, std: 1 });
    expect((await load(numbers([1.5, 2.5, 1.5]), { task: 'classification' })).task).toMatchObject({
      labels: ['1.5', '2.5'],
    });
    await expect(load(numbers([1, 'x']), { task: 'regression' })).rejects.toThrow(
      /line 3: the target "y" is "x", not a number/,
    );
  });

  test('one value only, a gap, a stray word among numbers and free text are refused', async () => {
    await expect(load(numbers(['no', 'no']))).rejects.toThrow(/"no" in every row, so there is nothing to learn/);
    await expect(load(numbers([1, '', 2]))).rejects.toThrow(/line 3: the target "y" is missing/);
    await expect(load(numbers([1.5, 2.5, 'oops', 4.5]))).rejects.toThrow(
      /line 4: the target "y" is "oops", not a number/,
    );
    await expect(load(numbers(Array.from({ length: 60 }, (_, i) => `text ${i}`)))).rejects.toThrow(
      /60 different values in 60 rows, too many for classes/,
    );
  });

  test('a class of the test file that training does not have is named', async () => {
    const other = await file('a,y\n1,no\n1,never\n', 'classes.csv');
    await expect(load('a,y\n1,no\n2,yes\n', { test: other })).rejects.toThrow(
      /classes\.csv, line 3: the target "y" is "never", expected a class of the training rows \(no, yes\)/,
    );
  });
});

test('a fifth of the rows is the test part unless told otherwise, in proportion and the same each time', async () => {
  const text = `a,y\n${Array.from({ length: 100 }, (_, i) => `${i},${i < 70 ? 'no' : 'yes'}`).join('\n')}\n`;
  const [one, two] = [await load(text, { test: 0.2 }), await load(text, { test: 0.2 })];
  expect([one.train.size, one.test?.size]).toEqual([80, 20]);
  expect([...(one.test?.targets ?? [])].filter((label) => label === 1).length).toBe(6);
  expect(one.test?.targets).toEqual(two.test?.targets);
  // a row knows its line also after the split: a counts from 0, the first row is on line 2
  const into = new Float32Array(one.inputShape[0] ?? 0);
  const encoder = one.fit(Int32Array.from({ length: 80 }, (_, i) => i));
  encoder.read(one.train, Int32Array.of(40), into);
  const [column] = encoder.preprocessing.kind === 'table' ? encoder.preprocessing.columns : [];
  if (column?.kind !== 'number') throw new Error('a is a number');
  const a = Math.round((into[0] ?? 0) * column.std + column.mean);
  expect(one.train.ids?.(40)).toMatch(new RegExp(`, line ${a + 2}$`));
});

const shared = process.env['ATTUNE_DATA_DIR'];
describe.skipIf(shared === undefined || !existsSync(join(shared, 'adult')))(
  'real tables (skipped without ATTUNE_DATA_DIR)',
  () => {
    const at = (path: string) => join(shared ?? '', path);

    test('adult: two files, 14 columns, the counts of its description', async () => {
      const dataset = await loadCsv({ csv: at('adult/train.csv'), test: at('adult/test.csv'), target: 'income' });
      const profile = dataset.profile();
      // counts of the UCI description: 32,561 and 16,281 rows, 7,841 and 3,846 above 50K
      expect(profile.rows).toEqual({ train: 32561, validation: null, test: 16281 });
      expect(profile.balance?.[1]).toEqual({ label: '>50K', train: 7841, test: 3846 });
      expect(profile.features).toHaveLength(14);
      expect(profile.features.find((feature) => feature.name === 'age')).toMatchObject({
        kind: 'number',
        min: 17,
        max: 90,
      });
    });

    test('california_housing: regression, 207 missing bedrooms over train and test', async () => {
      const dataset = await loadCsv({
        csv: at('california_housing/housing.csv'),
        target: 'median_house_value',
        test: 0,
      });
      expect(dataset.task.kind).toBe('regression');
      expect(dataset.train.size).toBe(20640);
      expect(dataset.profile().features.find((feature) => feature.name === 'total_bedrooms')).toMatchObject({
        missing: 207,
      });
      const encoder = dataset.fit(Int32Array.from({ length: 20640 }, (_, i) => i));
      const width = dataset.inputShape[0] ?? 0;
      const into = new Float32Array(20640 * width);
      encoder.read(
        dataset.train,
        Int32Array.from({ length: 20640 }, (_, i) => i),
        into,
      );
      expect(into.every(Number.isFinite)).toBe(true);
    });

    test('credit default: the row counter is left out, wine quality and german credit are classes', async () => {
      const credit = await loadCsv({ csv: at('uci_credit_default/credit_default.csv'), target: 'default' });
      expect(credit.profile().notes).toContain('column "ID" is left out: it only counts the rows');
      expect(credit.inputShape).toEqual([23]);
      const wine = await loadCsv({ csv: at('wine_quality/white.csv'), target: 'quality' });
      expect(wine.task).toMatchObject({ labels: ['3', '4', '5', '6', '7', '8', '9'] });
      const german = await loadCsv({ csv: at('german_credit/german_credit.csv'), target: 'class' });
      expect(german.profile().balance?.map((b) => b.train + b.test)).toEqual([700, 300]); // 30 % bad in 1,000
    });
  },
);
