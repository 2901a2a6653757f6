/** Two parameters against each other: the best value in each cell of the plane. */
import { HeatmapChart } from 'echarts/charts';
import { VisualMapComponent } from 'echarts/components';
import { useMemo } from 'react';
import { contourPlot } from '#plots';
import { spaceFromJson } from '#space';
import { ChartPanel } from '../charts/chart-panel.tsx';
import { Choose, ChooseObjective, objectiveName } from '../charts/controls.tsx';
import { echarts } from '../charts/echarts.ts';
import { usePlotted } from '../charts/paced.ts';
import type { ViewProps } from '../contract.ts';

echarts.use([HeatmapChart, VisualMapComponent]);

export default function Contour(props: ViewProps) {
  const { space } = props.study.definition;
  const paths = useMemo(
    () =>
      spaceFromJson(space)
        .dimensions.filter(({ size }) => size > 1)
        .map(({ path }) => path),
    [space],
  );
  const chosen = (name: string): string | undefined => paths.find((path) => path === props.options[name]);
  const x = chosen('x') ?? paths.find((path) => path !== chosen('y'));
  const y = chosen('y') ?? paths.find((path) => path !== x);
  if (x === undefined || y === undefined) return <p>This study has one parameter; a plane needs two.</p>;
  return <Plane {...props} paths={paths} x={x} y={y} />;
}

interface PlaneProps extends ViewProps {
  readonly paths: readonly string[];
  readonly x: string;
  readonly y: string;
}

function Plane(props: PlaneProps) {
  const { study, paths, x, y, options, setOption } = props;
  const plotted = usePlotted(study, props.shown);
  const objective = objectiveName(study, options);
  const chart = useMemo(
    () => (x === y ? null : contourPlot(plotted, { objective, params: [x, y] })),
    [plotted, objective, x, y],
  );
  return (
    <>
      <div className="line">
        <Choose label="Across" value={x} of={paths} onChange={(path) => setOption('x', path)} />
        <Choose label="Up" value={y} of={paths} onChange={(path) => setOption('y', path)} />
        <ChooseObjective {...props} />
      </div>
      {chart === null ? (
        <p>Choose two different parameters.</p>
      ) : (
        <ChartPanel
          {...props}
          key={`${objective} ${x} ${y}`}
          chart={chart}
          minWidth={600}
          name={`${study.definition.name}-contour`}
        />
      )}
    </>
  );
}
