/** Filters, over a study that the library made. */
import { expect, test } from 'vitest';
import { replay, type TrialRecord } from '#core';
import { branch, choice, float, space } from '#space';
import { memory } from '#storage';
import { createStudy } from '#study';
import { columnsOf, csvOf, sortedBy, type Column } from './columns.ts';
import { parseFilter } from './filter.ts';

async function example(): Promise<{ readonly trials: readonly TrialRecord[]; readonly columns: readonly Column[] }> {
  const storage = memory();
  const study = await createStudy({
    name: 'demo',
    storage,
    space: space({
      lr: float(1e-5, 1e-1, { log: true }),
      size: choice(['small', '=large']),
      optimizer: branch({ sgd: { momentum: float(0, 1) }, adam: {} }),
    }),
    objectives: { loss: 'minimize' },
  });
  const sgd = { kind: 'sgd', momentum: 0.9 } as const;
  await study.add({ lr: 1e-4, size: 'small', optimizer: sgd }, { loss: 0.5 });
  await study.add({ lr: 1e-2, size: '=large', optimizer: { kind: 'adam' } }, { loss: 0.25 });
  await study.add(
    { lr: 1e-3, size: 'small', optimizer: { kind: 'adam' } },
    { state: 'failed', error: 'Out of MEMORY' },
  );
  const found = await storage.find('demo');
  const state = replay((await storage.read(found?.id ?? '', 0)).map(({ event }) => event));
  return { trials: state.trials, columns: columnsOf(state) };
}

test.each([
  ['', [0, 1, 2]],
  ['lr < 1e-3', [0]],
  ['lr <= 0.001 and state = failed', [2]],
  ['state = failed or loss > 0.3', [0, 2]],
  ['not (state = failed or lr >= 0.01)', [0]],
  // "and" binds closer than "or": 1 fits by its loss alone.
  ['loss = 0.25 or lr = 0.0001 and state = failed', [1]],
  ['optimizer.sgd.momentum >= 0.9', [0]],
  ['momentum != none', [0]],
  ['optimizer = adam AND loss = none', [2]],
  ['reason ~ memory', [2]],
  ["size = '=large'", [1]],
  ['size="small"', [0, 2]],
  // A trial without a momentum is not one whose momentum is 0.9.
  ['momentum != 0.9', [1, 2]],
])('%j lets trials %j through', async (text, numbers) => {
  const { trials, columns } = await example();
  const filter = parseFilter(text, columns);
  expect(filter).toHaveProperty('test');
  if ('test' in filter) expect(trials.filter(filter.test).map(({ number }) => number)).toEqual(numbers);
});

test.each([
  ['lr <', 'A value is missing after "lr <".'],
  ['learningrate < 1', 'There is no column "learningrate";'],
  ['stat = failed', 'did you mean "state"'],
  ['lr < small', '"<" compares numbers; "small" is none.'],
  ['(lr < 1', 'A bracket is not closed.'],
  ['lr < 1 state = failed', '"state" was not expected here'],
  ['size = "small', 'a quote may be missing'],
  ['lr', 'After "lr" comes one of'],
  ['and', 'There is no column "and"'],
  ['= 3', 'A comparison is missing'],
])('%j is answered by one sentence', async (text, sentence) => {
  const { columns } = await example();
  const filter = parseFilter(text, columns);
  expect(filter).toHaveProperty('error');
  if ('error' in filter) expect(filter.error).toContain(sentence);
});

test('rows without a value come last whichever way a column is sorted', async () => {
  const { trials, columns } = await example();
  const loss = columns.find(({ id }) => id === 'loss');
  const numbers = (direction: 'up' | 'down') => loss && sortedBy(trials, loss, direction).map(({ number }) => number);
  expect(numbers('up')).toEqual([1, 0, 2]);
  expect(numbers('down')).toEqual([0, 1, 2]);
});

test('CSV quotes what needs it and disarms what a spreadsheet would compute', async () => {
  const { trials, columns } = await example();
  const some = columns.filter(({ id }) => ['number', 'size', 'loss', 'reason'].includes(id));
  expect(csvOf(some, trials)).toBe(
    "number,loss,size,reason\r\n0,0.5,small,\r\n1,0.25,'=large,\r\n2,,small,Out of MEMORY\r\n",
  );
});
