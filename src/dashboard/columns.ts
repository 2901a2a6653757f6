/**
 * What the table shows of a trial, filters compare and CSV writes: one list of columns for all three. Values are numbers, texts, or null where a trial has none.
 * Cost: O(1) a cell, with parameters laid out by path once for each record.
 */
import { lastStep, type Params, type TrialRecord } from '#core';
import { flatten, spaceFromJson, type Flat } from '#space';
import type { StudyView } from './contract.ts';
import { valueOf } from './words.ts';

export type Cell = number | string | null;

export interface Column {
  /** As filters and the URL write it: `number`, `state`, `optimizer.sgd.momentum`, `accuracy`. */
  readonly id: string;
  readonly group: 'trial' | 'result' | 'parameter' | 'metric' | 'more';
  readonly of: (trial: TrialRecord) => Cell;
}

const flats = new WeakMap<Params, Flat>();
function flatOf(params: Params): Flat {
  let flat = flats.get(params);
  if (flat === undefined) flats.set(params, (flat = flatten(params)));
  return flat;
}

const asCell = (value: unknown): Cell =>
  typeof value === 'number' || typeof value === 'string'
    ? value
    : value === undefined || value === null
      ? null
      : JSON.stringify(value); // true, false

/** A name that two columns would share belongs to the first; the later one gets its group in front: `metric.accuracy`. */
export function columnsOf(study: StudyView): readonly Column[] {
  const { definition, trials } = study;
  const objectives = definition.objectives.map(({ name }) => name);
  const paths = new Set(spaceFromJson(definition.space).dimensions.map(({ path }) => path));
  const metrics = new Set<string>();
  for (const { measurements } of trials)
    for (const name in measurements.at(-1)?.values) if (!objectives.includes(name)) metrics.add(name);
  const columns: Column[] = [
    { id: 'number', group: 'trial', of: ({ number }) => number },
    { id: 'state', group: 'trial', of: ({ state }) => state },
    ...objectives.map((id): Column => ({ id, group: 'result', of: (trial) => valueOf(trial, id) ?? null })),
    ...[...paths].map((id): Column => ({ id, group: 'parameter', of: ({ params }) => asCell(flatOf(params)[id]) })),
    ...[...metrics].map((id): Column => ({ id, group: 'metric', of: (trial) => valueOf(trial, id) ?? null })),
    { id: 'step', group: 'more', of: (trial) => lastStep(trial) },
    { id: 'seconds', group: 'more', of: secondsOf },
    { id: 'attempt', group: 'more', of: ({ attempt }) => attempt },
    { id: 'sampler', group: 'more', of: ({ suggestedBy }) => suggestedBy ?? 'a person' },
    { id: 'reason', group: 'more', of: reasonOf },
    { id: 'note', group: 'more', of: ({ attributes }) => asCell(attributes['note'] ?? null) },
  ];
  const seen = new Set<string>();
  return columns.map((column) => {
    const id = seen.has(column.id) ? `${column.group}.${column.id}` : column.id;
    seen.add(id);
    return id === column.id ? column : { ...column, id };
  });
}

/** Seconds from its first start to its end. */
export const secondsOf = (trial: TrialRecord): number | null =>
  'endedAt' in trial ? (trial.endedAt - trial.startedAt) / 1000 : null;

/** Why it was pruned, paused, asked to stop, or failed. */
export function reasonOf(trial: TrialRecord): string | null {
  switch (trial.state) {
    case 'pruned':
    case 'paused':
      return trial.reason;
    case 'failed':
      return trial.error.message;
    case 'running':
      return trial.stopReason;
    case 'waiting':
    case 'complete':
      return null;
  }
}

/** Numbers by value, then texts by letter; trials without a value come last in either direction. */
export function sortedBy(
  trials: readonly TrialRecord[],
  { of }: Column,
  direction: 'up' | 'down',
): readonly TrialRecord[] {
  const sign = direction === 'up' ? 1 : -1;
  const missing = (cell: Cell): boolean => cell === null || Number.isNaN(cell);
  return trials
    .map((trial) => ({ trial, cell: of(trial) }))
    .sort((a, b) => {
      const [x, y] = [a.cell, b.cell];
      if (missing(x) || missing(y)) return Number(missing(x)) - Number(missing(y)) || a.trial.number - b.trial.number;
      const order =
        typeof x === 'number' && typeof y === 'number' ? x - y : String(x) < String(y) ? -1 : x === y ? 0 : 1;
      return sign * order || a.trial.number - b.trial.number;
    })
    .map(({ trial }) => trial);
}

/** RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe in front. */
export function csvOf(columns: readonly Column[], trials: readonly TrialRecord[]): string {
  const quoted = (cell: Cell): string => {
    if (cell === null) return '';
    if (typeof cell === 'number') return String(cell);
    const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const rows = trials.map((trial) => columns.map(({ of }) => quoted(of(trial))).join(','));
  return `${[columns.map(({ id }) => quoted(id)).join(','), ...rows].join('\r\n')}\r\n`;
}
