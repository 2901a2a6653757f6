/** When each trial ran, in rows so that no two overlap: how busy the workers were, and where time went. */
import type { CustomSeriesRenderItem } from 'echarts';
import type { TrialRecord, TrialState } from '#core';
import { count } from '#text';
import type { Chart, PlottedStudy } from './chart.ts';
import { tickNumber, timeUnit } from './format.ts';
import { BELOW_LEGEND, legend, middleName, title } from './layout.ts';
import { STATE_COLORS } from './theme.ts';

interface Span {
  readonly number: number;
  readonly state: TrialState;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

const ROW = 22;
/** The name of the upright axis is as long as this: with one or two rows it would reach into the legend. */
const NAME_PX = 100;
/** With more bars than this those of one row and state are drawn as one shape: a page would take seconds for each by itself. */
const SEPARATE = 1000;

/** A trial that still runs, or was paused, ends at the last thing known of the study. */
export function timelinePlot({ trials }: PlottedStudy): Chart {
  const now = trials.reduce((latest, trial) => Math.max(latest, lastKnown(trial)), -Infinity);
  const spans = trials
    .flatMap((trial): Span[] => {
      if (!('startedAt' in trial)) return [];
      const { number, state, startedAt } = trial;
      return [
        {
          number,
          state,
          from: startedAt,
          to: 'endedAt' in trial ? trial.endedAt : state === 'paused' ? lastKnown(trial) : now,
        },
      ];
    })
    .sort((a, b) => a.from - b.from || a.number - b.number);
  const start = spans[0]?.from ?? 0;
  const rows = rowsOf(spans);
  const together = Math.max(0, ...rows) + 1;
  const busy = spans.reduce((sum, { from, to }) => sum + (to - from), 0);
  const unit = timeUnit((now - start) / 1000);
  const inUnit = (ms: number): number => (ms - start) / 1000 / unit.seconds;
  const states = [...new Set(spans.map(({ state }) => state))];

  const barsOf = (state: TrialState): Bar[] =>
    spans.flatMap((span, i) =>
      span.state === state ? [[rows[i]!, inUnit(span.from), inUnit(span.to), span.number]] : [],
    );

  const bar: CustomSeriesRenderItem = (_, api) => {
    const [x = 0, y = 0] = api.coord([api.value(1), api.value(0)]);
    const [end = 0] = api.coord([api.value(2), api.value(0)]);
    const [, height = 0] = api.size?.([0, 1]) as number[]; // one row
    return {
      type: 'rect',
      shape: { x, y: y - height * 0.35, width: Math.max(1, end - x - 1), height: height * 0.7 },
      style: { fill: api.visual('color') as string }, // the series' colour
    };
  };
  return {
    description:
      spans.length === 0
        ? 'No trial has begun.'
        : `${count(spans.length, 'trial')} in ${tickNumber(inUnit(now))} ${unit.name}, up to ${together} at the same time, ` +
          `${tickNumber(Number((busy / Math.max(1, now - start)).toPrecision(3)))} on average.`,
    table: () => ({
      columns: ['trial', 'state', `from (${unit.name})`, `to (${unit.name})`, 'row'],
      rows: spans.map(({ number, state, from, to }, i) => [number, state, inUnit(from), inUnit(to), rows[i]! + 1]),
    }),
    height: BELOW_LEGEND + 60 + Math.max(NAME_PX, ROW * Math.min(20, together)),
    option: {
      title: title('Timeline', count(spans.length, 'trial')),
      legend: { ...legend, data: states },
      grid: { left: 64, right: 32, top: BELOW_LEGEND, bottom: 48 },
      tooltip: { trigger: 'item' },
      xAxis: { type: 'value', ...middleName(`time in ${unit.name}`, 28), min: 0 },
      yAxis: {
        type: 'category',
        ...middleName('running together', 40),
        data: Array.from({ length: together }, (_, i) => String(i + 1)),
      },
      series: states.map((state) => ({
        name: state,
        type: 'custom' as const,
        itemStyle: { color: STATE_COLORS[state] },
        encode: { x: [1, 2], y: 0 },
        ...(spans.length > SEPARATE ? merged(barsOf(state)) : { renderItem: bar, data: barsOf(state) }),
      })),
    },
  };
}

/** Row, from and to in the unit of the axis, number of the trial. */
type Bar = [number, number, number, number];

/** All bars of a row as one path; its datum spans from the first to the last. */
function merged(bars: readonly Bar[]): { data: number[][]; renderItem: CustomSeriesRenderItem } {
  const rows = [...new Set(bars.map(([row]) => row))];
  const byRow = rows.map((row) => [row, bars.filter((bar) => bar[0] === row)] as const);
  return {
    data: byRow.map(([row, own]) => [row, own[0]![1], own.at(-1)![2]]),
    renderItem: ({ dataIndex }, api) => {
      const [row = 0, own = []] = byRow[dataIndex] ?? [];
      const [, height = 0] = api.size?.([0, 1]) as number[]; // one row
      const [origin = 0, y = 0] = api.coord([0, row]);
      const [one = 0] = api.coord([1, row]);
      const pathData = own
        .map(([, from, to]) => {
          const width = Math.max(0.5, (to - from) * (one - origin) - 0.5);
          return `M${origin + from * (one - origin)} ${y - height * 0.35}h${width}v${height * 0.7}h${-width}z`;
        })
        .join('');
      return { type: 'path', shape: { pathData }, style: { fill: api.visual('color') as string } }; // the series' colour
    },
  };
}

const lastKnown = (trial: TrialRecord): number =>
  'endedAt' in trial
    ? trial.endedAt
    : (trial.measurements.at(-1)?.at ?? ('startedAt' in trial ? trial.startedAt : -Infinity));

/** The first row that is free when a span begins; spans come in order of their begin. */
function rowsOf(spans: readonly Span[]): number[] {
  const freeFrom: number[] = [];
  return spans.map(({ from, to }) => {
    const free = freeFrom.findIndex((end) => end <= from);
    const row = free < 0 ? freeFrom.length : free;
    freeFrom[row] = to;
    return row;
  });
}
