/**
 * An Optuna study between its two file forms (SQLite tables, journal) and ours. Names and meanings are those of Optuna 3.1.0
 * (optuna/storages/_rdb/models.py, optuna/storages/_journal/storage.py, optuna/distributions.py).
 * A parameter is kept as Optuna keeps it: one number (`internal`: the value, or the index of a category) and the distribution it was drawn from.
 */
import { TuneError, type Direction, type Json } from '#core';

export type OptunaState = 'RUNNING' | 'COMPLETE' | 'PRUNED' | 'FAIL' | 'WAITING';

/** By Optuna's number for each (optuna/trial/_state.py). */
export const STATES: readonly OptunaState[] = ['RUNNING', 'COMPLETE', 'PRUNED', 'FAIL', 'WAITING'];

export interface OptunaParam {
  readonly internal: number;
  /** As JSON text. */
  readonly distribution: string;
}

export type Attributes = Readonly<Record<string, Json>>;

export interface OptunaTrial {
  readonly state: OptunaState;
  /** One for each direction; may be infinite. */
  readonly values: readonly number[] | null;
  readonly params: Readonly<Record<string, OptunaParam>>;
  /** Steps grow; values may be NaN or infinite. */
  readonly intermediate: readonly (readonly [step: number, value: number])[];
  readonly userAttrs: Attributes;
  readonly systemAttrs: Attributes;
  /** Milliseconds since 1970. */
  readonly start: number | null;
  readonly complete: number | null;
}

export interface OptunaStudy {
  readonly name: string;
  readonly directions: readonly Direction[];
  readonly userAttrs: Attributes;
  readonly systemAttrs: Attributes;
  /** By number. */
  readonly trials: readonly OptunaTrial[];
}

/** Attributes of a study and its trials under which what Optuna has no place for is kept, so that it comes back. */
export const KEPT = {
  definition: 'attune:definition',
  /** Of a trial: measurements of metrics that are no intermediate values, as [step, { metric: value }]. */
  measurements: 'attune:measurements',
  /** Of a trial: all it was told, where that is more than Optuna's values. */
  values: 'attune:values',
  error: 'attune:error',
  reason: 'attune:reason',
  suggestedBy: 'attune:suggestedBy',
  note: 'attune:note',
} as const;

/** Optuna's names of metrics (3.2 and later) and of parameters that a waiting trial is to have. */
export const SYSTEM = {
  metricNames: 'study:metric_names',
  fixedParams: 'fixed_params',
  constraints: 'constraints',
} as const;

/** JSON as Python's `json` module writes it: bare NaN, Infinity and -Infinity come back as strings, which `Number` reads. */
export function parsePythonJson(text: string): Json {
  const plain = text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
  return JSON.parse(plain) as Json; // JSON.parse gives nothing else
}

/** Numbers that JSON has no form for, as the strings that `parsePythonJson` makes of them too. */
export const jsonNumber = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

export const damaged = (path: string, what: string): TuneError =>
  new TuneError('damaged-file', `${path} is no whole Optuna study: ${what}; nothing was read from it.`, { path });

/** Optuna writes local time without a zone, to the microsecond: `2026-11-24 01:32:04.324223`. */
export function timeText(ms: number, separator: ' ' | 'T'): string {
  const at = new Date(ms);
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const micros = String(at.getMilliseconds() * 1000).padStart(6, '0');
  return `${day}${separator}${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${micros}`;
}

/** The inverse, in whole milliseconds; null for null or a text that is no time. */
export function readTime(text: unknown): number | null {
  const ms = typeof text === 'string' ? Date.parse(text.replace(' ', 'T').replace(/(\.\d{3})\d+/, '$1')) : NaN;
  return Number.isNaN(ms) ? null : ms;
}
