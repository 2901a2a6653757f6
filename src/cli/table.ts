/**
 * Tables for terminals and pipes: light (one rule under the heads), numbers to the right; where a table would be wider than
 * the screen, each row becomes a short block of `head value` lines instead, so nothing overlaps or wraps.
 */
import Table from 'cli-table3';
import { displayWidth, padEnd, truncate } from './screen.ts';
import type { Screen } from './screen.ts';

export interface Column {
  readonly head: string;
  readonly align?: 'left' | 'right';
}

/** Lines of the table, without a newline at the end. `mark` is the row shown in bold (the best). */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  screen: Screen,
  { mark = -1 }: { mark?: number } = {},
): string {
  const { colors, glyphs } = screen;
  const widths = columns.map(({ head }, i) =>
    Math.max(displayWidth(head), ...rows.map((row) => displayWidth(row[i] ?? ''))),
  );
  const total = widths.reduce((sum, width) => sum + width + 2, -2);
  if (total > screen.width) return blocks(columns, rows, screen);

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
