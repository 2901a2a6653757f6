/**
 * The history of a study as text: one mark per complete trial, a line for the best so far.
 *
 *   0.9712 ┤      ••────────────
 *          │  •───    •      •
 *   0.9102 ┤•─    •      •
 *           0                  29
 *
 * Values far from the best would flatten everything else: the axis ends at three times the distance from the best to the median,
 * and what lies beyond stands on the edge.
 */
import type { Direction } from '#core';
import { metricNumber } from '#text';
import { chartColumns, padStart } from './screen.ts';
import type { Screen } from './screen.ts';

export interface HistoryPoint {
  readonly number: number;
  readonly value: number;
}

const HEIGHT = 8;

/** Lines of the chart; empty with fewer than two finite values, when there is no history to see. `points` go by number. */
export function historyChart(points: readonly HistoryPoint[], direction: Direction, screen: Screen): string {
  const finite = points.filter(({ value }) => Number.isFinite(value));
  const [first, last] = [finite[0], finite.at(-1)];
  if (first === undefined || last === undefined || finite.length < 2) return '';
  const sign = direction === 'maximize' ? -1 : 1;
  const costs = finite.map(({ value }) => sign * value); // lower is better
  const sorted = [...costs].sort((a, b) => a - b);
  const low = sorted[0] ?? 0;
  const median = sorted[Math.floor(sorted.length / 2)] ?? low;
  const high = Math.min(sorted.at(-1) ?? low, low + 3 * (median - low)) || low;
  const span = high - low || 1;
  const rowOf = (cost: number): number => Math.min(HEIGHT - 1, Math.round(((cost - low) / span) * (HEIGHT - 1)));

  const labels = [metricNumber(sign * low), high > low ? metricNumber(sign * high) : ''] as const;
  const margin = Math.max(...labels.map((label) => label.length));
  // Few trials are spread out: three columns from one to the next.
  const columns = chartColumns(screen, margin, 3 * (last.number - first.number) + 1);
  const columnOf = (number: number): number =>
    Math.round(((number - first.number) / Math.max(1, last.number - first.number)) * (columns - 1));

  const grid = Array.from({ length: HEIGHT }, () => new Array<string>(columns).fill(' '));
  const put = (row: number, column: number, mark: string): void => {
    const cells = grid[row];
    if (cells !== undefined) cells[column] = mark;
  };
  let best = Infinity;
  const bestAt = new Array<number>(columns).fill(Infinity);
  finite.forEach(({ number }, i) => {
    best = Math.min(best, costs[i] ?? Infinity);
    bestAt[columnOf(number)] = best;
  });
  let soFar = Infinity;
  bestAt.forEach((cost, column) => {
    soFar = Math.min(soFar, cost);
    if (soFar < Infinity) put(rowOf(soFar), column, screen.glyphs.rule);
  });
  finite.forEach(({ number }, i) => put(rowOf(costs[i] ?? 0), columnOf(number), screen.glyphs.point));

  const lines = grid.map((cells, row) => {
    const label = row === 0 ? labels[0] : row === HEIGHT - 1 ? labels[1] : '';
    return `${padStart(label, margin)} ${label === '' ? screen.glyphs.axis : screen.glyphs.tick}${cells.join('')}`.trimEnd();
  });
  const [from, to] = [String(first.number), String(last.number)];
  lines.push(' '.repeat(margin + 2) + from + padStart(to, columns - from.length));
  return lines.join('\n');
}
