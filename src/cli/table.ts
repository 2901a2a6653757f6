/**
 * Tables for terminals and pipes: light (one rule under the heads), numbers to the right; a table that is too wide for the
 * screen takes short heads, then leaves columns out, and at last each row becomes a block of `head value` lines: nothing overlaps or wraps.
 */
import Table from 'cli-table3';
import { displayWidth, padEnd, truncate } from './screen.ts';
import type { Screen } from './screen.ts';

export interface Column {
  readonly head: string;
  readonly align?: 'left' | 'right';
  /** Head where the full one makes the table too wide. */
  readonly short?: string;
  /** May be left out of a table that is still too wide; the last such column goes first. */
  readonly optional?: boolean;
}

/** Lines of the table, without a newline at the end. `mark` is the row shown in bold (the best). */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  screen: Screen,
  { mark = -1 }: { mark?: number } = {},
): string {
  let [fitting, cells]: [readonly Column[], readonly (readonly string[])[]] = [columns, rows];
  if (tableWidth(fitting, cells) > screen.width) {
    fitting = columns.map((column) => ({ ...column, head: column.short ?? column.head }));
  }
  while (tableWidth(fitting, cells) > screen.width) {
    const last = fitting.findLastIndex(({ optional = false }) => optional);
    if (last < 0) return blocks(columns, rows, screen);
    fitting = fitting.toSpliced(last, 1);
    cells = cells.map((row) => row.toSpliced(last, 1));
  }
  return grid(fitting, cells, screen, mark);
}

const columnWidths = (columns: readonly Column[], rows: readonly (readonly string[])[]): number[] =>
  columns.map(({ head }, i) =>
    rows.reduce((width, row) => Math.max(width, displayWidth(row[i] ?? '')), displayWidth(head)),
  );

const tableWidth = (columns: readonly Column[], rows: readonly (readonly string[])[]): number =>
  columnWidths(columns, rows).reduce((sum, width) => sum + width + 2, -2);

function grid(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { colors, glyphs }: Screen,
  mark: number,
): string {
  const widths = columnWidths(columns, rows);
  const none = {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
  };
  const table = new Table({
    head: columns.map(({ head }) => head),
    colAligns: columns.map(({ align = 'left' }) => align),
    chars: { ...none, left: '', right: '', mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '', middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...rows.map((row) => [...row]));
  const [head = '', ...body] = table.toString().split('\n');
  const rule = widths.map((width) => glyphs.rule.repeat(width)).join('  ');
  return [
    colors.dim(head.trimEnd()),
    colors.dim(rule),
    ...body.map((line, i) => (i === mark ? colors.bold(line.trimEnd()) : line.trimEnd())),
  ].join('\n');
}

function blocks(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { colors, glyphs, width }: Screen,
): string {
  const heads = Math.min(Math.max(...columns.map(({ head }) => displayWidth(head))), Math.floor(width / 2));
  return rows
    .map((row) =>
      columns
        .map(({ head }, i) => ({ head, cell: row[i] ?? '' }))
        .filter(({ cell }) => cell !== '')
        .map(
          ({ head, cell }) =>
            `${colors.dim(padEnd(truncate(head, heads, glyphs), heads))}  ${truncate(cell, width - heads - 2, glyphs)}`,
        )
        .join('\n'),
    )
    .join(`\n${colors.dim(glyphs.rule.repeat(Math.min(width, 20)))}\n`);
}
