/** Every plot drawn for real, also of a study without trials; pictures are decoded and looked at. */
import { PNG } from 'pngjs';
import { expect, test } from 'vitest';
import { escapeMarkup } from '#text';
import type { PlottedStudy } from './chart.ts';
import { contourPlot } from './contour.ts';
import { curvesPlot } from './curves.ts';
import { edfPlot } from './edf.ts';
import { historyPlot } from './history.ts';
import { importancePlot } from './importance.ts';
import { parallelPlot } from './parallel.ts';
import { paretoPlot } from './pareto.ts';
import { renderPng, renderSvg } from './render.ts';
import { slicePlot } from './slice.ts';
import { smallStudy } from './study.fixture.ts';
import { PAGES } from './theme.ts';
import { timelinePlot } from './timeline.ts';

const all = (study: PlottedStudy) => ({
  history: historyPlot(study),
  curves: curvesPlot(study),
  importance: importancePlot(study),
  slice: slicePlot(study),
  parallel: parallelPlot(study),
  contour: contourPlot(study, { params: ['learningRate', 'layers'] }),
  pareto: paretoPlot(study),
  edf: edfPlot([study]),
  timeline: timelinePlot(study),
});

/** How ECharts marks points, bars and cells that stand for data; a line has no mark but its width. */
const MARK = 'ecmeta_ssr_type="chart"';

test.each(Object.entries(all(smallStudy)))('%s: the marks are in the SVG, and its description', async (_, chart) => {
  const svg = await renderSvg(chart);
  expect(svg).toMatch(/^<svg [^>]*role="img">\n<desc>/);
  expect(svg).toContain(`<desc>${escapeMarkup(chart.description)}</desc>`);
  expect(svg.includes(MARK) || svg.includes('stroke-width="2"')).toBe(true);
  expect(svg).not.toContain('NaN');
});

test.each(Object.entries(all({ ...smallStudy, trials: [] })))(
  '%s: a study without trials is drawn without a mark',
  async (_, chart) => {
    const svg = await renderSvg(chart);
    expect(svg).not.toContain('NaN');
    expect(svg).not.toContain(MARK);
  },
);

test('what users wrote never becomes markup', async () => {
  const { definition, trials } = smallStudy;
  const name = '<script>alert(1)</script>&"';
  const renamed: PlottedStudy = {
    trials: trials.map((trial) =>
      trial.state === 'complete' ? { ...trial, values: { [name]: 1, minutes: 1 } } : trial,
    ),
    definition: { ...definition, objectives: [{ name, direction: 'minimize' }] },
  };
  const svg = await renderSvg(historyPlot(renamed));
  expect(svg).not.toContain('<script');
  expect(svg).toContain('&lt;script&gt;');
});

test('a PNG has the size asked for, on the page asked for, with letters on it', async () => {
  const png = PNG.sync.read(
    Buffer.from(await renderPng(historyPlot(smallStudy), { width: 400, height: 300, theme: 'dark', scale: 2 })),
  );
  expect([png.width, png.height]).toEqual([800, 600]);
  const colorAt = (x: number, y: number): string =>
    `#${[0, 1, 2].map((c) => png.data[(y * png.width + x) * 4 + c]!.toString(16).padStart(2, '0')).join('')}`;
  expect(colorAt(799, 599)).toBe(PAGES.dark.background);
  // The title stands in the top left; its letters are as light as text on this page.
  let light = 0;
  for (let y = 8; y < 50; y++)
    for (let x = 16; x < 400; x++) if (parseInt(colorAt(x, y).slice(1, 3), 16) > 180) light++;
  expect(light).toBeGreaterThan(200);
});
