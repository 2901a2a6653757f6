/** The numbers of a chart as CSV (RFC 4180, lines end with \n). */
import type { Chart } from './chart.ts';

export function chartCsv(chart: Chart): string {
  const { columns, rows } = chart.table();
  return [columns, ...rows].map((cells) => `${cells.map(csvCell).join(',')}\n`).join('');
}

const csvCell = (cell: string | number | null): string => {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
