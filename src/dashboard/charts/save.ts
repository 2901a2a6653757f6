/** Files that the page makes itself: pictures and tables of what it shows. */
import { chartCsv, renderSvg, type Chart, type ThemeName } from '#plots';
import type { Drawing } from './echarts.ts';

export type Format = 'png' | 'svg' | 'csv';

export async function saveChart(
  format: Format,
  { chart, drawing, theme, name }: { chart: Chart; drawing: Drawing; theme: ThemeName; name: string },
): Promise<void> {
  const file = `${name}.${format}`;
  if (format === 'png') {
    saveUrl(drawing.getDataURL({ type: 'png', pixelRatio: 2 }), file);
    return;
  }
  const size = { width: drawing.getWidth(), height: drawing.getHeight() };
  const [text, type] =
    format === 'csv' ? [chartCsv(chart), 'text/csv'] : [await renderSvg(chart, { ...size, theme }), 'image/svg+xml'];
  const url = URL.createObjectURL(new Blob([text], { type }));
  saveUrl(url, file);
  // The browser has taken the address over by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function saveUrl(url: string, file: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = file.replace(/[^\w.-]+/g, '-');
  link.click();
}
