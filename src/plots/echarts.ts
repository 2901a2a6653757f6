/** The parts of ECharts that the plots use, and no others: importing all of it takes three times as long. */
import { CustomChart, HeatmapChart, BarChart, LineChart, ParallelChart, ScatterChart } from 'echarts/charts';
import {
  GridComponent,
  LegendComponent,
  ParallelComponent,
  TitleComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components';
import * as core from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

function withParts(): typeof core {
  core.use([
    BarChart,
    CustomChart,
    HeatmapChart,
    LineChart,
    ParallelChart,
    ScatterChart,
    GridComponent,
    LegendComponent,
    ParallelComponent,
    TitleComponent,
    TooltipComponent,
    VisualMapComponent,
    SVGRenderer,
  ]);
  return core;
}

// A value of this file: a bundler that passes over files without one would leave out the parts.
export const echarts = withParts();
