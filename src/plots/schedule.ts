/** A schedule by step or epoch: the learning rate, say. */
import { numberLabel } from './axis.ts';
import type { Chart } from './chart.ts';
import { tickNumber } from './format.ts';
import { BELOW_TITLE, middleName, title } from './layout.ts';

export interface ScheduleOptions {
  readonly name?: string;
  /** What is counted on the axis. */
  readonly unit?: 'step' | 'epoch';
  readonly log?: boolean;
}

/** `values[t]` at t = 0, 1, 2, … */
export function schedulePlot(
  values: readonly number[],
  { name = 'learning rate', unit = 'step', log = false }: ScheduleOptions = {},
): Chart {
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return {
    description:
      `${name} by ${unit}: from ${tickNumber(values[0] ?? NaN)} to ${tickNumber(values.at(-1) ?? NaN)} ` +
      `over ${values.length} ${unit}s, at most ${tickNumber(high)}.`,
    table: () => ({ columns: [unit, name], rows: values.map((value, t) => [t, value]) }),
    option: {
      title: title(`Schedule of the ${name}`, `${values.length} ${unit}s`),
      grid: { left: 80, right: 24, top: BELOW_TITLE, bottom: 48 },
      tooltip: { trigger: 'axis' },
      xAxis: { type: 'value', ...middleName(unit, 28), min: 0, max: Math.max(1, values.length - 1) },
      yAxis: { type: log ? 'log' : 'value', name, nameLocation: 'middle', nameGap: 60, axisLabel: numberLabel },
      series: [{ name, type: 'line', showSymbol: false, sampling: 'lttb', data: values.map((value, t) => [t, value]) }],
    },
  };
}
