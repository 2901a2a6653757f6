/** How much each parameter mattered, as bars, the most important on top. The measure is that of `importance` in #analysis (PED-ANOVA). */
import { importance, type Importance } from '#analysis';
import { spaceFromJson } from '#space';
import { count } from '#text';
import type { Chart, PlottedStudy } from './chart.ts';

import { BELOW_TITLE, title } from './layout.ts';
import { isComplete, objectiveOf } from './study-values.ts';
import { PALETTE } from './theme.ts';

export interface ImportancePlotOptions {
  /** Default: the first. */
  readonly objective?: string;
  /** Shares that were computed before (in a web worker, say), the largest first, in place of PED-ANOVA here; and how they are called. */
  readonly shares?: readonly Importance[];
  readonly method?: string;
}

/** Rows of more than this many parameters are left out, the least important ones; the description says so. */
const MOST = 30;

export function importancePlot(
  study: PlottedStudy,
  { objective: name, shares, method }: ImportancePlotOptions = {},
): Chart {
  const { definition, trials } = study;
  const objective = objectiveOf(study, name);
  const all =
    shares ?? importance(spaceFromJson(definition.space), definition.objectives, trials, { objective: objective.name });
  const rows = all.slice(0, MOST);
  const complete = trials.filter(isComplete).length;
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  return {
    description:
      rows.length === 0
        ? 'Importance of parameters: too few complete trials to tell.'
        : `Importance of parameters for ${objective.name}, from ${count(complete, 'complete trial')}: ` +
          `${rows.map(({ path, importance: share }) => `${path} ${percent(share)}`).join(', ')}` +
          `${all.length > rows.length ? `, and ${all.length - rows.length} of less` : ''}.`,
    table: () => ({
      columns: ['parameter', 'share'],
      rows: all.map(({ path, importance: share }) => [path, share]),
    }),
    height: BELOW_TITLE + 40 + 26 * Math.max(4, rows.length),
    option: {
      title: title(
        'Importance of parameters',
        `${objective.name}, ${count(complete, 'complete trial')}${method === undefined ? '' : `, ${method}`}`,
      ),
      grid: {
        left: 24,
        right: 72,
        top: BELOW_TITLE,
        bottom: 24,
        outerBoundsMode: 'same',
        outerBoundsContain: 'axisLabel',
      },
      tooltip: { trigger: 'item' },
      xAxis: { type: 'value', min: 0, axisLabel: { formatter: percent, hideOverlap: true } },
      yAxis: { type: 'category', inverse: true, data: rows.map(({ path }) => path), axisTick: { show: false } },
      series: [
        {
          name: 'importance',
          type: 'bar',
          data: rows.map(({ importance: share }) => share),
          itemStyle: { color: PALETTE[0] },
          barMaxWidth: 18,
          label: { show: true, position: 'right', formatter: ({ value }) => percent(Number(value)) },
        },
      ],
    },
  };
}
