/** Selected trials stand out from the others: a series of their own on top, in a colour that no state has. */
import { PALETTE } from './theme.ts';

/** No series if none is selected. `rows` are the points of the others, `numberOf` their trial. */
export function markedSeries<Row extends readonly unknown[]>(
  rows: readonly Row[],
  selected: readonly number[],
  numberOf: (row: Row) => unknown,
  axes: { readonly xAxisIndex?: number; readonly yAxisIndex?: number } = {},
) {
  if (selected.length === 0) return [];
  const wanted = new Set<unknown>(selected);
  return [
    {
      name: 'selected',
      type: 'scatter' as const,
      ...axes,
      symbolSize: 9,
      itemStyle: { color: PALETTE[3] },
      z: 6,
      data: rows.filter((row) => wanted.has(numberOf(row))).map((row) => [...row]),
      large: true,
      largeThreshold: 1000,
    },
  ];
}
