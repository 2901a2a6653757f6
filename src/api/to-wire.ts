/** Records as they travel. */
import { lastStep, type StudyDefinition, type TrialRecord, type Values } from '#core';
import type { WireTrial } from './wire.ts';

export function toWireTrial(trial: TrialRecord, seed: number): WireTrial {
  const { number, state, params, attempt } = trial;
  return {
    number,
    state,
    params: { ...params },
    attempt,
    step: lastStep(trial),
    values: 'values' in trial && trial.values !== null ? toWireValues(trial.values) : null,
    ...('reason' in trial ? { reason: trial.reason } : {}),
    ...('error' in trial ? { error: trial.error.message } : {}),
    seed,
  };
}

type WireValues = Exclude<WireTrial['values'], null>;

const toWireValues = (values: Values): WireValues =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toWireNumber(value)]));

function toWireNumber(value: number): WireValues[string] {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

export const toWireObjectives = ({ objectives }: StudyDefinition): Record<string, 'minimize' | 'maximize'> =>
  Object.fromEntries(objectives.map(({ name, direction }) => [name, direction]));
