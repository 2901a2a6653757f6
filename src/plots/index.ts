/** Plots of a study as ECharts options with a description in words, and their drawing as SVG or PNG without a browser. */
export type { Chart, ChartTable, PlottedStudy } from './chart.ts';
export { chartCsv } from './csv.ts';
export { confusionMatrixPlot } from './confusion-matrix.ts';
export { contourPlot, type ContourOptions } from './contour.ts';
export { curvesPlot, type CurvesOptions } from './curves.ts';
export { edfPlot, type EdfOptions } from './edf.ts';
export { historyPlot, type HistoryOptions } from './history.ts';
export { importancePlot, type ImportancePlotOptions } from './importance.ts';
export { parallelPlot, type Brushed, type ParallelChart, type ParallelOptions } from './parallel.ts';
export { paretoPlot, type ParetoOptions } from './pareto.ts';
export { renderPng, renderSvg, type RenderOptions } from './render.ts';
export { schedulePlot, type ScheduleOptions } from './schedule.ts';
export { slicePlot, type SliceOptions } from './slice.ts';
export { themed, type ThemeName } from './theme.ts';
export { timelinePlot } from './timeline.ts';
export { TRIAL_FILES, trialFilePlot, type TrialFileKind } from './trial-file.ts';
