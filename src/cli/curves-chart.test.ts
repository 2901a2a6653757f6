import { expect, test } from 'vitest';
import { curvesChart } from './curves-chart.ts';
import { plainScreen } from './fixtures/plain-screen.ts';

const screen = plainScreen();

test('draws the best on top, a mark for each curve, and the legend', () => {
  const curves = [
    { name: 'random', values: [0.5, 0.5, 0.6] },
    { name: 'tpe', values: [0.5, 0.7, 0.8] },
  ];
  const lines = curvesChart(curves, 'maximize', screen).split('\n');
  expect(lines[0]).toBe('0.8000 ┤      xxx');
  expect(lines[3]).toBe('       │   xxx');
  expect(lines[6]).toBe('       │      ooo');
  expect(lines[9]).toBe('0.5000 ┤xxxooo');
  expect(lines.slice(10)).toEqual(['        1       3', '        o random  x tpe']);
});

test('curves without a value leave an empty text; a late first value leaves a gap', () => {
  expect(curvesChart([{ name: 'grid', values: [NaN, NaN] }], 'minimize', screen)).toBe('');
  expect(curvesChart([{ name: 'grid', values: [NaN, 2] }], 'minimize', screen).split('\n')[0]).toBe('2.0000 ┤   ooo');
});
