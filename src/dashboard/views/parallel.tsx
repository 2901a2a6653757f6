/**
 * A line for each trial through its parameters. Stretches that are brushed on axes select the trials that pass through all of them, also those whose line is not
 * drawn; the brush is kept in the URL as `place:low~high` of each stretch.
 */
import { ParallelChart } from 'echarts/charts';
import { ParallelComponent, VisualMapComponent } from 'echarts/components';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { parallelPlot, type Brushed } from '#plots';
import { ChartPanel } from '../charts/chart-panel.tsx';
import { ChooseObjective, objectiveName } from '../charts/controls.tsx';
import { echarts, type Drawing } from '../charts/echarts.ts';
import { usePlotted } from '../charts/paced.ts';
import type { ViewProps } from '../contract.ts';

echarts.use([ParallelChart, ParallelComponent, VisualMapComponent]);

/** Up to `all` trials each has a line. Of more, `many` have one: each move of a brush draws them all anew, which is to take no more than a tenth of a second. */
const LINES = { all: 1000, many: 600, few: 200 } as const;
/** The address bar follows when the hand rests: browsers refuse hundreds of changes in a row. */
const REST_MS = 80;

export default function Parallel(props: ViewProps) {
  const { study, selection, options, setOption, onSelect } = props;
  const plotted = usePlotted(study, props.shown);
  const objective = objectiveName(study, options);
  const brush = options['brush'] ?? '';
  const few = options['lines'] === 'few';
  const limit = few ? LINES.few : plotted.trials.length > LINES.all ? LINES.many : LINES.all;
  // What its own brush selects is told apart by the brush itself.
  const marked = brush === '' ? selection : NONE;
  const chart = useMemo(
    () => parallelPlot(plotted, { objective, limit, selected: marked }),
    [plotted, objective, limit, marked],
  );
  const latest = useRef({ chart, setOption, onSelect, brush });
  latest.current = { chart, setOption, onSelect, brush };
  const drawn = useRef<Drawing | null>(null);
  /** Axes that show a brush. */
  const brushed = useRef(new Set<number>());

  const onDrawing = useCallback((drawing: Drawing) => {
    drawn.current = drawing;
    let stretches: Brushed[] = readBrush(latest.current.brush);
    brushed.current.clear();
    let timer: ReturnType<typeof setTimeout> | undefined;
    drawing.on('axisareaselected', (event) => {
      const { parallelAxisId, intervals } = event as { parallelAxisId?: string; intervals?: [number, number][] }; // of the parallel component
      if (parallelAxisId === undefined || intervals === undefined) return;
      stretches = [...stretches];
      stretches[Number(parallelAxisId)] = intervals;
      if (intervals.length > 0) brushed.current.add(Number(parallelAxisId));
      clearTimeout(timer);
      timer = setTimeout(() => {
        const { chart, setOption, onSelect, brush } = latest.current;
        const full = chart.axes.map((_, i) => stretches[i] ?? null);
        const text = writeBrush(full);
        // Told again when the drawing is made from the URL.
        if (text === brush) return;
        setOption('brush', text === '' ? null : text);
        onSelect(chart.within(full));
      }, REST_MS);
    });
    return () => {
      clearTimeout(timer);
      drawn.current = null;
    };
  }, []);

  // A brush that came with the URL, or one that was cleared with the selection, is shown as it is.
  useEffect(() => {
    const wanted = readBrush(brush);
    chart.axes.forEach((_, i) => {
      const intervals = wanted[i] ?? [];
      // Each draws the chart anew: an axis without a brush is left alone.
      if (intervals.length === 0 && !brushed.current.has(i)) return;
      if (intervals.length === 0) brushed.current.delete(i);
      else brushed.current.add(i);
      drawn.current?.dispatchAction({ type: 'axisAreaSelect', parallelAxisId: String(i), intervals });
    });
    if (brush !== '' && selection.length === 0) onSelect(chart.within(chart.axes.map((_, i) => wanted[i] ?? null)));
  }, [objective, brush === '']);

  return (
    <>
      <div className="line">
        <ChooseObjective {...props} />
        <label>
          <input type="checkbox" checked={few} onChange={() => setOption('lines', few ? null : 'few')} /> {LINES.few}{' '}
          lines at most
        </label>
        <span className="quiet">Draw along an axis to select the trials that pass there.</span>
      </div>
      <ChartPanel
        {...props}
        key={objective}
        chart={chart}
        minWidth={96 * chart.axes.length}
        name={`${study.definition.name}-parallel`}
        onDrawing={onDrawing}
        onSelect={(numbers) => {
          if (brush !== '') setOption('brush', null);
          onSelect(numbers);
        }}
      />
    </>
  );
}

const NONE: readonly number[] = [];

const writeBrush = (brushed: readonly Brushed[]): string =>
  brushed
    .flatMap((stretches, i) =>
      (stretches ?? []).map((ends) => `${i}:${ends.map((end) => Number(end.toPrecision(6))).join('~')}`),
    )
    .join(',');

/** Stretches by axis; what is no stretch is left out. */
function readBrush(text: string): Brushed[] {
  const brushed: Brushed[] = [];
  for (const part of text.split(',')) {
    const [, axis, low, high] = /^(\d{1,3}):(-?[\d.e+-]+)~(-?[\d.e+-]+)$/.exec(part) ?? [];
    const ends: [number, number] = [Number(low), Number(high)];
    if (axis !== undefined && ends.every(Number.isFinite))
      brushed[Number(axis)] = [...(brushed[Number(axis)] ?? []), ends];
  }
  return brushed;
}
