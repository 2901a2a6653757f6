/** Which points of a chart lie in a rectangle that was drawn on it. */
import type { Chart } from '#plots';
import type { Drawing } from './echarts.ts';

/** A rectangle in the coordinates of one of the chart's grids; on an axis with labels, places of the label. */
export interface Area {
  readonly grid: number;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** Pixels from the left and the top: [[left, right], [top, bottom]]. Null if its middle lies outside of every grid. */
export function areaOf(
  drawing: Drawing,
  chart: Chart,
  [across, down]: readonly [readonly number[], readonly number[]],
): Area | null {
  const [left = 0, right = 0] = across;
  const [top = 0, bottom = 0] = down;
  const grids = [chart.option.grid].flat().length;
  for (let grid = 0; grid < grids; grid++) {
    if (!drawing.containPixel({ gridIndex: grid }, [(left + right) / 2, (top + bottom) / 2])) continue;
    const corner = (x: number, y: number): number[] => drawing.convertFromPixel({ gridIndex: grid }, [x, y]);
    const [[x0 = 0, y0 = 0], [x1 = 0, y1 = 0]] = [corner(left, bottom), corner(right, top)];
    return { grid, x: [Math.min(x0, x1), Math.max(x0, x1)], y: [Math.min(y0, y1), Math.max(y0, y1)] };
  }
  return null;
}

interface Scatter {
  readonly type?: string;
  readonly name?: string;
  readonly xAxisIndex?: number;
  readonly data?: readonly (readonly unknown[])[];
}

/** Trials whose point lies in the area; `numberOf` reads the trial from a point of the chart's scatters. */
export function trialsIn(
  { option }: Chart,
  { grid, x, y }: Area,
  numberOf: (point: readonly unknown[]) => unknown,
): number[] {
  const series = [option.series].flat() as readonly Scatter[]; // as the builders of #plots write them
  const axis = [option.xAxis].flat()[grid] as { readonly data?: readonly string[] } | undefined; // likewise
  const labels = axis?.data === undefined ? null : new Map(axis.data.map((label, at) => [label, at]));
  const inside = (value: unknown, [low, high]: readonly [number, number]): boolean =>
    typeof value === 'number' && value >= low && value <= high;
  const numbers = new Set<number>();
  for (const { type, name, xAxisIndex = 0, data = [] } of series) {
    if (type !== 'scatter' || name === 'selected' || xAxisIndex !== grid) continue;
    for (const point of data) {
      const at = labels === null ? point[0] : labels.get(String(point[0]));
      const number = numberOf(point);
      if (inside(at, x) && inside(point[1], y) && typeof number === 'number') numbers.add(number);
    }
  }
  return [...numbers].sort((a, b) => a - b);
}
