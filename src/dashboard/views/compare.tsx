/** Two to four selected trials side by side: parameters and results, with what differs marked, and their curves in one picture. */
import type { Measurement, TrialRecord } from '#core';
import { valueText } from '#text';
import { columnsOf } from '../columns.ts';
import type { ViewProps } from '../contract.ts';
import { SmallCurves } from '../small-curves.tsx';

const MOST = 4;

export default function Compare({ study, selection, onSelect, openTrial }: ViewProps) {
  const trials = selection.slice(0, MOST).flatMap((number) => study.trials[number] ?? []);
  const best = selection.length > MOST ? ` The first ${MOST} of ${selection.length} selected trials are shown.` : '';
  if (trials.length < 2)
    return (
      <>
        <h1>Compare trials</h1>
        <p>
          Select two to four trials in the table or in a chart; they are then shown side by side.{' '}
          {trials.length === 1 && `Trial ${trials[0]?.number} is selected.`}
        </p>
      </>
    );
  const rows = columnsOf(study)
    .filter(({ id }) => id !== 'number')
    .map((column) => ({ column, cells: trials.map((trial) => column.of(trial)) }))
    .filter(({ cells }) => cells.some((cell) => cell !== null));
  const metrics = [...new Set(trials.flatMap(({ measurements }) => Object.keys(measurements.at(-1)?.values ?? {})))];
  return (
    <>
      <h1>Compare trials</h1>
      <p className="quiet">Rows whose values differ are marked by ≠.{best}</p>
      <div className="scroll" tabIndex={0} role="region" aria-label="Comparison">
        <table className="plain compare">
          <thead>
            <tr>
              <th scope="col">
                <span className="hidden">What</span>
              </th>
              {trials.map(({ number }) => (
                <th key={number} scope="col">
                  <button type="button" className="plain-link" onClick={() => openTrial(number)}>
                    trial {number}
                  </button>{' '}
                  <button
                    type="button"
                    aria-label={`leave trial ${number} out`}
                    onClick={() => onSelect(selection.filter((n) => n !== number))}
                  >
                    ×
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ column: { id }, cells }) => {
              const differs = cells.some((cell) => cell !== cells[0]);
              return (
                <tr key={id} className={differs ? 'differs' : ''}>
                  <th scope="row">
                    {id}
                    {differs && <span aria-label="differs"> ≠</span>}
                  </th>
                  {cells.map((cell, i) => (
                    <td key={trials[i]?.number}>{cell === null ? '–' : valueText(cell)}</td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <div className="cards">
        {metrics.map((metric) => (
          <SmallCurves key={metric} metric={metric} curves={trials.map((trial) => curveOf(trial, metric))} />
        ))}
      </div>
    </>
  );
}

const curveOf = ({ number, measurements }: TrialRecord, metric: string) => ({
  name: `trial ${number}`,
  points: measurements.flatMap(({ step, values }: Measurement): [number, number][] =>
    values[metric] === undefined ? [] : [[step, values[metric]]],
  ),
});
