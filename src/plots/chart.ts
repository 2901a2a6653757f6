/**
 * What every plot of Attune is: options of ECharts (https://echarts.apache.org/en/option.html), and the same in words for those who cannot see it.
 * Options hold no size and no colours of the page: `render.ts` and the dashboard add those (`themed` in theme.ts).
 */
import type { EChartsOption } from 'echarts';
import type { StudyDefinition, TrialRecord } from '#core';

export interface Chart {
  readonly option: EChartsOption;
  /** What it shows, with the main numbers: the text alternative. */
  readonly description: string;
  /** Its numbers as a table: what CSV files and readers of the page get who do not look at the picture. Made when it is asked for. */
  readonly table: () => ChartTable;
  /** Height that suits it in pixels at a width of 800, where it needs more than usual. */
  readonly height?: number;
}

/** Rows of cells in the order of the columns; null where there is nothing. */
export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** What plots are made of: a `StudyState`, or what was read of a study. */
export interface PlottedStudy {
  readonly definition: StudyDefinition;
  readonly trials: readonly TrialRecord[];
}
