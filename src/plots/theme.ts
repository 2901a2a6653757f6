/**
 * Colours that people with any kind of colour vision can tell apart (Okabe & Ito 2008, "Color Universal Design"; the orange darkened until it stands out on
 * white), a sequential scale that grows evenly in lightness (cividis: Nuñez, Anderton & Renslow 2018, PLoS ONE 13), and the light and the dark page they
 * stand on. Contrast on either page (WCAG 2.2, 1.4.6 and 1.4.11): text 7:1, marks 3:1.
 */
import type { EChartsOption } from 'echarts';
import type { TrialState } from '#core';

export type ThemeName = 'light' | 'dark';

export const PALETTE = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#a87900'] as const;

/** From low to high, for points and lines: every colour between stands out on either page. */
export const POINT_SCALE = ['#0072b2', '#a87900'] as const;

/** From low to high, for filled cells. */
export const SEQUENTIAL = ['#00224e', '#35456c', '#666970', '#948e77', '#c8b866', '#fee838'] as const;

/** Around filled cells, to be seen on either page. */
export const CELL_BORDER = '#808790';

export const STATE_COLORS: Readonly<Record<TrialState, string>> = {
  complete: '#0072b2',
  pruned: '#a87900',
  failed: '#d55e00',
  running: '#009e73',
  paused: '#cc79a7',
  waiting: '#808790',
};

export const PAGES = {
  light: { background: '#ffffff', text: '#24292f', line: '#8c959f', grid: '#e4e7eb' },
  dark: { background: '#0d1117', text: '#e6edf3', line: '#6e7681', grid: '#262c36' },
} as const;

/** The option with the page's colours on background, text, axes and grid lines. */
export function themed(option: EChartsOption, theme: ThemeName): EChartsOption {
  const { background, text, line, grid } = PAGES[theme];
  const axis = {
    axisLine: { lineStyle: { color: line } },
    axisTick: { lineStyle: { color: line } },
    axisLabel: { color: text },
    nameTextStyle: { color: text },
    splitLine: { lineStyle: { color: grid } },
    minorSplitLine: { lineStyle: { color: grid } },
  };
  const textual = { textStyle: { color: text } };
  const components = {
    title: { ...textual, subtextStyle: { color: text } },
    legend: { ...textual, pageTextStyle: { color: text } },
    visualMap: textual,
    xAxis: axis,
    yAxis: axis,
    // Its labels lie on the lines.
    parallelAxis: {
      ...axis,
      axisLabel: { ...axis.axisLabel, textBorderColor: background, textBorderWidth: 3 },
    },
    tooltip: { backgroundColor: background, borderColor: line, ...textual },
  } satisfies Partial<Record<keyof EChartsOption, object>>;
  const result: Record<string, unknown> = {
    color: [...PALETTE],
    backgroundColor: background,
    textStyle: { color: text },
    ...option,
  };
  for (const [name, defaults] of Object.entries<object>(components)) {
    const component = result[name];
    if (Array.isArray(component)) result[name] = component.map((each: object) => merged(defaults, each));
    else if (isPlain(component)) result[name] = merged(defaults, component);
  }
  return result;
}

function merged(below: object, above: object): object {
  const result: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above) as [string, unknown][]) {
    const under = result[key];
    result[key] = isPlain(under) && isPlain(value) ? merged(under, value) : value;
  }
  return result;
}

const isPlain = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
