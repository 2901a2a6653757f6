/** The empirical distribution of values: which share of a study's complete trials did at least so well. Several studies can be compared. */
import { edf } from '#analysis';
import { asLoss } from '#core';
import { count } from '#text';
import { numberLabel } from './axis.ts';
import type { Chart, PlottedStudy } from './chart.ts';

import { BELOW_LEGEND, legend, middleName, title } from './layout.ts';
import { objectiveOf, samplesOf } from './study-values.ts';

export interface EdfOptions {
  /** Default: the first of the first study. */
  readonly objective?: string;
}

/** @throws TuneError `unknown-objective` if one of the studies does not have it. */
export function edfPlot(studies: readonly PlottedStudy[], { objective: name }: EdfOptions = {}): Chart {
  const [first] = studies;
  if (first === undefined) throw new Error('internal: no study to plot');
  const objective = objectiveOf(first, name);
  const sign = asLoss(objective.direction, 1);
  const curves = studies.map((study) => {
    const losses = samplesOf(study, objectiveOf(study, objective.name)).map(({ value }) => sign * value);
    return { study, steps: edf(losses), trials: losses.length };
  });
  return {
    description:
      `Share of trials whose ${objective.name} is at least as good: ` +
      `${curves.map(({ study, trials }) => `${study.definition.name} (${count(trials, 'trial')})`).join(', ')}.`,
    table: () => ({
      columns: ['study', objective.name, 'share of trials'],
      rows: curves.flatMap(({ study, steps }) =>
        steps.map(({ loss, share }) => [study.definition.name, sign * loss, share]),
      ),
    }),
    option: {
      title: title(
        'Distribution of results',
        count(
          curves.reduce((sum, { trials }) => sum + trials, 0),
          'complete trial',
        ),
      ),
      legend: { ...legend, show: studies.length > 1 },
      grid: { left: 64, right: 32, top: BELOW_LEGEND, bottom: 48 },
      tooltip: { trigger: 'axis' },
      xAxis: {
        type: 'value',
        ...middleName(`${objective.name} (${objective.direction})`, 28),
        scale: true,
        // The better values stand on the left, as in every plot of losses.
        inverse: objective.direction === 'maximize',
        axisLabel: numberLabel,
      },
      yAxis: {
        type: 'value',
        ...middleName('share of trials', 44),
        min: 0,
        max: 1,
      },
      series: curves.map(({ study, steps }) => ({
        name: study.definition.name,
        type: 'line' as const,
        step: 'end' as const,
        showSymbol: false,
        data: steps.map(({ loss, share }) => [sign * loss, share]),
      })),
    },
  };
}
