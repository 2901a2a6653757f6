/**
 * One hash for all that a seed decides in a study: parameters, measurements, how each trial ended and with what. Times, workers, attempts and the texts of
 * errors are left out: two studies with the same fingerprint found the same things in the same order of trials.
 */
import { createHash } from 'node:crypto';
import { isFinished, type TrialRecord, type Values } from '#core';

/** SHA-256 in hex digits. */
export function fingerprint(trials: readonly TrialRecord[]): string {
  const hash = createHash('sha256');
  for (const trial of trials) {
    const { number, params, state, measurements } = trial;
    const measured = measurements.map(({ step, values }) => [step, exact(values)]);
    const result = isFinished(trial) && trial.state !== 'failed' && trial.values !== null ? exact(trial.values) : null;
    const reason = 'reason' in trial ? trial.reason : null;
    hash.update(`${JSON.stringify([number, params, state, measured, result, reason])}\n`);
  }
  return hash.digest('hex');
}

/** Pairs in the order of names; JSON has no NaN and no infinities. */
const exact = (values: Values): [string, number | string][] =>
  Object.entries(values)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, Number.isFinite(value) && !Object.is(value, -0) ? value : String(value)]);
