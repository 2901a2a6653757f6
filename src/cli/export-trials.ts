/**
 * Trials as CSV (RFC 4180) or JSON. Parameters stand under their paths (`optimizer.sgd.momentum`), results and limited metrics under `values.<metric>`, `feasible` where there are limits, times in ISO 8601.
 * Numbers are written in full, so a reader gets back the same doubles; JSON has no NaN and no infinities, they are the strings "NaN", "Infinity", "-Infinity".
 */
import { isFeasible, type StudyDefinition, type TrialRecord } from '#core';
import { flatten } from '#space';

type Cell = string | number | boolean | null;

interface TrialExport {
  readonly number: number;
  readonly state: string;
  readonly values: Readonly<Record<string, number | string>> | null;
  readonly params: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly steps: number;
  readonly error: string | null;
}

const iso = (ms: number): string => new Date(ms).toISOString();
const jsonNumber = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

function exported(trial: TrialRecord): TrialExport {
  const values = 'values' in trial ? trial.values : null;
  return {
    number: trial.number,
    state: trial.state,
    values:
      values === null
        ? null
        : Object.fromEntries(Object.entries(values).map(([name, value]) => [name, jsonNumber(value)])),
    params: flatten(trial.params),
    createdAt: iso(trial.createdAt),
    startedAt: 'startedAt' in trial && typeof trial.startedAt === 'number' ? iso(trial.startedAt) : null,
    endedAt: 'endedAt' in trial ? iso(trial.endedAt) : null,
    steps: trial.measurements.at(-1)?.step ?? 0,
    error: 'error' in trial ? trial.error.message : null,
  };
}

/** One JSON text: the study's definition and its trials by number. */
export function trialsToJson(definition: StudyDefinition, trials: readonly TrialRecord[]): string {
  return `${JSON.stringify({ study: definition, trials: trials.map((trial) => exported(trial)) }, null, 2)}\n`;
}

/** Quoted only where it must be. A cell that a spreadsheet would run as a formula can only come from a choice or an error text; it is data, and stays as it is. */
function csvCell(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return '';
  const text = String(cell);
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A head row, then one row per trial by number; the columns are those that any trial has. Lines end in LF. */
export function trialsToCsv(definition: StudyDefinition, trials: readonly TrialRecord[]): string {
  const rows = trials.map((trial) => exported(trial));
  const { limits = [] } = definition;
  const metrics = [
    ...new Set([...definition.objectives.map(({ name }) => name), ...limits.map(({ metric }) => metric)]),
  ];
  const paths = [...new Set(rows.flatMap(({ params }) => Object.keys(params)))];
  const head = [
    'number',
    'state',
    ...metrics.map((name) => `values.${name}`),
    ...(limits.length === 0 ? [] : ['feasible']),
    ...paths,
    'createdAt',
    'startedAt',
    'endedAt',
    'steps',
    'error',
  ];
  const feasible = trials.map((trial) =>
    'values' in trial && trial.values !== null ? isFeasible(trial.values, limits) : null,
  );
  const lines = rows.map((row, i) => [
    row.number,
    row.state,
    ...metrics.map((name) => row.values?.[name] ?? null),
    ...(limits.length === 0 ? [] : [feasible[i] ?? null]),
    ...paths.map((path) => cellOf(row.params[path])),
    row.createdAt,
    row.startedAt,
    row.endedAt,
    row.steps,
    row.error,
  ]);
  return [head, ...lines].map((cells) => `${cells.map(csvCell).join(',')}\n`).join('');
}

const cellOf = (value: unknown): Cell =>
  value === undefined || value === null
    ? null
    : typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? value
      : JSON.stringify(value);
