/**
 * Decides what each column of a table is, from the training file:
 *   number     every present cell is a number
 *   category   at most half of the present cells are numbers, or the caller says so (`categorical`)
 *   an error   otherwise: mostly numbers with something else in between is a damaged cell, named by line
 * Left out, with a note: columns without any value, row counters (named id, index … or nameless, whole numbers that increase),
 * and texts (more than half of the rows have a value of their own).
 * Categories with fewer than min(5, rows / 200) training rows share the `unknown` bucket with missing and never seen values, and so does everything
 * beyond the 256 most frequent.
 */
import { TuneError } from '#math';
import { sortLabels } from './labels.ts';
import { cellNumber, type TextTable } from './read-table.ts';

export type ColumnPlan =
  | { readonly kind: 'number'; readonly name: string; readonly indicator: boolean }
  | {
      readonly kind: 'category';
      readonly name: string;
      readonly categories: readonly string[];
      readonly unknown: boolean;
    };

const MOSTLY = 0.5;
const MAX_CATEGORIES = 256;
const MIN_ROWS = 5;

export interface ColumnOptions {
  readonly ignore: readonly string[];
  readonly categorical: readonly string[];
}

export function planColumns(
  table: TextTable,
  target: string,
  { ignore, categorical }: ColumnOptions,
): { readonly plan: readonly ColumnPlan[]; readonly notes: readonly string[] } {
  const plan: ColumnPlan[] = [];
  const notes: string[] = [];
  table.names.forEach((name, c) => {
    if (name === target || ignore.includes(name)) return;
    const cells = table.columns[c] ?? [];
    const present = cells.filter((cell) => cell !== '');
    if (present.length === 0) {
      notes.push(`column "${name}" is left out: it has no value in any row`);
      return;
    }
    const numbers = categorical.includes(name) ? 0 : present.filter((cell) => !Number.isNaN(cellNumber(cell))).length;
    if (numbers === present.length) {
      if (isCounter(name, cells)) notes.push(`column "${name}" is left out: it only counts the rows`);
      else plan.push({ kind: 'number', name, indicator: present.length < cells.length });
      return;
    }
    if (numbers > MOSTLY * present.length) throw notANumber(table, name, cells);
    const column = categoriesOf(name, present, cells.length);
    if (column === null)
      notes.push(
        `column "${name}" is left out: ${new Set(present).size} different values in ${cells.length} rows (names or free text)`,
      );
    else plan.push(column);
  });
  if (plan.length === 0) {
    throw new TuneError(
      'badFile',
      `${table.path} has no column to learn from beside the target "${target}". ${notes.join('; ')}`.trim(),
      { path: table.path },
    );
  }
  return { plan, notes };
}

/** @internal The first cell of a number column that is no number. */
export function notANumber(table: TextTable, name: string, cells: readonly string[]): TuneError {
  const row = cells.findIndex((cell) => cell !== '' && Number.isNaN(cellNumber(cell)));
  return new TuneError(
    'badCell',
    `${table.path}, line ${table.lines[row]}, column "${name}": "${cells[row]}" is not a number, as the other cells of the column are. Correct it, leave it empty, or say categorical: ["${name}"].`,
    { path: table.path, line: table.lines[row], column: name, cell: cells[row] },
  );
}

function categoriesOf(name: string, present: readonly string[], rows: number): ColumnPlan | null {
  const counts = new Map<string, number>();
  for (const cell of present) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  if (counts.size > 50 && counts.size > rows / 2) return null;
  const least = Math.min(MIN_ROWS, rows / 200);
  const frequent = [...counts]
    .filter(([, count]) => count >= least)
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .slice(0, MAX_CATEGORIES)
    .map(([value]) => value);
  if (frequent.length === 0) return null;
  return {
    kind: 'category',
    name,
    categories: sortLabels(frequent),
    unknown: present.length < rows || frequent.length < counts.size,
  };
}

function isCounter(name: string, cells: readonly string[]): boolean {
  if (!/(^|[ _-])(id|index|idx|row|nr|no|unnamed.*|column \d+)$/i.test(name) && !/[a-z]I[dD]$/.test(name)) return false;
  const values = cells.map(cellNumber);
  // Increasing, not consecutive: test rows may have been taken out.
  return values.length > 1 && values.every((v, i) => Number.isInteger(v) && (i === 0 || v > (values[i - 1] ?? v)));
}
