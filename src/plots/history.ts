/** The optimisation history: the value of every finished trial by number, and the best so far. */
import { bestSoFar } from '#analysis';
import { isFinished, type FinishedTrial } from '#core';
import { count, groupedNumber } from '#text';
import { numberLabel } from './axis.ts';
import type { Chart, PlottedStudy } from './chart.ts';
import { tickNumber } from './format.ts';
import { BELOW_LEGEND, legend, middleName, title } from './layout.ts';
import { markedSeries } from './marked.ts';
import { isComplete, objectiveOf } from './study-values.ts';
import { PALETTE, STATE_COLORS } from './theme.ts';

export interface HistoryOptions {
  /** Default: the first. */
  readonly objective?: string;
  /** A logarithmic axis; values of 0 and less are left out. */
  readonly log?: boolean;
  /** Numbers of trials to mark. */
  readonly selected?: readonly number[];
}

/** Pruned trials stand at the last value they reported. */
export function historyPlot(
  study: PlottedStudy,
  { objective: name, log = false, selected = [] }: HistoryOptions = {},
): Chart {
  const objective = objectiveOf(study, name);
  const finished = study.trials.filter(isFinished);
  const best = bestSoFar(study.trials, objective);
  const shown = (value: number | undefined): value is number =>
    value !== undefined && Number.isFinite(value) && (!log || value > 0);
  const reached = (trial: FinishedTrial): number | undefined =>
    (trial.state === 'failed' ? null : trial.values)?.[objective.name] ??
    trial.measurements.at(-1)?.values[objective.name];
  const points = (state: 'complete' | 'pruned'): [number, number][] =>
    finished.flatMap((trial) => {
      if (trial.state !== state) return [];
      const value = reached(trial);
      return shown(value) ? [[trial.number, value]] : [];
    });
  const steps = finished.flatMap(({ number }, i): [number, number][] => {
    const value = best[i];
    return shown(value) ? [[number, value]] : [];
  });
  const [completed, stopped] = [points('complete'), points('pruned')];
  const last = steps.at(-1)?.[1];
  const complete = finished.filter(isComplete).length;
  const pruned = finished.filter(({ state }) => state === 'pruned').length;
  return {
    description:
      `${objective.name} by trial: ${count(complete, 'complete trial')}, ${groupedNumber(pruned)} pruned, ${groupedNumber(finished.length - complete - pruned)} failed; ` +
      (last === undefined ? 'no value yet.' : `the best so far is ${tickNumber(last)} (${objective.direction}).`),
    table: () => ({
      columns: ['trial', 'state', objective.name, 'best so far'],
      rows: finished.map((trial, i) => [trial.number, trial.state, reached(trial) ?? null, best[i] ?? null]),
    }),
    option: {
      title: title('Optimisation history', count(finished.length, 'finished trial')),
      legend: {
        ...legend,
        data: [
          ...(completed.length > 0 ? ['complete'] : []),
          ...(stopped.length > 0 ? ['pruned (last value)'] : []),
          'best so far',
          ...(selected.length > 0 ? ['selected'] : []),
        ],
      },
      grid: { left: 72, right: 24, top: BELOW_LEGEND, bottom: 48 },
      tooltip: { trigger: 'item' },
      xAxis: { type: 'value', ...middleName('trial', 28), minInterval: 1, min: 0 },
      yAxis: {
        type: log ? 'log' : 'value',
        ...middleName(`${objective.name} (${objective.direction})`, 56),
        scale: true,
        axisLabel: numberLabel,
      },
      series: [
        {
          name: 'complete',
          type: 'scatter',
          symbolSize: 7,
          itemStyle: { color: STATE_COLORS.complete, opacity: 0.75 },
          data: completed,
          large: true,
          largeThreshold: 5000,
        },
        {
          name: 'pruned (last value)',
          type: 'scatter',
          symbol: 'triangle',
          symbolSize: 7,
          itemStyle: { color: STATE_COLORS.pruned, opacity: 0.75 },
          data: stopped,
          large: true,
          largeThreshold: 5000,
        },
        {
          name: 'best so far',
          type: 'line',
          step: 'end',
          showSymbol: false,
          lineStyle: { width: 2, color: PALETTE[1] },
          itemStyle: { color: PALETTE[1] },
          data: steps,
        },
        ...markedSeries([...completed, ...stopped], selected, ([number]) => number),
      ],
    },
  };
}
