/** `attune plot STUDY KIND --out FILE`: a plot as SVG or PNG, its numbers as CSV, and in words. */
import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type * as Plots from '#plots';
import { EXIT, usage } from '../failure.ts';
import type { ExitCode } from '../failure.ts';
import type { PlotFlags, PlotKind } from '../flags.ts';
import { writeNote } from '../output.ts';
import { readStudy } from '../study-reader.ts';

export async function plot(
  name: string,
  kind: PlotKind,
  { storage, out, dark, width, height, ...options }: PlotFlags,
): Promise<ExitCode> {
  const format = extname(out).toLowerCase();
  if (format !== '.svg' && format !== '.png' && format !== '.csv') {
    throw usage(`--out wants a file that ends in .svg, .png or .csv; got "${out}".`, { out });
  }
  const plots = await import('#plots');
  const chart = chartOf(plots, await readStudy(storage, name), kind, options);
  const look = {
    theme: dark ? 'dark' : 'light',
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
  } as const;
  const content =
    format === '.csv'
      ? plots.chartCsv(chart)
      : await (format === '.svg' ? plots.renderSvg : plots.renderPng)(chart, look);
  try {
    await writeFile(out, content);
  } catch (error) {
    throw usage(`--out ${out} cannot be written: ${error instanceof Error ? error.message : String(error)}.`, { out });
  }
  writeNote(`${out}: ${chart.description}`);
  return EXIT.done;
}

function chartOf(
  plots: typeof Plots,
  study: Plots.PlottedStudy,
  kind: PlotKind,
  { objective: name, metric, params, log, limit }: Omit<PlotFlags, 'storage' | 'out'>,
): Plots.Chart {
  const objective = name === undefined ? {} : { objective: name };
  const lines = limit === undefined ? {} : { limit };
  switch (kind) {
    case 'history':
      return plots.historyPlot(study, { ...objective, log: log ?? false });
    case 'curves':
      return plots.curvesPlot(study, { ...objective, ...lines, ...(metric !== undefined && { metric }) });
    case 'parallel':
      return plots.parallelPlot(study, { ...objective, ...lines, ...(params && { params }) });
    case 'slice':
      return plots.slicePlot(study, { ...objective, ...(params && { params }) });
    case 'contour': {
      const [x, y, ...more] = params ?? [];
      if (x === undefined || y === undefined || more.length > 0) {
        throw usage('a contour is of two parameters: name them with --params, as --params learningRate,layers.');
      }
      return plots.contourPlot(study, { ...objective, params: [x, y] });
    }
    case 'importance':
      return plots.importancePlot(study, objective);
    case 'pareto':
      return plots.paretoPlot(study);
    case 'edf':
      return plots.edfPlot([study], objective);
    case 'timeline':
      return plots.timelinePlot(study);
  }
}
