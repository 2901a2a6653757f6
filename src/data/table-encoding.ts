/**
 * A table row as numbers: standardised number columns and one-hot categories, in the order of `TablePreprocessing.columns` (see there for the
 * treatment of missing and unknown values).
 * Missing numbers get the median of the training rows; mean and std are those of the present training cells.
 */
import { median } from '#math';
import type { CategoryColumn, NumberColumn, TablePreprocessing } from './dataset.ts';
import { cellNumber } from './read-table.ts';
import { meanStd } from './profile.ts';
import type { ColumnPlan } from './table-columns.ts';

/** Cells of one column: numbers with NaN for missing, or positions in `categories` with −1 for everything else. */
export type ColumnData = Float64Array | Int32Array; // [rows]

export const columnWidth = (column: ColumnPlan | NumberColumn | CategoryColumn): number =>
  column.kind === 'number' ? 1 + Number(column.indicator) : column.categories.length + Number(column.unknown);

export const tableWidth = (columns: readonly (ColumnPlan | NumberColumn | CategoryColumn)[]): number =>
  columns.reduce((sum, column) => sum + columnWidth(column), 0);

/** What the training rows say about each column. */
export function fitColumns(
  plan: readonly ColumnPlan[],
  data: readonly ColumnData[],
  rows: Int32Array,
): TablePreprocessing {
  const columns = plan.map((column, c): NumberColumn | CategoryColumn => {
    if (column.kind === 'category') return column;
    const cells = data[c] ?? new Float64Array();
    const present = Float64Array.from(rows, (row) => cells[row] ?? NaN).filter((value) => !Number.isNaN(value));
    return { ...column, ...meanStd(present), fill: present.length === 0 ? 0 : median(present) };
  });
  return { kind: 'table', columns };
}

/** Writes one encoded row at into[at …]; `cell(c)` gives the cell of column c as `ColumnData` holds it. */
export function encodeRow(
  columns: TablePreprocessing['columns'],
  cell: (c: number) => number,
  into: Float32Array,
  at: number,
): void {
  let out = at;
  columns.forEach((column, c) => {
    const value = cell(c);
    if (column.kind === 'number') {
      const missing = Number.isNaN(value);
      into[out++] = ((missing ? column.fill : value) - column.mean) / column.std;
      if (column.indicator) into[out++] = missing ? 1 : 0;
      return;
    }
    const width = columnWidth(column);
    into.fill(0, out, out + width);
    const hot = value >= 0 ? value : column.unknown ? width - 1 : -1;
    if (hot >= 0) into[out + hot] = 1;
    out += width;
  });
}

/** Position of a cell among the categories, −1 for every other text; 2 and 2.0 are the same category unless both are there. */
export function categoryIndex(categories: readonly string[]): (cell: string) => number {
  const byText = new Map(categories.map((category, k) => [category, k]));
  const byNumber = new Map(categories.map((category, k) => [cellNumber(category), k]));
  byNumber.delete(NaN);
  return (cell) => byText.get(cell) ?? byNumber.get(cellNumber(cell)) ?? -1;
}
