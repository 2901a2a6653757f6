/** ECharts on a canvas with what every chart of the page uses. A view adds its own kinds of series (`echarts.use`), so that a browser loads no others. */
import { LineChart, ScatterChart } from 'echarts/charts';
import {
  BrushComponent,
  GridComponent,
  LegendComponent,
  TitleComponent,
  ToolboxComponent,
  TooltipComponent,
} from 'echarts/components';
import * as core from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

function withParts(): typeof core {
  core.use([
    BrushComponent,
    CanvasRenderer,
    GridComponent,
    LegendComponent,
    LineChart,
    ScatterChart,
    TitleComponent,
    // Not shown: a brush does not work without it.
    ToolboxComponent,
    TooltipComponent,
  ]);
  return core;
}

// A value of this file: a bundler that passes over files without one would leave out the parts.
export const echarts = withParts();
export type Drawing = ReturnType<typeof echarts.init>;
