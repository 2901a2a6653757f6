/**
 * A table row as numbers: standardised number columns and one-hot categories, in the order of `TablePreprocessing.columns` (see there for the
 * treatment of missing and unknown values).
 * Missing numbers get the median of the training rows; mean and std are those of the present training cells.
 */
import { quantileSorted } from '#math';
import { type CategoryColumn, columnWidth, type NumberColumn, type TablePreprocessing } from './dataset.ts';
import { cellNumber } from './read-table.ts';
import { meanStd } from './profile.ts';
import type { ColumnPlan } from './table-columns.ts';

/** Cells of one column: numbers with NaN for missing, or positions in `categories` with −1 for everything else. */
export type ColumnData = Float64Array | Int32Array; // [rows]

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
    const stats = meanStd(present);
    return { ...column, ...stats, fill: present.length === 0 ? 0 : quantileSorted(present.sort(), 0.5) };
  });
  return { kind: 'table', columns };
}

/** Writes rows one after the other into `into` [rows, width]; column by column, so that each inner loop does one thing. */
export function encodeRows(
  columns: TablePreprocessing['columns'],
  data: readonly ColumnData[],
  rows: Int32Array,
  into: Float32Array,
): void {
  const width = tableWidth(columns);
  into.fill(0, 0, rows.length * width);
  let offset = 0;
  columns.forEach((column, c) => {
    const cells = data[c] ?? new Float64Array();
    if (column.kind === 'number') {
      const { mean, std, fill, indicator } = column;
      rows.forEach((row, k) => {
        const value = cells[row] ?? NaN;
        const missing = Number.isNaN(value);
        const at = k * width + offset;
        into[at] = ((missing ? fill : value) - mean) / std;
        if (indicator && missing) into[at + 1] = 1;
      });
    } else {
      const unknown = column.unknown ? column.categories.length : -1;
      rows.forEach((row, k) => {
        const position = cells[row] ?? -1;
        const hot = position >= 0 ? position : unknown;
        if (hot >= 0) into[k * width + offset + hot] = 1;
      });
    }
    offset += columnWidth(column);
  });
}

/** Position of a cell among the categories, −1 for every other text; 2 and 2.0 are the same category unless both are there. */
export function categoryIndex(categories: readonly string[]): (cell: string) => number {
  const byText = new Map(categories.map((category, k) => [category, k]));
  const byNumber = new Map(categories.map((category, k) => [cellNumber(category), k]));
  byNumber.delete(NaN);
  return (cell) => byText.get(cell) ?? byNumber.get(cellNumber(cell)) ?? -1;
}
