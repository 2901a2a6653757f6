/**
 * The learning curves of a study's trials, and what trials that were set aside would have ended with: for pruners, and for samplers, to which the last
 * value of an early step says too little.
 * Decided: a measurement that lacks an objective is skipped; one that is not finite too, but if it is the last one, the trial has diverged and has no forecast.
 * Several objectives are forecast apart. Only the LATEST trials that reported are read, and the best of the earlier ones.
 * Cost: O(LATEST²) for each objective, O(trials) to find the best; measurements are read once (they are append-only).
 */
import { asLoss, type Hints, type Measurement, type Objective, type TrialRecord } from '#core';
import { forecastCurves } from './learning-curve.ts';

export interface TrialCurve {
  readonly number: number;
  readonly state: TrialRecord['state'];
  readonly steps: readonly number[];
  /** [objective][measurement], lower is better, finite. */
  readonly losses: readonly (readonly number[])[];
  /** What a complete trial was told with; else null. */
  readonly final: readonly number[] | null;
}

/** More trials than this are not looked at: forecasts need examples, not all of history. */
export const LATEST = 256;

interface Read {
  readonly steps: number[];
  readonly losses: readonly number[][];
  /** Measurements read so far. */
  seen: number;
  diverged: boolean;
}

const caches = new WeakMap<readonly Measurement[], Map<string, Read>>();

function read(measurements: readonly Measurement[], objectives: readonly Objective[]): Read {
  let known = caches.get(measurements);
  if (known === undefined) caches.set(measurements, (known = new Map<string, Read>()));
  const key = objectives.map(({ name, direction }) => `${direction} ${name}`).join('\n');
  let curve = known.get(key);
  if (curve === undefined)
    known.set(key, (curve = { steps: [], losses: objectives.map(() => []), seen: 0, diverged: false }));
  for (; curve.seen < measurements.length; curve.seen++) {
    const { step, values } = measurements[curve.seen]!;
    const row = objectives.map(({ name, direction }) => asLoss(direction, values[name] ?? NaN));
    if (objectives.some(({ name }) => values[name] === undefined)) continue;
    curve.diverged = !row.every(Number.isFinite);
    if (curve.diverged) continue;
    curve.steps.push(step);
    for (const [k, loss] of row.entries()) curve.losses[k]!.push(loss);
  }
  return curve;
}

/**
 * Of the latest trials that measured every objective, and of the best complete one of all earlier ones for each objective, by number. Failed and diverged
 * trials have none, also those told a value that is not finite.
 */
export function readCurves(trials: readonly TrialRecord[], objectives: readonly Objective[]): TrialCurve[] {
  const curves: TrialCurve[] = [];
  let i = trials.length - 1;
  for (; i >= 0 && curves.length < LATEST; i--) {
    const curve = curveOf(trials[i]!, objectives);
    if (curve !== null) curves.push(curve);
  }
  const best = new Set<TrialRecord>();
  for (const { name, direction } of objectives) {
    let found: TrialRecord | null = null;
    let least = Infinity;
    for (let k = 0; k <= i; k++) {
      const trial = trials[k]!;
      if (trial.state !== 'complete' || trial.measurements.length === 0) continue;
      const loss = asLoss(direction, trial.values[name]!);
      if (loss < least) [found, least] = [trial, loss];
    }
    if (found !== null) best.add(found);
  }
  for (const trial of best) {
    const curve = curveOf(trial, objectives);
    if (curve !== null) curves.push(curve);
  }
  return curves.sort((a, b) => a.number - b.number);
}

function curveOf(trial: TrialRecord, objectives: readonly Objective[]): TrialCurve | null {
  const { number, state, measurements } = trial;
  if (measurements.length === 0 || state === 'failed') return null;
  const { steps, losses, diverged } = read(measurements, objectives);
  if (steps.length === 0 || diverged) return null;
  const final =
    trial.state === 'complete' ? objectives.map(({ name, direction }) => asLoss(direction, trial.values[name]!)) : null;
  if (final?.every(Number.isFinite) === false) return null;
  return { number, state, steps, losses, final };
}

/**
 * The losses that trials set aside (paused, pruned) or still running are expected to end with, by number; one for each objective. For use as their
 * observed values in a sampler's model. Trials without an entry (complete, never measured, diverged, not among the latest) are not forecast.
 */
export function forecastLosses(
  trials: readonly TrialRecord[],
  objectives: readonly Objective[],
  { maxSteps }: Hints,
): ReadonlyMap<number, readonly number[]> {
  const curves = readCurves(trials, objectives);
  if (curves.length === 0 || curves.every(({ final }) => final !== null)) return new Map();
  const ends = objectives.map((_, k) => {
    const { forecasts, toLoss } = forecastCurves(
      curves.map(({ steps, losses, final }) => ({ steps, losses: losses[k]!, final: final?.[k] ?? null })),
      maxSteps,
    );
    return forecasts.map(({ mean }) => toLoss(mean));
  });
  return new Map(
    curves.flatMap(({ number, final }, i) => (final === null ? [[number, ends.map((end) => end[i]!)] as const] : [])),
  );
}
