/** Which classes a model takes for which: counts, coloured by the share of the true class. */
import { TuneError } from '#core';
import { count } from '#text';
import type { Chart } from './chart.ts';
import { BELOW_TITLE, colorScale, middleName, title } from './layout.ts';

import { SEQUENTIAL } from './theme.ts';

/**
 * `matrix[i][j]`: how many of class i were taken for class j; `labels` name the classes.
 * @throws TuneError `bad-plot` if the matrix is not square, or not of as many classes as labels.
 */
export function confusionMatrixPlot(matrix: readonly (readonly number[])[], labels: readonly string[]): Chart {
  const n = labels.length;
  if (matrix.length !== n || matrix.some((row) => row.length !== n)) {
    const got = `${matrix.length} rows of ${[...new Set(matrix.map((row) => row.length))].join(' or ')} cells`;
    throw new TuneError('bad-plot', `a confusion matrix of ${n} labels is ${n} × ${n}; got ${got}.`);
  }
  const total = matrix.flat().reduce((a, b) => a + b, 0);
  const right = matrix.reduce((sum, row, i) => sum + row[i]!, 0);
  const cells = matrix.flatMap((row, i) => {
    const size = row.reduce((a, b) => a + b, 0);
    return row.map((count, j) => [j, i, size === 0 ? 0 : count / size, count]);
  });
  const worst = cells
    .filter(([j, i]) => i !== j)
    .reduce<number[] | null>((a, b) => (a === null || b[3]! > a[3]! ? b : a), null);
  return {
    description:
      `Confusion matrix of ${n} classes: ${right} of ${total} right` +
      (worst === null || worst[3] === 0
        ? '.'
        : `; most often wrong: ${labels[worst[1]!]} taken for ${labels[worst[0]!]}, ${count(worst[3]!, 'time')}.`),
    table: () => ({
      columns: ['true', ...labels.map((label) => `taken for ${label}`)],
      rows: matrix.map((row, i) => [labels[i]!, ...row]),
    }),
    height: 160 + Math.max(240, 32 * n),
    option: {
      title: title('Confusion matrix', 'colour: share of the true class'),
      grid: {
        left: 32,
        right: 120,
        top: BELOW_TITLE,
        bottom: 56,
        outerBoundsMode: 'same',
        outerBoundsContain: 'all',
      },
      tooltip: { trigger: 'item' },
      xAxis: { type: 'category', data: [...labels], ...middleName('predicted', 32) },
      yAxis: { type: 'category', data: [...labels], ...middleName('true', 40), inverse: true },
      visualMap: {
        type: 'continuous',
        dimension: 2,
        min: 0,
        max: 1,
        inRange: { color: [...SEQUENTIAL] },
        ...colorScale('share', '0 %', '100 %'),
        formatter: (value) => `${Math.round(100 * Number(value))} %`,
      },
      series: [
        {
          name: 'count',
          type: 'heatmap',
          data: cells,
          label: {
            show: n <= 20,
            formatter: ({ value }) => String((value as number[])[3]), // the cells above
            color: '#ffffff',
            textBorderColor: '#000000',
            textBorderWidth: 2,
          },
        },
      ],
    },
  };
}
