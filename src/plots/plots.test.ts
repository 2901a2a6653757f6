/** What each plot says and draws of a study whose numbers are known. */
import { expect, test } from 'vitest';
import type { Chart, PlottedStudy } from './chart.ts';
import { confusionMatrixPlot } from './confusion-matrix.ts';
import { contourPlot } from './contour.ts';
import { curvesPlot } from './curves.ts';
import { edfPlot } from './edf.ts';
import { historyPlot } from './history.ts';
import { importancePlot } from './importance.ts';
import { parallelPlot } from './parallel.ts';
import { paretoPlot } from './pareto.ts';
import { schedulePlot } from './schedule.ts';
import { slicePlot } from './slice.ts';
import { smallStudy } from './study.fixture.ts';
import { timelinePlot } from './timeline.ts';
import { trialFilePlot } from './trial-file.ts';

interface Drawn {
  readonly name?: string;
  readonly data: unknown[];
}
/** Series by name. */
const series = ({ option }: Chart): Record<string, unknown[]> =>
  Object.fromEntries(([option.series].flat() as Drawn[]).map(({ name = '', data }) => [name, data])); // every plot names its series
const nothing: PlottedStudy = { ...smallStudy, trials: [] };

test('the history has complete trials, pruned ones at their last value, and the best so far as steps', () => {
  const chart = historyPlot(smallStudy);
  expect(series(chart)).toEqual({
    complete: [[0, 0.7], [1, 0.8], [4, 0.6]],
    'pruned (last value)': [[2, 0.1]],
    'best so far': [[0, 0.7], [1, 0.8], [2, 0.8], [3, 0.8], [4, 0.8]],
  }); // prettier-ignore
  expect(chart.description).toBe(
    'accuracy by trial: 3 complete trials, 1 pruned, 1 failed; the best so far is 0.8 (maximize).',
  );
  expect(series(historyPlot(smallStudy, { objective: 'minutes' }))['best so far']?.at(-1)).toEqual([4, 2]);
});

test('a logarithmic history leaves out what has no logarithm', () => {
  const study = { ...smallStudy, trials: smallStudy.trials.map((t) => (t.state === 'complete' && t.number === 0 ? { ...t, values: { accuracy: -1, minutes: 0 } } : t)) }; // prettier-ignore
  expect(series(historyPlot(study, { log: true }))['complete']).toEqual([[1, 0.8], [4, 0.6]]); // prettier-ignore
});

test('curves come best first in the legend, best last in drawing order, with a mark where one was pruned', () => {
  const chart = curvesPlot(smallStudy);
  expect(series(chart)).toEqual({
    'trial 1': [[1, 0.4], [2, 0.6], [3, 0.8]],
    'trial 0': [[1, 0.5], [2, 0.7]],
    'trial 2': [[1, 0.1]],
    'pruned here': [[1, 0.1]],
  }); // prettier-ignore
  expect(Object.keys(series(chart))).toEqual(['trial 2', 'trial 0', 'trial 1', 'pruned here']);
  expect(chart.option.legend).toMatchObject({ data: ['trial 1', 'trial 0', 'trial 2', 'pruned here'] });
  expect(curvesPlot(smallStudy, { limit: 1, metric: 'loss' }).description).toBe(
    'loss by step of 1 trial, the best of 3; 0 of them were pruned. The best, trial 1, ends at 0.2.',
  );
});

test('the timeline packs trials into as few rows as run together', () => {
  const chart = timelinePlot(smallStudy);
  expect(series(chart)).toEqual({
    complete: [[0, 0, 2, 0], [1, 0, 3, 1], [0, 4, 6, 4]],
    pruned: [[0, 2, 3, 2]],
    failed: [[0, 3, 4, 3]],
  }); // prettier-ignore
  // 2 + 3 + 1 + 1 + 2 minutes of work in 6
  expect(chart.description).toBe('5 trials in 6 min, up to 2 at the same time, 1.5 on average.');
});

test('a slice shows each parameter where it is active', () => {
  const chart = slicePlot(smallStudy);
  expect(series(chart)).toEqual({
    learningRate: [[0.001, 0.7, 0], [0.01, 0.8, 1], [0.0011, 0.6, 4]],
    layers: [[2, 0.7, 0], [3, 0.8, 1], [2, 0.6, 4]],
    optimizer: [['sgd', 0.7, 0], ['adam', 0.8, 1], ['adam', 0.6, 4]],
    'optimizer.sgd.momentum': [[0.45, 0.7, 0]],
  }); // prettier-ignore
  expect(chart.option.xAxis).toMatchObject([
    { type: 'log', min: 1e-4, max: 1e-1 },
    { type: 'value' },
    { type: 'category' },
    {},
  ]);
  expect(series(slicePlot(smallStudy, { params: ['layers'] }))).toHaveProperty('layers');
});

test('parallel coordinates pass a parameter that is not active at a place of its own', () => {
  const chart = parallelPlot(smallStudy);
  const [lines] = Object.values(series(chart)) as [unknown[][]];
  expect(lines).toContainEqual([0.01, 3, 'adam', '–', 0.8]);
  // 0.45 of 0 … 0.9 is the middle: the seventh of twelve cells, whose own middle is 6.5 / 12 · 0.9 = 0.4875
  expect(lines).toContainEqual([0.001, 2, 'sgd', '0.487', 0.7]);
  expect(parallelPlot(smallStudy, { limit: 2 }).description).toContain('2 trials of 3 (the better half');
});

test('a brush on parallel axes finds the trials whose line passes through it on every axis', () => {
  const chart = parallelPlot(smallStudy, { limit: 1 });
  expect(chart.axes).toEqual(['learningRate', 'layers', 'optimizer', 'optimizer.sgd.momentum', 'accuracy']);
  // Axes with labels are brushed by the place of the label: sgd is the first of the optimizer, "not active" the first of momentum.
  expect(chart.within([null, [[2, 3]], null, null, null])).toEqual([0, 1, 4]);
  expect(chart.within([null, [[2, 3]], [[-0.4, 0.4]], null, null])).toEqual([0]);
  expect(chart.within([null, null, null, [[-0.5, 0.5]], [[0.7, 1]]])).toEqual([1]);
  expect(chart.within([null, null, null, null, null])).toEqual([]);
});

test('selected trials are marked, also those that the limit leaves out', () => {
  expect(series(historyPlot(smallStudy, { selected: [2, 4] }))['selected']).toEqual([[4, 0.6], [2, 0.1]]); // prettier-ignore
  expect(series(slicePlot(smallStudy, { params: ['layers'], limit: 1, selected: [4] }))['selected']).toEqual([[2, 0.6, 4]]); // prettier-ignore
  expect(series(paretoPlot(smallStudy, { selected: [1] }))['selected']).toEqual([[0.8, 3, 1]]); // prettier-ignore
  expect(series(parallelPlot(smallStudy, { limit: 1, selected: [4] }))['selected']).toEqual([[0.0011, 2, 'adam', '–', 0.6]]); // prettier-ignore
  expect(Object.keys(series(curvesPlot(smallStudy, { trials: [2] })))).toEqual(['trial 2', 'pruned here']);
});

test('the Pareto plot shows trials that break a limit by themselves', () => {
  const { definition } = smallStudy;
  const limited = { ...smallStudy, definition: { ...definition, limits: [{ metric: 'minutes', atMost: 2 }] } };
  expect(series(paretoPlot(limited))).toEqual({ 'beyond a limit': [[0.8, 3, 1], [0.6, 4, 4]], dominated: [], 'not dominated': [[0.7, 2, 0]] }); // prettier-ignore
});

test('every plot has its numbers as a table', () => {
  expect(historyPlot(smallStudy).table()).toEqual({
    columns: ['trial', 'state', 'accuracy', 'best so far'],
    rows: [[0, 'complete', 0.7, 0.7], [1, 'complete', 0.8, 0.8], [2, 'pruned', 0.1, 0.8], [3, 'failed', null, 0.8], [4, 'complete', 0.6, 0.8]],
  }); // prettier-ignore
  expect(parallelPlot(smallStudy, { limit: 1 }).table().rows[1]).toEqual([1, 0.01, 3, 'adam', null, 0.8]);
  expect(timelinePlot(smallStudy).table().rows[0]).toEqual([0, 'complete', 0, 2, 1]);
});

test('a timeline of few rows leaves the name of its upright axis its length below the legend', () => {
  const { height = 0, option } = timelinePlot(smallStudy);
  const { top, bottom } = option.grid as { top: number; bottom: number };
  expect(height - top - bottom).toBeGreaterThanOrEqual(100); // 'running together' in letters of 12 px
});

test('a long timeline draws the bars of one row and state as one shape, each where it was', () => {
  const T0 = 1_700_000_000_000;
  const trials = Array.from({ length: 1200 }, (_, i) => {
    return {
      ...smallStudy.trials[0]!,
      number: i,
      startedAt: T0 + i * 1000,
      endedAt: T0 + i * 1000 + 900,
    } as (typeof smallStudy.trials)[0]; // a complete trial
  });
  const { option } = timelinePlot({ ...smallStudy, trials });
  const [drawn] = [option.series].flat() as [
    { data: number[][]; renderItem: (p: object, api: object) => { shape: { pathData: string } } },
  ]; // the custom series
  expect(drawn.data).toEqual([[0, 0, expect.closeTo(1199.9 / 60, 6)]]);
  // One minute is 60 px wide: the bar of the trial that began at 100 s begins at x = 100.
  const api = { size: () => [60, 10], coord: ([x, y]: [number, number]) => [60 * x, y], visual: () => '#000' };
  const paths = drawn
    .renderItem({ dataIndex: 0 }, api)
    .shape.pathData.split('z')
    .filter((path) => path !== '');
  expect(paths).toHaveLength(1200);
  expect(Number(/^M([\d.]+) /.exec(paths[100]!)![1])).toBeCloseTo(100, 9);
});

test('a contour keeps the best of each cell and counts its trials', () => {
  const chart = contourPlot(smallStudy, { params: ['learningRate', 'layers'] });
  // 12 cells of a quarter decade from 1e-4: 0.001 and 0.0011 lie in cell 4, 0.01 in cell 8
  expect(series(chart)['accuracy']).toEqual([[4, 1, 0.7, 2], [8, 2, 0.8, 1]]); // prettier-ignore
  expect(chart.description).toContain('2 visited cells of learningRate (log) by layers, from 3 trials; 0.8 near');
});

test('the Pareto plot parts trials that others dominate from those that none does', () => {
  const chart = paretoPlot(smallStudy);
  expect(series(chart)).toEqual({ dominated: [[0.6, 4, 4]], 'not dominated': [[0.7, 2, 0], [0.8, 3, 1]] }); // prettier-ignore
});

test('the distribution steps up by one trial at each value, the best first', () => {
  const chart = edfPlot([smallStudy]);
  expect(series(chart)['small']).toEqual([[0.8, 1 / 3], [0.7, 2 / 3], [0.6, 1]]); // prettier-ignore
});

test('importance names every parameter, and says so when there is too little to tell', () => {
  expect(importancePlot(smallStudy).description).toMatch(
    /^Importance of parameters for accuracy, from 3 complete trials: .+ \d+ %/,
  );
  expect(importancePlot(nothing).description).toContain('too few complete trials');
});

test('a confusion matrix counts, and colours by the share of the true class', () => {
  const chart = confusionMatrixPlot([[3, 1], [0, 4]], ['cat', 'dog']); // prettier-ignore
  expect(series(chart)['count']).toEqual([[0, 0, 0.75, 3], [1, 0, 0.25, 1], [0, 1, 0, 0], [1, 1, 1, 4]]); // prettier-ignore
  expect(chart.description).toBe(
    'Confusion matrix of 2 classes: 7 of 8 right; most often wrong: cat taken for dog, 1 time.',
  );
  expect(() => confusionMatrixPlot([[1, 2]], ['cat', 'dog'])).toThrow(/2 × 2; got 1 rows of 2 cells/);
});

test('a schedule is its values by step', () => {
  expect(schedulePlot([0.1, 0.05], { unit: 'epoch' }).description).toBe(
    'learning rate by epoch: from 0.1 to 0.05 over 2 epochs, at most 0.1.',
  );
});

test('files of a trial become charts; what is not of their form is refused with the form', () => {
  const confusion = trialFilePlot('confusion', '{"labels":["cat","dog"],"matrix":[[3,1],[0,4]]}');
  expect(confusion.description).toContain('7 of 8 right');
  const schedule = trialFilePlot('schedule', '{"values":[0.1,0.1,0.01]}');
  // Epochs are counted from 1.
  expect(schedule.table().rows).toEqual([[1, 0.1], [2, 0.1], [3, 0.01]]); // prettier-ignore
  for (const text of ['', 'null', '[1]', '{"labels":["a"],"matrix":[[-1]]}', '{"labels":[1],"matrix":[[1]]}'])
    expect(() => trialFilePlot('confusion', text)).toThrow(
      /^confusion\.json of the trial is not of the form \{ "labels"/,
    );
  expect(() => trialFilePlot('schedule', '{"values":["0.1"]}')).toThrow(
    /^schedule\.json of the trial is not of the form/,
  );
});

test('unknown objectives and parameters, and plots that the study has no numbers for, end in a sentence', () => {
  expect(() => historyPlot(smallStudy, { objective: 'f1' })).toThrow(
    '"f1" is not an objective of this study; it has "accuracy", "minutes".',
  );
  expect(() => slicePlot(smallStudy, { params: ['lr'] })).toThrow(
    /^"lr" is not a parameter of this study; it has learningRate, layers,/,
  );
  expect(() => contourPlot(smallStudy, { params: ['layers', 'layers'] })).toThrow('got "layers" twice');
  const { definition } = smallStudy;
  const single = { ...smallStudy, definition: { ...definition, objectives: definition.objectives.slice(0, 1) } };
  expect(() => paretoPlot(single)).toThrow('a Pareto plot needs two objectives or more; this study has "accuracy".');
});
