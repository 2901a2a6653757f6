/** Every finished trial by number, and the best so far. */
import { useMemo } from 'react';
import { historyPlot } from '#plots';
import { trialsIn } from '../charts/area.ts';
import { ChartPanel } from '../charts/chart-panel.tsx';
import { ChooseObjective, objectiveName } from '../charts/controls.tsx';
import { usePlotted } from '../charts/paced.ts';
import type { ViewProps } from '../contract.ts';

export default function History(props: ViewProps) {
  const { study, selection, options, setOption } = props;
  const plotted = usePlotted(study, props.shown);
  const objective = objectiveName(study, options);
  const log = options['log'] === '1';
  const chart = useMemo(
    () => historyPlot(plotted, { objective, log, selected: selection }),
    [plotted, objective, log, selection],
  );
  const numberOf = ([number]: readonly unknown[]): unknown => number;
  return (
    <>
      <div className="line">
        <ChooseObjective {...props} />
        <label>
          <input type="checkbox" checked={log} onChange={() => setOption('log', log ? null : '1')} /> logarithmic
        </label>
      </div>
      <ChartPanel
        {...props}
        key={`${objective} ${log}`}
        chart={chart}
        name={`${study.definition.name}-history`}
        trialOf={numberOf}
        inArea={(area) => trialsIn(chart, area, numberOf)}
      />
    </>
  );
}
