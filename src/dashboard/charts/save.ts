/** Files of a chart: a picture of twice its size, a drawing with its description, its numbers. */
import { chartCsv, renderSvg, type Chart, type ThemeName } from '#plots';
import { save } from '../save.ts';
import type { Drawing } from './echarts.ts';

export type Format = 'png' | 'svg' | 'csv';

export async function saveChart(
  format: Format,
  { chart, drawing, theme, name }: { chart: Chart; drawing: Drawing; theme: ThemeName; name: string },
): Promise<void> {
  const file = `${name}.${format}`;
  if (format === 'png') {
    drawing.renderToCanvas({ pixelRatio: 2 }).toBlob((blob) => blob && save(file, blob, 'image/png'));
  } else if (format === 'svg') {
    const size = { width: drawing.getWidth(), height: drawing.getHeight() };
    save(file, await renderSvg(chart, { ...size, theme }), 'image/svg+xml');
  } else save(file, chartCsv(chart), 'text/csv;charset=utf-8');
}
