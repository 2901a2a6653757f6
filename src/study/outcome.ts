/**
 * What a caller says about a trial, checked. Decided on purpose: an objective value that is NaN or ±Infinity is a failed trial with that
 * reason, never a value; a measurement may hold such numbers, for they say that a run diverged.
 */
import {
  lastStep,
  TuneError,
  type Objective,
  type OutcomeLimit,
  type TrialError,
  type TrialRecord,
  type TrialResult,
  type Values,
} from '#core';

export type Outcome<O extends string = string> =
  | Readonly<Record<O, number>>
  | { readonly state: 'complete'; readonly values: Readonly<Record<O, number>> }
  | { readonly state: 'pruned'; readonly values?: Readonly<Record<O, number>>; readonly reason?: string }
  | { readonly state: 'failed'; readonly error: unknown };

type Told = Pick<TrialRecord, 'number' | 'state'> & { readonly stopReason?: string | null };

/** Names of the numbers that a trial is told with: the objectives, then the metrics of `limits` that are none. */
export const toldMetrics = (objectives: readonly Objective[], limits: readonly OutcomeLimit[] = []): string[] => [
  ...new Set([...objectives.map(({ name }) => name), ...limits.map(({ metric }) => metric)]),
];

/** `metrics`: see `toldMetrics`. */
export function readOutcome(trial: Told, outcome: unknown, metrics: readonly string[]): TrialResult {
  const refuse = (sentence: string): never => {
    throw new TuneError('bad-outcome', `tell: trial ${trial.number}: ${sentence}`, { number: trial.number });
  };
  const wanted = (): string => `{ ${metrics.map((name) => `${name}: number`).join(', ')} }`;
  if (typeof outcome !== 'object' || outcome === null) return refuse(`expected ${wanted()}; got ${String(outcome)}.`);
  // No objective is called `state`, so a string there means the long form.
  const said = outcome as { state?: unknown; values?: unknown; reason?: unknown; error?: unknown }; // any of them may be absent
  const stopReason = trial.stopReason ?? null;
  switch (said.state) {
    case 'failed':
      return { state: 'failed', error: readError(said.error) };
    case 'pruned': {
      const reason = stopReason ?? (typeof said.reason === 'string' ? said.reason : 'stopped by the objective');
      return said.values === undefined || said.values === null
        ? { state: 'pruned', values: null, reason }
        : ended(reason, said.values);
    }
    case 'complete':
      return ended(stopReason, said.values);
    case undefined:
      return ended(stopReason, outcome);
    default:
      return refuse(`unknown state ${JSON.stringify(said.state)}; known: "complete", "pruned", "failed".`);
  }

  function ended(reason: string | null, given: unknown): TrialResult {
    const all =
      typeof given === 'object' && given !== null
        ? (given as Record<string, unknown>)
        : refuse(`expected ${wanted()}; got ${String(given)}.`); // read by key
    const values: Record<string, number> = {};
    let broken: string | null = null;
    for (const name of metrics) {
      const value = all[name];
      if (typeof value !== 'number') return refuse(`"${name}" is missing or no number; expected ${wanted()}.`);
      if (!Number.isFinite(value)) broken ??= `the objective "${name}" is ${value}`;
      values[name] = value;
    }
    if (broken !== null) return { state: 'failed', error: { message: broken } };
    return reason === null ? { state: 'complete', values } : { state: 'pruned', values, reason };
  }
}

export function readMeasurement(
  trial: TrialRecord,
  step: number,
  values: Values,
): { readonly step: number; readonly values: Values } {
  const refuse = (sentence: string): never => {
    throw new TuneError('bad-report', `report: trial ${trial.number}: ${sentence}`, { number: trial.number, step });
  };
  if (!Number.isSafeInteger(step) || step < 0) refuse(`the step must be a whole number ≥ 0; got ${step}.`);
  const last = lastStep(trial);
  if (last !== null && step <= last) refuse(`steps must grow; got ${step} after ${last}.`);
  const entries = Object.entries(values);
  if (entries.length === 0) refuse('no value was given.');
  for (const [name, value] of entries)
    if (typeof value !== 'number') refuse(`"${name}" must be a number; got ${JSON.stringify(value)}.`);
  return { step, values: { ...values } };
}

/** Anything that was thrown, as data. */
export function readError(error: unknown): TrialError {
  if (error instanceof Error)
    return error.stack === undefined ? { message: error.message } : { message: error.message, output: error.stack };
  if (typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string') {
    const output = 'output' in error && typeof error.output === 'string' ? { output: error.output } : {};
    return { message: error.message, ...output };
  }
  return { message: typeof error === 'string' ? error : (JSON.stringify(error) ?? String(error)) };
}
