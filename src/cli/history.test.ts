import { describe, expect, it } from 'vitest';
import { historyChart } from './history.ts';
import { displayWidth } from './screen.ts';
import { plainScreen } from './fixtures/plain-screen.ts';

const points = (...values: number[]): { number: number; value: number }[] =>
  values.map((value, number) => ({ number, value }));
const screen = plainScreen({ width: 40 });

describe('the history of a study', () => {
  it('puts the best value on the first row and draws the best so far from trial to trial', () => {
    const lines = historyChart(points(0.5, 0.9, 0.7), 'maximize', screen).split('\n');
    expect(lines[0]).toBe('0.9000 ┤   •───'); // trial 1 in column 3, the best until trial 2
    expect(lines[7]).toBe('0.5000 ┤•──');
    expect(lines[8]).toBe('        0     2');
  });

  it('has the lowest value on top when lower is better', () => {
    expect(historyChart(points(0.5, 0.9), 'minimize', screen).split('\n')[0]).toMatch(/^0\.5000 ┤•───$/);
  });

  it('keeps its scale when one trial is far off', () => {
    // Best 1, median 2: the axis ends at 1 + 3 · (2 − 1) = 4, and 1e9 stands on the edge.
    const lines = historyChart(points(2, 1, 1e9, 2, 3), 'minimize', screen).split('\n');
    expect(lines[0]).toContain('1.0000');
    expect(lines[7]).toBe('4.0000 ┤      •');
  });

  it('fits the screen, also with thousands of trials', () => {
    const many = points(...Array.from({ length: 5000 }, (_, i) => Math.sin(i) / (i + 1)));
    for (const line of historyChart(many, 'maximize', screen).split('\n'))
      expect(displayWidth(line)).toBeLessThanOrEqual(40);
  });

  it('is empty where there is nothing to compare, and skips values that are no numbers', () => {
    expect(historyChart(points(0.5), 'maximize', screen)).toBe('');
    expect(historyChart(points(NaN, 0.5, Infinity), 'maximize', screen)).toBe('');
    expect(historyChart(points(1, 1, 1), 'maximize', screen).split('\n')[0]).toBe('1.0000 ┤•──•──•');
  });
});
