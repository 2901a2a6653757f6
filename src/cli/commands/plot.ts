/** `attune plot STUDY KIND --out FILE`: a plot as SVG or PNG, its numbers as CSV, and in words. */
import { readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { bestTrial } from '#core';
import type * as Plots from '#plots';
import { trialFolder } from '#tune';
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
  const chart = await chartOf(plots, await readStudy(storage, name), kind, options);
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

async function chartOf(
  plots: typeof Plots,
  study: Plots.PlottedStudy,
  kind: PlotKind,
  { objective: name, metric, params, log, limit, trial, runs }: Omit<PlotFlags, 'storage' | 'out'>,
): Promise<Plots.Chart> {
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
    case 'confusion':
    case 'schedule':
      return plots.trialFilePlot(kind, await trialFile(study, plots.TRIAL_FILES[kind], { trial, runs }));
  }
}

/** What the trial, or else the best, wrote to the file of that name. */
async function trialFile(
  { definition, trials }: Plots.PlottedStudy,
  file: string,
  { trial, runs }: { readonly trial: number | undefined; readonly runs: string },
): Promise<string> {
  const { name, objectives, limits } = definition;
  if (trial === undefined && objectives.length > 1)
    throw usage(`"${name}" has several objectives, so none of its trials is the best: name one by --trial.`);
  const number = trial ?? bestTrial(trials, objectives, limits)?.number;
  if (number === undefined) throw usage(`"${name}" has no complete trial yet; name another by --trial.`);
  if (trials[number] === undefined)
    throw usage(`"${name}" has no trial ${number}; it has ${trials.length}.`, { number });
  const path = join(trialFolder(runs, name, number), file);
  return readFile(path, 'utf8').catch(() => {
    throw usage(
      `Trial ${number} (${trials[number]?.state}) has no ${path}: completed trials of the built-in trainer write it, of tasks that have one; ` +
        'if the run had another --out, name that by --runs.',
      { path },
    );
  });
}
