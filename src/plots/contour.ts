/** Two parameters against each other: the best value found in each cell of the plane, with the number of trials that were there. */
import { asLoss, TuneError } from '#core';
import type { Dimension } from '#space';
import { count } from '#text';
import { axisName, cellsOf, numberLabel } from './axis.ts';
import type { Chart, PlottedStudy } from './chart.ts';
import { tickNumber } from './format.ts';
import { BELOW_TITLE, colorScale, middleName, title } from './layout.ts';
import { dimensionsOf, objectiveOf, samplesOf, valueOf } from './study-values.ts';
import { CELL_BORDER, SEQUENTIAL } from './theme.ts';

export interface ContourOptions {
  /** The paths of two parameters. */
  readonly params: readonly [string, string];
  /** Default: the first. */
  readonly objective?: string;
}

const CELLS = 12;

/** Trials in which one of the two is not active are left out. */
export function contourPlot(study: PlottedStudy, { params, objective: name }: ContourOptions): Chart {
  const objective = objectiveOf(study, name);
  const [x, y] = params.map((path) => dimensionsOf(study, [path])[0]!) as [Dimension, Dimension]; // two paths, two dimensions
  if (x.path === y.path) {
    throw new TuneError('bad-plot', `a contour needs two parameters; got "${x.path}" twice.`, { path: x.path });
  }
  const across = cellsOf(x, CELLS);
  const up = cellsOf(y, CELLS);
  const found = new Map<string, { i: number; j: number; value: number; count: number }>();
  let used = 0;
  for (const { value, params: flat } of samplesOf(study, objective)) {
    const [a, b] = [valueOf(x, flat), valueOf(y, flat)];
    if (a === undefined || b === undefined) continue;
    used++;
    const [i, j] = [across.cellOf(a), up.cellOf(b)];
    const cell = found.get(`${i} ${j}`);
    const isBetter = cell === undefined || asLoss(objective.direction, value) < asLoss(objective.direction, cell.value);
    found.set(`${i} ${j}`, { i, j, value: isBetter ? value : cell.value, count: (cell?.count ?? 0) + 1 });
  }
  const cells = [...found.values()];
  const values = cells.map(({ value }) => value);
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const best = cells.reduce<(typeof cells)[number] | null>(
    (a, b) => (a === null || asLoss(objective.direction, b.value) < asLoss(objective.direction, a.value) ? b : a),
    null,
  );
  return {
    description:
      `The best ${objective.name} in each of ${count(cells.length, 'visited cell')} of ${axisName(x)} by ${axisName(y)}, ` +
      `from ${count(used, 'trial')}` +
      (best === null
        ? '.'
        : `; ${tickNumber(best.value)} near ${x.path} ${across.labels[best.i]}, ${y.path} ${up.labels[best.j]}.`),
    table: () => ({
      columns: [x.path, y.path, `best ${objective.name}`, 'trials'],
      rows: cells.map(({ i, j, value, count }) => [across.labels[i] ?? null, up.labels[j] ?? null, value, count]),
    }),
    option: {
      title: title(`Best ${objective.name}`, 'numbers: trials in the cell'),
      grid: { left: 88, right: 120, top: BELOW_TITLE, bottom: 56 },
      tooltip: { trigger: 'item' },
      xAxis: { type: 'category', data: [...across.labels], ...middleName(axisName(x), 30) },
      yAxis: { type: 'category', data: [...up.labels], ...middleName(axisName(y), 66) },
      visualMap: {
        type: 'continuous',
        dimension: 2,
        min: low,
        max: high,
        inRange: { color: [...SEQUENTIAL] },
        ...colorScale(
          objective.name,
          values.length === 0 ? '' : tickNumber(low),
          values.length === 0 ? '' : tickNumber(high),
        ),
        formatter: (value) => numberLabel.formatter(Number(value)),
      },
      series: [
        {
          name: objective.name,
          type: 'heatmap',
          data: cells.map(({ i, j, value, count }) => [i, j, value, count]),
          // The darkest cells end where the dark page begins.
          itemStyle: { borderColor: CELL_BORDER, borderWidth: 1 },
          label: {
            show: true,
            formatter: ({ value }) => String((value as number[])[3]), // the data above
            color: '#ffffff',
            textBorderColor: '#000000',
            textBorderWidth: 2,
          },
        },
      ],
    },
  };
}
