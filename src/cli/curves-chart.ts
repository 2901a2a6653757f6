/**
 * Best-so-far curves of several samplers in one small plot: a mark each, the legend below.
 *
 *   0.9712 ┤          xxxxxxxxxxxx
 *          │    xxxxxx  oooooooooo
 *   0.9102 ┤ooooooooooooo
 *           1                   20
 *           o random  x tpe
 *
 * Where curves meet the later one is drawn over the earlier. The axis leaves out the worst quarter of what is to be drawn if it would take most of it,
 * as first trials do; values beyond stand on the edge.
 */
import type { Direction } from '#core';
import { quantile } from '#math';
import { metricNumber } from '#text';
import { chartColumns, padStart } from './screen.ts';
import type { Screen } from './screen.ts';

const HEIGHT = 10;
const MARKS = 'ox+*#@%&';

export interface Curve {
  readonly name: string;
  /** After 1, 2, … trials; NaN where there is no value yet. */
  readonly values: readonly number[];
}

/** Lines of the plot; empty when no curve has a value. `from` and `to` stand at the ends of the axis, by default 1 and the number of trials. */
export function curvesChart(
  curves: readonly Curve[],
  direction: Direction,
  screen: Screen,
  { from, to }: { readonly from?: number; readonly to?: number } = {},
): string {
  const sign = direction === 'maximize' ? -1 : 1;
  const costs = curves.flatMap(({ values }) => values.filter(Number.isFinite).map((v) => sign * v));
  const trials = Math.max(0, ...curves.map(({ values }) => values.length));
  if (costs.length === 0 || trials === 0) return '';
  const low = Math.min(...costs);
  const worst = Math.max(...costs);
  const usual = quantile(costs, 0.75);
  const high = worst - low > 3 * (usual - low) && usual > low ? low + 3 * (usual - low) : worst;
  const span = high - low || 1;
  const rowOf = (value: number): number =>
    Math.min(HEIGHT - 1, Math.round(((sign * value - low) / span) * (HEIGHT - 1)));

  const labels = [metricNumber(sign * low), high > low ? metricNumber(sign * high) : ''] as const;
  const margin = Math.max(...labels.map((label) => label.length));
  const columns = chartColumns(screen, margin, 3 * trials);
  const grid = Array.from({ length: HEIGHT }, () => new Array<string>(columns).fill(' '));
  curves.forEach(({ values }, k) => {
    for (let column = 0; column < columns; column++) {
      const value = values[Math.min(trials - 1, Math.floor((column / columns) * trials))] ?? NaN;
      const cells = Number.isFinite(value) ? grid[rowOf(value)] : undefined;
      if (cells !== undefined) cells[column] = markOf(k);
    }
  });
  const { axis, tick } = screen.glyphs;
  const lines = grid.map((cells, row) => {
    const label = row === 0 ? labels[0] : row === HEIGHT - 1 ? labels[1] : '';
    return `${padStart(label, margin)} ${label === '' ? axis : tick}${cells.join('')}`.trimEnd();
  });
  const indent = ' '.repeat(margin + 2);
  const first = String(from ?? 1);
  lines.push(`${indent}${first}${padStart(String(to ?? trials), columns - first.length)}`);
  lines.push(indent + curves.map(({ name }, k) => `${markOf(k)} ${name}`).join('  '));
  return lines.join('\n');
}

const markOf = (k: number): string => MARKS[k % MARKS.length] ?? 'o';
