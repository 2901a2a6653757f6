/** Several objectives against each other, the trials that no other dominates on top; one panel for each pair. */
import { paretoTrials, TuneError, type CompleteTrial, type Objective } from '#core';
import { count } from '#text';
import { numberLabel } from './axis.ts';
import type { Chart, PlottedStudy } from './chart.ts';

import { BELOW_LEGEND, legend, middleName, title } from './layout.ts';
import { isComplete } from './study-values.ts';
import { PALETTE, STATE_COLORS } from './theme.ts';

const PANEL = 360;

export function paretoPlot({ definition: { objectives }, trials }: PlottedStudy): Chart {
  if (objectives.length < 2) {
    throw new TuneError(
      'bad-plot',
      `a Pareto plot needs two objectives or more; this study has "${objectives[0]?.name}".`,
    );
  }
  const front = new Set(paretoTrials(trials, objectives));
  const others = trials.filter(isComplete).filter((trial) => !front.has(trial));
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
      data: points(list, x, y),
    }));
  return {
    description:
      `${objectives.map(name).join(' against ')}: ` +
      (front.size === 0
        ? 'no trial is complete.'
        : `not dominated ${front.size === 1 ? 'is' : 'are'} ${count(front.size, 'trial')} of ${front.size + others.length}: ` +
          `${[...front].map(({ number }) => number).join(', ')}.`),
    height: BELOW_LEGEND + pairs.length * PANEL,
    option: {
      title: title('Pareto front', `${front.size} of ${count(front.size + others.length, 'trial')}`),
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
        ...series('dominated', others, STATE_COLORS.waiting, 6),
        ...series('not dominated', front, PALETTE[1], 9),
      ],
    },
  };
}
