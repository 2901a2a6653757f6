/**
 * A CSV file with a target column as a data set.
 * Task: `task` if given; else classification when the target is not numeric, or when it is whole numbers of at most 20 different values; else
 * regression. Test rows: a second file, or a share of the rows (default 0.2, 0 for none) by a fixed seed, each class in proportion.
 * Columns, missing values and unknown categories: table-columns.ts and `TablePreprocessing`.
 */
import { basename, resolve } from 'node:path';
import { createRng, didYouMean, TuneError } from '#math';
import type { Dataset, PlainTask } from './dataset.ts';
import { sortLabels } from './labels.ts';
import { cellNumber, readTable, type TextTable } from './read-table.ts';
import { splitIndices } from './split.ts';
import { notANumber, planColumns, type ColumnPlan } from './table-columns.ts';
import { categoryIndex, type ColumnData } from './table-encoding.ts';
import { tableSet, type TableRows } from './table-set.ts';

export interface CsvSpec {
  /** The file. */
  readonly csv: string;
  /** Name of the column to predict. */
  readonly target: string;
  readonly task?: 'classification' | 'regression';
  /** A file with the test rows, or a share of the rows; default 0.2, 0 for none. */
  readonly test?: string | number;
  /** Columns not to look at. */
  readonly ignore?: readonly string[];
  /** Columns to take as categories although they hold numbers. */
  readonly categorical?: readonly string[];
  /** Default: detected. */
  readonly delimiter?: string;
  /** Default: the file's name without its ending. */
  readonly name?: string;
}

const FEW_VALUES = 20;

export async function loadCsv(spec: CsvSpec): Promise<Dataset> {
  const { target, delimiter, ignore = [], categorical = [], test = 0.2 } = spec;
  const table = await readTable(resolve(spec.csv), { delimiter });
  for (const name of [target, ...ignore, ...categorical]) columnOf(table, name);
  const { task, notes: taskNotes } = decideTask(table, target, spec.task);
  const targets = targetsOf(table, target, task);

  let [trainTable, trainTargets] = [table, targets];
  let testPart: readonly [TextTable, Int32Array | Float32Array] | null = null;
  const notes = [...taskNotes];
  if (typeof test === 'string') {
    const testTable = await readTable(resolve(test), { delimiter });
    testPart = [testTable, targetsOf(testTable, target, task)];
  } else if (test !== 0) {
    const split = splitIndices(targets, { fraction: test, rng: createRng('csv/test') });
    testPart = [rowsOfTable(table, split.validation), pick(targets, split.validation)];
    [trainTable, trainTargets] = [rowsOfTable(table, split.train), pick(targets, split.train)];
    notes.push(`${split.validation.length} of the ${targets.length} rows were set aside as test rows (fixed)`);
  }

  const planned = planColumns(trainTable, target, { ignore, categorical });
  const rows = (part: TextTable, partTargets: Int32Array | Float32Array): TableRows => ({
    data: planned.plan.map((column) => columnData(part, column)),
    targets: partTargets,
    ids: (i) => `${part.path}, line ${part.lines[i]}`,
  });
  const what = task.kind === 'classification' ? `${task.classes} classes` : 'a number';
  return tableSet({
    name: spec.name ?? basename(spec.csv).replace(/\.[^.]*$/, ''),
    description: `${table.lines.length.toLocaleString('en')} rows of ${table.path}; target "${target}" (${what})`,
    task,
    plan: planned.plan,
    train: rows(trainTable, trainTargets),
    test: testPart === null ? null : rows(...testPart),
    notes: [...notes, ...planned.notes],
  });
}

function columnOf(table: TextTable, name: string): readonly string[] {
  const cells = table.columns[table.names.indexOf(name)];
  if (cells === undefined) {
    throw new TuneError('noColumn', `${table.path} has no column "${name}": ${didYouMean(name, table.names)}`, {
      path: table.path,
      column: name,
      columns: table.names,
    });
  }
  return cells;
}

function decideTask(
  table: TextTable,
  target: string,
  asked: CsvSpec['task'],
): { readonly task: PlainTask; readonly notes: readonly string[] } {
  const cells = columnOf(table, target);
  const empty = cells.indexOf('');
  if (empty >= 0) {
    throw new TuneError(
      'badCell',
      `${table.path}, line ${table.lines[empty]}: the target "${target}" is missing. Fill it in or remove the row.`,
      { path: table.path, line: table.lines[empty] },
    );
  }
  const numbers = cells.map(cellNumber);
  const numeric = numbers.filter((value) => !Number.isNaN(value)).length;
  const distinct = new Set(cells.map(canonical));
  if (distinct.size < 2) {
    throw new TuneError(
      'badTarget',
      `${table.path}: the target "${target}" is "${cells[0]}" in every row, so there is nothing to learn.`,
      { path: table.path, target },
    );
  }
  const damaged = numeric > cells.length / 2 && numeric < cells.length;
  if ((asked === 'regression' && numeric < cells.length) || (asked === undefined && damaged)) {
    const row = numbers.findIndex((value) => Number.isNaN(value));
    throw new TuneError(
      'badCell',
      `${table.path}, line ${table.lines[row]}: the target "${target}" is "${cells[row]}", not a number. Correct it, or say task: 'classification'.`,
      { path: table.path, line: table.lines[row], column: target, cell: cells[row] },
    );
  }
  const few = numbers.every((value) => Number.isInteger(value)) && distinct.size <= FEW_VALUES;
  if (asked === 'regression' || (asked === undefined && numeric === cells.length && !few)) {
    return { task: { kind: 'regression', target }, notes: [] };
  }
  if (distinct.size > 50 && distinct.size > cells.length / 2) {
    throw new TuneError(
      'badTarget',
      `${table.path}: the target "${target}" has ${distinct.size} different values in ${cells.length} rows, too many for classes.${numeric === cells.length ? " Say task: 'regression' to predict the number." : ''}`,
      { path: table.path, target },
    );
  }
  const labels = sortLabels(distinct);
  const byRule = asked === undefined && numeric === cells.length;
  return {
    task: { kind: 'classification', classes: labels.length, labels },
    notes: byRule
      ? [
          `target "${target}" has ${labels.length} whole-number values: taken as classes; say task: 'regression' to predict the number`,
        ]
      : [],
  };
}

/** One spelling per number: 1 and 1.0 are the same class. */
function canonical(cell: string): string {
  const value = cellNumber(cell);
  return Number.isNaN(value) ? cell : String(value);
}

function targetsOf(table: TextTable, target: string, task: PlainTask): Int32Array | Float32Array {
  const cells = columnOf(table, target);
  const bad = (row: number, expected: string): TuneError =>
    new TuneError(
      'badCell',
      `${table.path}, line ${table.lines[row]}: the target "${target}" is ${cells[row] === '' ? 'missing' : `"${cells[row]}"`}, expected ${expected}.`,
      { path: table.path, line: table.lines[row], column: target, cell: cells[row] },
    );
  if (task.kind === 'regression') {
    return Float32Array.from(cells, (cell, row) => {
      const value = Math.fround(cellNumber(cell));
      if (!Number.isFinite(value)) throw bad(row, 'a number within float32');
      return value;
    });
  }
  const classOf = new Map(task.labels.map((label, k) => [label, k]));
  return Int32Array.from(cells, (cell, row) => {
    const label = classOf.get(canonical(cell));
    if (label === undefined)
      throw bad(
        row,
        `a class of the training rows (${task.labels.slice(0, 10).join(', ')}${task.labels.length > 10 ? ' …' : ''})`,
      );
    return label;
  });
}

function columnData(table: TextTable, column: ColumnPlan): ColumnData {
  const cells = columnOf(table, column.name);
  if (column.kind === 'category') {
    const positionOf = categoryIndex(column.categories);
    return Int32Array.from(cells, positionOf);
  }
  return Float64Array.from(cells, (cell) => {
    const value = cellNumber(cell);
    if (Number.isNaN(value) && cell !== '') throw notANumber(table, column.name, cells);
    return value;
  });
}

const pick = (values: Int32Array | Float32Array, rows: Int32Array): Int32Array | Float32Array =>
  values instanceof Int32Array
    ? Int32Array.from(rows, (i) => values[i] ?? 0)
    : Float32Array.from(rows, (i) => values[i] ?? 0);

const rowsOfTable = (table: TextTable, rows: Int32Array): TextTable => ({
  ...table,
  columns: table.columns.map((cells) => Array.from(rows, (i) => cells[i] ?? '')),
  lines: Array.from(rows, (i) => table.lines[i] ?? 0),
});
