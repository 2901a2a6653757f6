/**
 * A chart on the page: drawn by ECharts on a canvas, its text alternative, its numbers as a table, files of it, and the selection that all views share.
 * New numbers are merged into the drawing that is there: it does not flicker and keeps its brush. What changes the axes needs another `key`.
 */
import { useEffect, useRef, useState } from 'react';
import { groupedNumber } from '#text';
import { themed, type Chart, type ThemeName } from '#plots';
import { areaOf, type Area } from './area.ts';
import { echarts, type Drawing } from './echarts.ts';
import { saveChart } from './save.ts';

interface ChartPanelProps {
  readonly chart: Chart;
  /** Of files. */
  readonly name: string;
  readonly theme: ThemeName;
  readonly selection: readonly number[];
  readonly onSelect: (numbers: readonly number[]) => void;
  readonly openTrial: (number: number) => void;
  /** Narrower than this it is moved sideways. */
  readonly minWidth?: number;
  /** Trials in a rectangle that was drawn; without it none can be drawn. */
  readonly inArea?: (area: Area) => readonly number[];
  /** The trial of a point that was clicked. */
  readonly trialOf?: (point: readonly unknown[]) => unknown;
  /** Called once with the drawing, for what a view does by itself; returns what undoes it. */
  readonly onDrawing?: (drawing: Drawing) => () => void;
}

const TABLE_ROWS = 200;
/** Drawing a rectangle takes the finger's move from the page: there it is asked for. */
const hasMouse = (): boolean => matchMedia('(pointer: fine)').matches;

export function ChartPanel(props: ChartPanelProps) {
  const { chart, name, theme, selection, onSelect, openTrial, minWidth = 0, inArea, onDrawing } = props;
  const place = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | null>(null);
  // Handlers outlive a render: they see the props of the last one.
  const latest = useRef(props);
  latest.current = props;
  const [brushing, setBrushing] = useState(hasMouse);
  const [table, setTable] = useState(false);

  useEffect(() => {
    if (place.current === null) return;
    const made = echarts.init(place.current, null, { renderer: 'canvas' });
    drawing.current = made;
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(place.current);
    made.on('click', (event) => {
      const number = Array.isArray(event.value) ? latest.current.trialOf?.(event.value) : undefined;
      if (typeof number === 'number') latest.current.onSelect([number]);
    });
    made.on('brushEnd', (event) => {
      const [first] = (event as { areas?: { range: [number[], number[]] }[] }).areas ?? []; // rectangles alone are offered
      if (first === undefined) return;
      const { chart, inArea, onSelect } = latest.current;
      const area = areaOf(made, chart, first.range);
      made.dispatchAction({ type: 'brush', areas: [] });
      if (area !== null && inArea !== undefined) onSelect(inArea(area));
    });
    const undo = onDrawing?.(made);
    return () => {
      undo?.();
      observer.disconnect();
      made.dispose();
      drawing.current = null;
    };
  }, [onDrawing]);

  useEffect(() => {
    const { tooltip, legend, ...option } = themed(chart.option, theme);
    drawing.current?.setOption(
      {
        ...option,
        // The page's policy allows no markup with styles; a long legend is leafed through.
        ...(tooltip !== undefined && { tooltip: { ...tooltip, renderMode: 'richText', confine: true } }),
        ...(legend !== undefined && { legend: { ...legend, type: 'scroll', right: 8 } }),
        ...(inArea !== undefined && {
          toolbox: { show: false },
          brush: { toolbox: [], xAxisIndex: 'all', yAxisIndex: 'all', outOfBrush: {} },
        }),
        animation: false,
        textStyle: { ...option.textStyle, fontFamily: getComputedStyle(document.body).fontFamily },
      },
      { replaceMerge: ['series'] },
    );
  }, [chart, theme, inArea !== undefined, onDrawing]);

  useEffect(() => {
    if (inArea === undefined) return;
    const brushOption = { brushType: brushing ? 'rect' : false, brushMode: 'single' };
    drawing.current?.dispatchAction({ type: 'takeGlobalCursor', key: 'brush', brushOption });
  }, [brushing, inArea !== undefined, onDrawing]);

  const save = (format: 'png' | 'svg' | 'csv'): void => {
    if (drawing.current !== null) void saveChart(format, { chart, drawing: drawing.current, theme, name });
  };
  const [only] = selection;
  return (
    <figure className="chart">
      <div className="chart-scroll" tabIndex={0} role="group" aria-label={name}>
        <div
          ref={place}
          className="chart-place"
          role="img"
          aria-label={chart.description}
          style={{ height: chart.height ?? 480, minWidth }}
        />
      </div>
      <figcaption>{chart.description}</figcaption>
      <div className="line chart-tools">
        {inArea !== undefined && (
          <button type="button" aria-pressed={brushing} onClick={() => setBrushing(!brushing)}>
            Select by rectangle
          </button>
        )}
        <button type="button" aria-expanded={table} onClick={() => setTable(!table)}>
          Table
        </button>
        {(['png', 'svg', 'csv'] as const).map((format) => (
          <button
            key={format}
            type="button"
            onClick={() => save(format)}
            aria-label={`Save as ${format.toUpperCase()}`}
          >
            {format.toUpperCase()}
          </button>
        ))}
        {selection.length > 0 && only !== undefined && (
          <>
            <span role="status">
              {selection.length === 1
                ? `Trial ${only} is selected.`
                : `${groupedNumber(selection.length)} trials are selected.`}
            </span>
            {selection.length === 1 && (
              <button type="button" onClick={() => openTrial(only)}>
                Open it
              </button>
            )}
            <button type="button" onClick={() => onSelect([])}>
              Clear selection
            </button>
          </>
        )}
      </div>
      {table && <NumbersTable chart={chart} />}
    </figure>
  );
}

function NumbersTable({ chart }: { readonly chart: Chart }) {
  const { columns, rows } = chart.table();
  return (
    <div className="chart-scroll" tabIndex={0} role="group" aria-label="Numbers of the chart">
      {rows.length > TABLE_ROWS && (
        <p className="quiet">
          The first {TABLE_ROWS} of {groupedNumber(rows.length)} rows; CSV has all of them.
        </p>
      )}
      <table className="plain">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, TABLE_ROWS).map((cells, i) => (
            <tr key={i}>
              {cells.map((cell, j) => (
                <td key={j}>{typeof cell === 'number' ? Number(cell.toPrecision(6)) : cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
