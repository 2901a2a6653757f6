/** How much each parameter mattered. Computed in a web worker, so that the page goes on meanwhile; again when trials have come, once the last answer is there. */
import { BarChart } from 'echarts/charts';
import { useEffect, useMemo, useRef, useState } from 'react';
import { importancePlot, type PlottedStudy } from '#plots';
import { ChartPanel } from '../charts/chart-panel.tsx';
import { Choose, ChooseObjective, objectiveName } from '../charts/controls.tsx';
import { echarts } from '../charts/echarts.ts';
import { askedOf, type Answer, type Method } from '../charts/importance-question.ts';
import { usePlotted } from '../charts/paced.ts';
import type { ViewProps } from '../contract.ts';

echarts.use([BarChart]);

const METHODS: readonly (readonly [Method, string])[] = [
  ['ped', 'PED-ANOVA (what the best have in common)'],
  ['fanova', 'fANOVA (share of the variance)'],
];

export default function Importance(props: ViewProps) {
  const { study, options, setOption } = props;
  const plotted = usePlotted(study, props.shown);
  const objective = objectiveName(study, options);
  const method: Method = options['method'] === 'fanova' ? 'fanova' : 'ped';
  const worker = useRef<Worker | null>(null);
  const asked = useRef<{ readonly plotted: PlottedStudy; readonly of: string } | null>(null);
  const [answer, setAnswer] = useState<(Answer & { of: string }) | null>(null);
  const [busy, setBusy] = useState(false);
  const of = `${objective} ${method}`;

  useEffect(() => {
    const started = new Worker(new URL('../charts/importance-worker.ts', import.meta.url), { type: 'module' });
    worker.current = started;
    return () => {
      started.terminate();
      asked.current = null;
      setBusy(false);
    };
  }, []);

  // One question at a time: trials that come while it is worked on are in the next.
  useEffect(() => {
    const { current } = worker;
    if (current === null || busy || (asked.current?.plotted === plotted && asked.current.of === of)) return;
    asked.current = { plotted, of };
    setBusy(true);
    current.onmessage = ({ data }: MessageEvent<Answer>) => {
      setAnswer({ ...data, of });
      setBusy(false);
    };
    current.postMessage(askedOf(plotted, objective, method));
  }, [plotted, of, busy]);

  const chart = useMemo(
    () =>
      answer !== null && 'shares' in answer
        ? importancePlot(plotted, {
            objective,
            shares: answer.shares,
            method: method === 'ped' ? 'PED-ANOVA' : 'fANOVA',
          })
        : null,
    [answer, objective],
  );
  return (
    <>
      <div className="line">
        <Choose label="Method" value={method} of={METHODS} onChange={(value) => setOption('method', value)} />
        <ChooseObjective {...props} />
        {(busy || answer?.of !== of) && (
          <span className="quiet" role="status">
            computing …
          </span>
        )}
      </div>
      {answer !== null && 'failure' in answer && <p role="alert">{answer.failure}</p>}
      {chart !== null && <ChartPanel {...props} key={of} chart={chart} name={`${study.definition.name}-importance`} />}
    </>
  );
}
