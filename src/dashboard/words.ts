/** Numbers and times as the page writes them. */
import type { TrialRecord } from '#core';

/** `2026-11-24 13:05`, by the clock of the reader. */
export function localTime(ms: number): string {
  const date = new Date(ms);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The value of a finished trial, else the last one it reported. */
export function valueOf(trial: TrialRecord, objective: string): number | undefined {
  const told = 'values' in trial ? trial.values?.[objective] : undefined;
  return told ?? trial.measurements.findLast(({ values }) => objective in values)?.values[objective];
}
