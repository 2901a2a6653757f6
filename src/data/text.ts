/**
 * Texts with labels from a CSV or TSV file: one column holds the text, one the class. A second file may hold the validation rows,
 * a third the test rows.
 */
import { basename, resolve } from 'node:path';
import { createRng, didYouMean, TuneError } from '#math';
import type { Dataset } from './dataset.ts';
import { sortLabels } from './labels.ts';
import { readTable, type TextTable } from './read-table.ts';
import { splitIndices } from './split.ts';
import { textSet, type TextRows } from './text-set.ts';

export interface TextSpec {
  /** The file of the training rows. */
  readonly text: string;
  /** The column of the text. Default "text". */
  readonly column?: string;
  /** The column of the class. */
  readonly target: string;
  /** A file with validation rows; without it they are split off the training rows. */
  readonly validation?: string;
  /** A file with the test rows, or a share of the rows; default 0.2, 0 for none. */
  readonly test?: string | number;
  /** Tokens of a text that are read at most. Default 128. */
  readonly maxLength?: number;
  /** Words that are told apart at most, by how frequent they are. Default 20,000. */
  readonly vocabularySize?: number;
  readonly delimiter?: string;
  /** Default: the file's name without its ending. */
  readonly name?: string;
}

export async function loadText(spec: TextSpec, description?: string): Promise<Dataset> {
  const { column = 'text', target, test = 0.2, maxLength = 128, vocabularySize = 20_000, delimiter } = spec;
  for (const [option, value] of Object.entries({ maxLength, vocabularySize })) {
    if (Number.isSafeInteger(value) && value >= 3) continue;
    throw new TuneError('datasetSpec', `dataset.${option} must be a whole number of at least 3; got ${value}.`, {
      value,
    });
  }
  const read = async (file: string): Promise<Part> => {
    const table = await readTable(resolve(file), { delimiter });
    return { table, texts: columnOf(table, column), labels: columnOf(table, target) };
  };
  const main = await read(spec.text);
  const labels = sortLabels(new Set(main.labels.filter((label) => label !== '')));
  if (labels.length < 2) {
    const message = `${main.table.path} has ${labels.length} classes in its column "${target}", expected at least two.`;
    throw new TuneError('badFile', message, { path: main.table.path, column: target });
  }
  const rows = rowsWith(labels, target);
  let train = rows(main);
  let testRows: TextRows | null = null;
  if (typeof test === 'string') testRows = rows(await read(test));
  else if (test !== 0) {
    const split = splitIndices(train.targets, { fraction: test, rng: createRng('text/test') });
    [train, testRows] = [choose(train, split.train), choose(train, split.validation)];
  }
  const own = train.targets.length;
  if (spec.validation !== undefined) train = joined(train, rows(await read(spec.validation)));
  const count = main.labels.length.toLocaleString('en');
  return textSet({
    name: spec.name ?? basename(spec.text).replace(/\.[^.]*$/, ''),
    description: description ?? `${count} texts of ${main.table.path}; target "${target}" (${labels.length} classes)`,
    task: { kind: 'classification', classes: labels.length, labels },
    column,
    train,
    test: testRows,
    ...(spec.validation !== undefined && {
      validation: Int32Array.from({ length: train.targets.length - own }, (_, i) => own + i),
    }),
    maxLength,
    vocabularySize,
  });
}

interface Part {
  readonly table: TextTable;
  readonly texts: readonly string[];
  readonly labels: readonly string[];
}

function columnOf(table: TextTable, name: string): readonly string[] {
  const cells = table.columns[table.names.indexOf(name)];
  if (cells !== undefined) return cells;
  throw new TuneError('noColumn', `${table.path} has no column "${name}": ${didYouMean(name, table.names)}`, {
    path: table.path,
    column: name,
  });
}

const rowsWith =
  (labels: readonly string[], target: string) =>
  ({ table, texts, labels: cells }: Part): TextRows => {
    const ids = (i: number): string => `${table.path}, line ${table.lines[i]}`;
    const targets = Int32Array.from(cells, (cell, i) => {
      const label = labels.indexOf(cell);
      if (label >= 0) return label;
      const got = cell === '' ? 'missing' : `"${cell}"`;
      const known = `${labels.slice(0, 10).join(', ')}${labels.length > 10 ? ' …' : ''}`;
      throw new TuneError(
        'badCell',
        `${ids(i)}: the target "${target}" is ${got}, expected a class of the training rows (${known}).`,
        { path: table.path, line: table.lines[i], column: target, cell },
      );
    });
    return { texts, targets, ids };
  };

const choose = ({ texts, targets, ids }: TextRows, rows: Int32Array): TextRows => ({
  texts: Array.from(rows, (i) => texts[i] ?? ''),
  targets: rows.map((i) => targets[i] ?? 0),
  ids: (i) => ids(rows[i] ?? 0),
});

const joined = (a: TextRows, b: TextRows): TextRows => ({
  texts: [...a.texts, ...b.texts],
  targets: Int32Array.from([...a.targets, ...b.targets]),
  ids: (i) => (i < a.targets.length ? a.ids(i) : b.ids(i - a.targets.length)),
});
