/** A schedule by step or epoch: the learning rate, say. */
import { count } from '#text';
import { numberLabel } from './axis.ts';
import type { Chart } from './chart.ts';
import { tickNumber } from './format.ts';
import { BELOW_TITLE, middleName, title } from './layout.ts';

export interface ScheduleOptions {
  readonly name?: string;
  /** What is counted on the axis. */
  readonly unit?: 'step' | 'epoch';
  readonly log?: boolean;
  /** What the first value is counted as. */
  readonly first?: number;
}

/** `values[t]` at t = first, first + 1, … */
export function schedulePlot(
  values: readonly number[],
  { name = 'learning rate', unit = 'step', log = false, first = 0 }: ScheduleOptions = {},
): Chart {
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const points = values.map((value, t): [number, number] => [first + t, value]);
  return {
    description:
      `${name} by ${unit}: from ${tickNumber(values[0] ?? NaN)} to ${tickNumber(values.at(-1) ?? NaN)} ` +
      `over ${count(values.length, unit)}, at most ${tickNumber(high)}.`,
    table: () => ({ columns: [unit, name], rows: points }),
    option: {
      title: title(`Schedule of the ${name}`, count(values.length, unit)),
      grid: { left: 80, right: 24, top: BELOW_TITLE, bottom: 48 },
      tooltip: { trigger: 'axis' },
      xAxis: {
        type: 'value',
        ...middleName(unit, 28),
        minInterval: 1,
        min: first,
        max: first + Math.max(1, values.length - 1),
      },
      yAxis: { type: log ? 'log' : 'value', ...middleName(name, 60), axisLabel: numberLabel },
      series: [{ name, type: 'line', showSymbol: values.length === 1, sampling: 'lttb', data: points }],
    },
  };
}
