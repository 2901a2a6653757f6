/** Several objectives against each other, the trials that no other dominates on top; one panel for each pair. */
import { isFeasible, paretoTrials, TuneError, type CompleteTrial, type Objective } from '#core';
import { count, groupedNumber } from '#text';
import { numberLabel } from './axis.ts';
import type { Chart, PlottedStudy } from './chart.ts';

import { BELOW_LEGEND, legend, middleName, title } from './layout.ts';
import { markedSeries } from './marked.ts';
import { isComplete } from './study-values.ts';
import { PALETTE, STATE_COLORS } from './theme.ts';

const PANEL = 360;
/** So many trials of the front are named in words; all of them stand in the table. */
const NAMED = 30;

export interface ParetoOptions {
  /** Numbers of trials to mark. */
  readonly selected?: readonly number[];
}

export function paretoPlot(
  { definition: { objectives, limits }, trials }: PlottedStudy,
  { selected = [] }: ParetoOptions = {},
): Chart {
  if (objectives.length < 2) {
    throw new TuneError(
      'bad-plot',
      `a Pareto plot needs two objectives or more; this study has "${objectives[0]?.name}".`,
    );
  }
  const front = new Set(paretoTrials(trials, objectives, limits));
  const complete = trials.filter(isComplete);
  const beyond = complete.filter(({ values }) => !isFeasible(values, limits ?? []));
  const outside = new Set(beyond);
  const others = complete.filter((trial) => !front.has(trial) && !outside.has(trial));
  const pairs = objectives.flatMap((x, i) => objectives.slice(i + 1).map((y) => [x, y] as const));
  const name = ({ name, direction }: Objective): string => `${name} (${direction})`;
  const points = (list: Iterable<CompleteTrial>, x: Objective, y: Objective): number[][] =>
    Array.from(list, ({ number, values }) => [values[x.name] ?? NaN, values[y.name] ?? NaN, number]);
  const series = (label: string, list: Iterable<CompleteTrial>, color: string, symbolSize: number) =>
    pairs.map(([x, y], index) => ({
      name: label,
      type: 'scatter' as const,
      xAxisIndex: index,
      yAxisIndex: index,
      symbolSize,
      itemStyle: { color },
      large: true,
      largeThreshold: 2000,
      data: points(list, x, y),
    }));
  return {
    description:
      `${objectives.map(name).join(' against ')}: ` +
      (front.size === 0
        ? 'no trial is complete.'
        : `not dominated ${front.size === 1 ? 'is' : 'are'} ${count(front.size, 'trial')} of ${groupedNumber(complete.length)}: ` +
          `${[...front]
            .slice(0, NAMED)
            .map(({ number }) => number)
            .join(', ')}${front.size > NAMED ? ' …' : ''}.`),
    table: () => ({
      columns: ['trial', 'not dominated', ...objectives.map(({ name }) => name)],
      rows: [...front, ...others, ...beyond].map((trial) => [
        trial.number,
        front.has(trial) ? 'yes' : outside.has(trial) ? 'beyond a limit' : 'no',
        ...objectives.map(({ name }) => trial.values[name] ?? null),
      ]),
    }),
    height: BELOW_LEGEND + pairs.length * PANEL,
    option: {
      title: title('Pareto front', `${front.size} of ${count(complete.length, 'trial')}`),
      legend,
      tooltip: { trigger: 'item' },
      grid: pairs.map((_, i) => ({ left: 80, right: 32, top: BELOW_LEGEND + i * PANEL, height: PANEL - 72 })),
      xAxis: pairs.map(([x], gridIndex) => ({
        type: 'value' as const,
        gridIndex,
        ...middleName(name(x), 28),
        scale: true,
        axisLabel: numberLabel,
      })),
      yAxis: pairs.map(([, y], gridIndex) => ({
        type: 'value' as const,
        gridIndex,
        ...middleName(name(y), 60),
        scale: true,
        axisLabel: numberLabel,
      })),
      series: [
        ...(beyond.length === 0 ? [] : series('beyond a limit', beyond, STATE_COLORS.failed, 5)),
        ...series('dominated', others, STATE_COLORS.waiting, 6),
        ...series('not dominated', front, PALETTE[0], 9),
        ...pairs.flatMap(([x, y], index) =>
          markedSeries(points(complete, x, y), selected, ([, , number]) => number, {
            xAxisIndex: index,
            yAxisIndex: index,
          }),
        ),
      ],
    },
  };
}
