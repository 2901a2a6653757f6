/**
 * The table of trials: sorted by a click on a column's head, filtered by the box above, any number of rows: only those that can be seen are in the document.
 * One row is active; the keys move it (see help.tsx). Cost: a sort of the trials when they or the order change, the visible rows on scrolling.
 */
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import type { TrialRecord } from '#core';
import { count, groupedNumber, metricNumber, valueText } from '#text';
import { columnsOf, csvOf, sortedBy, type Column } from '../columns.ts';
import type { ViewProps } from '../contract.ts';
import { save } from '../save.ts';

const ROW = 34;
/** Rows drawn above and below those that can be seen, so that scrolling shows no gap. */
const SPARE = 4;

export default function Trials({ study, shown, selection, onSelect, options, setOption, openTrial }: ViewProps) {
  const columns = useMemo(() => columnsOf(study), [study]);
  const hidden = useMemo(() => new Set(hiddenOf(options['hide'])), [options]);
  const visible = useMemo(() => columns.filter(({ id }) => !hidden.has(id)), [columns, hidden]);
  const sort = options['sort'] ?? 'number';
  const direction = sort.startsWith('-') ? 'down' : 'up';
  const sortId = sort.replace(/^-/, '');
  const rows = useMemo(() => {
    const column = columns.find(({ id }) => id === sortId);
    return column === undefined ? shown : sortedBy(shown, column, direction);
  }, [shown, columns, sortId, direction]);
  const toggle = (number: number): void =>
    onSelect(selection.includes(number) ? selection.filter((n) => n !== number) : [...selection, number]);
  return (
    <>
      <div className="line">
        <h1 className="inline">{count(rows.length, 'trial')}</h1>
        {rows.length < study.trials.length && <span className="quiet">of {groupedNumber(study.trials.length)}</span>}
        <span className="space" />
        <ColumnChoice
          columns={columns}
          hidden={hidden}
          setHidden={(ids) => setOption('hide', ids.length === 0 ? '-' : ids.join(','))}
        />
        <button
          type="button"
          onClick={() => save(`${study.definition.name}.csv`, csvOf(visible, rows), 'text/csv;charset=utf-8')}
        >
          Save CSV
        </button>
      </div>
      <Grid
        columns={visible}
        rows={rows}
        selection={selection}
        toggle={toggle}
        open={openTrial}
        sortId={sortId}
        direction={direction}
        sortBy={(id) => setOption('sort', id === sortId && direction === 'up' ? `-${id}` : id)}
      />
    </>
  );
}

/** Columns that few look at are hidden until asked for. */
const hiddenOf = (option: string | undefined): readonly string[] =>
  (option ?? 'attempt,sampler,reason,note').split(',');

interface ColumnChoiceProps {
  readonly columns: readonly Column[];
  readonly hidden: ReadonlySet<string>;
  readonly setHidden: (ids: readonly string[]) => void;
}

function ColumnChoice({ columns, hidden, setHidden }: ColumnChoiceProps) {
  return (
    <details className="menu">
      <summary>Columns</summary>
      <fieldset>
        <legend>Columns that are shown</legend>
        {columns.map(({ id }) => (
          <label key={id}>
            <input
              type="checkbox"
              checked={!hidden.has(id)}
              onChange={() => {
                const next = new Set(hidden);
                if (!next.delete(id)) next.add(id);
                setHidden([...next].filter((each) => columns.some((column) => column.id === each)));
              }}
            />{' '}
            {id}
          </label>
        ))}
      </fieldset>
    </details>
  );
}

/** A column is as wide as its name or what stands in it, within bounds. */
const widthOf = ({ id, group }: Column): string =>
  id === 'reason' || id === 'note'
    ? '18rem'
    : `${Math.min(18, Math.max(group === 'parameter' ? 7.5 : 6.5, id.length * 0.64 + 1.8))}rem`;

interface GridProps {
  readonly columns: readonly Column[];
  readonly rows: readonly TrialRecord[];
  readonly selection: readonly number[];
  readonly sortId: string;
  readonly direction: 'up' | 'down';
  readonly sortBy: (id: string) => void;
  readonly toggle: (number: number) => void;
  readonly open: (number: number) => void;
}

function Grid({ columns, rows, selection, sortId, direction, sortBy, toggle, open }: GridProps) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(600);
  const [active, setActive] = useState(0);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const drawn = Math.ceil(height / ROW) + 1 + 2 * SPARE;
  const from = Math.max(0, Math.floor(top / ROW) - SPARE);
  const to = Math.min(rows.length, from + drawn);
  const current = Math.min(active, rows.length - 1);
  const move = (index: number): void => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    setActive(next);
    const element = box.current;
    if (element === null) return;
    // The head covers the first line of the box.
    if (next * ROW < element.scrollTop) element.scrollTop = next * ROW;
    else if ((next + 2) * ROW > element.scrollTop + element.clientHeight)
      element.scrollTop = (next + 2) * ROW - element.clientHeight;
  };
  const page = Math.max(1, Math.floor(height / ROW) - 2);
  const key = (event: KeyboardEvent): void => {
    if (event.target !== box.current) return;
    const row = rows[current];
    const steps: Readonly<Record<string, () => void>> = {
      ArrowDown: () => move(current + 1),
      ArrowUp: () => move(current - 1),
      PageDown: () => move(current + page),
      PageUp: () => move(current - page),
      Home: () => move(0),
      End: () => move(rows.length - 1),
      ' ': () => row && toggle(row.number),
      Enter: () => row && open(row.number),
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    step();
  };
  // What is left of the line belongs to no column.
  const template = `2.5rem ${columns.map(widthOf).join(' ')} 1fr`;
  const isNumber = columns.map(({ of }) => rows.slice(0, 20).some((trial) => typeof of(trial) === 'number'));
  return (
    <div
      className="grid"
      role="grid"
      aria-label="Trials"
      aria-rowcount={rows.length + 1}
      aria-multiselectable
      aria-activedescendant={rows[current] && `row-${rows[current].number}`}
      tabIndex={0}
      ref={box}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={key}
    >
      <div className="grid-row grid-head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
        <div role="columnheader" aria-label="selected" />
        {columns.map(({ id }, i) => (
          <div
            key={id}
            role="columnheader"
            className={isNumber[i] ? 'number' : ''}
            aria-sort={id !== sortId ? 'none' : direction === 'up' ? 'ascending' : 'descending'}
          >
            <button type="button" title={`Sort by ${id}`} onClick={() => sortBy(id)}>
              {id}
              {id === sortId && <span aria-hidden>{direction === 'up' ? ' ▲' : ' ▼'}</span>}
            </button>
          </div>
        ))}
      </div>
      <div className="grid-body" role="rowgroup" style={{ height: rows.length * ROW }}>
        {rows.slice(from, to).map((trial, i) => {
          const index = from + i;
          const { number } = trial;
          const selected = selection.includes(number);
          return (
            <div
              // Rows of the document are used again for other trials: a sort then changes texts instead of making every cell anew.
              key={index % drawn}
              id={`row-${number}`}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={selected}
              className={`grid-row ${selected ? 'selected' : ''} ${index === current ? 'active' : ''}`}
              style={{ gridTemplateColumns: template, transform: `translateY(${index * ROW}px)` }}
              onClick={() => setActive(index)}
              onDoubleClick={() => open(number)}
            >
              <div role="gridcell">
                <input
                  type="checkbox"
                  tabIndex={-1}
                  aria-label={`select trial ${number}`}
                  checked={selected}
                  onChange={() => toggle(number)}
                />
              </div>
              {columns.map((column, j) => (
                <div role="gridcell" key={column.id} className={isNumber[j] ? 'number' : ''}>
                  {column.id === 'number' ? (
                    <button type="button" className="plain-link" tabIndex={-1} onClick={() => open(number)}>
                      {number}
                    </button>
                  ) : (
                    <CellText column={column} trial={trial} />
                  )}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function CellText({ column, trial }: { readonly column: Column; readonly trial: TrialRecord }) {
  const cell = column.of(trial);
  if (cell === null) return null;
  if (column.id === 'state')
    return (
      <>
        <span className={`dot state-${trial.state}`} aria-hidden /> {trial.state}
      </>
    );
  if (typeof cell === 'number')
    return column.group === 'result' || column.group === 'metric' ? metricNumber(cell) : valueText(cell);
  return <span title={cell}>{cell}</span>;
}
