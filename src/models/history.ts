/**
 * What a study has learned so far, as models need it: points with losses (lower is better), points that failed, points still out.
 * - A complete trial counts with its value. One that was pruned or is paused counts with its last value, but never as better than the median of the complete
 *   ones: it was set aside for looking bad, and its value is from an early step.
 * - A failed trial has no loss; it tells where not to go.
 * - Trials waiting or running are pending. Points are encoded once per trial; the cache may be dropped at any time.
 * Cost: O(trials) per call with a small constant.
 */
import { asLoss, type CompleteTrial, type Objective, type TrialRecord } from '#core';
import { median } from '#math';
import type { Space } from '#space';
import type { Point } from './gaussian-process.ts';
import { pointSpaceOf } from './point-space.ts';

export interface Observation {
  readonly number: number;
  readonly point: Point;
  /** One for each objective, lower is better. */
  readonly losses: readonly number[];
}

export interface KnownPoints {
  /** Whether some trial, in any state, has these parameters. */
  readonly isKnown: (point: Point) => boolean;
  /** How many different points have been tried. */
  readonly knownCount: number;
}

export interface History extends KnownPoints {
  /** By number. */
  readonly observations: readonly Observation[];
  readonly failed: readonly { readonly number: number; readonly point: Point }[];
  readonly pending: readonly Point[];
}

interface Encoded {
  readonly space: Space;
  readonly points: Point[];
  readonly keys: Set<number>;
}

/** What was made of each complete trial, and of which record. */
interface Observed {
  readonly space: Space;
  readonly objectives: readonly Objective[];
  readonly complete: { readonly trial: TrialRecord; readonly observation: Observation | null }[];
}

const encodedOf = new WeakMap<readonly TrialRecord[], Encoded>();
const observedOf = new WeakMap<readonly TrialRecord[], Observed>();

/** Encoded points of all trials; parameters of a trial never change, so only new ones are encoded. */
function encoded(space: Space, trials: readonly TrialRecord[]): Encoded {
  let cache = encodedOf.get(trials);
  if (cache?.space !== space || cache.points.length > trials.length) {
    cache = { space, points: [], keys: new Set() };
    encodedOf.set(trials, cache);
  }
  const { encode, key } = pointSpaceOf(space);
  for (let i = cache.points.length; i < trials.length; i++) {
    const point = encode(trials[i]!.params);
    cache.points.push(point);
    cache.keys.add(key(point));
  }
  return cache;
}

function observedBefore(space: Space, objectives: readonly Objective[], trials: readonly TrialRecord[]): Observed {
  let cache = observedOf.get(trials);
  if (cache?.space !== space || cache.objectives !== objectives) {
    observedOf.set(trials, (cache = { space, objectives, complete: [] }));
  }
  return cache;
}

/** Which points trials have, for samplers that need to know no more. Cost: O(1) for each new trial. */
export function knownPoints(space: Space, trials: readonly TrialRecord[]): KnownPoints {
  const { keys } = encoded(space, trials);
  const { key } = pointSpaceOf(space);
  return { isKnown: (point) => keys.has(key(point)), knownCount: keys.size };
}

/** Null if a value is not finite. */
function observed(trial: CompleteTrial, point: Point, objectives: readonly Objective[]): Observation | null {
  const losses = objectives.map(({ name, direction }) => asLoss(direction, trial.values[name]!));
  return losses.every(Number.isFinite) ? { number: trial.number, point, losses } : null;
}

/** Last finite value of each objective that an unfinished trial reported, as losses; null if one was never reported. */
function lastLosses(trial: TrialRecord, objectives: readonly Objective[]): number[] | null {
  const losses = objectives.map(({ name, direction }) => {
    const last = trial.measurements.findLast(({ values }) => Number.isFinite(values[name]));
    return last === undefined ? NaN : asLoss(direction, last.values[name]!);
  });
  return losses.some(Number.isNaN) ? null : losses;
}

export function readHistory(space: Space, objectives: readonly Objective[], trials: readonly TrialRecord[]): History {
  const { points } = encoded(space, trials);
  const { complete } = observedBefore(space, objectives, trials);
  const observations: Observation[] = [];
  const partial: Observation[] = [];
  const failed: { number: number; point: Point }[] = [];
  const pending: Point[] = [];
  trials.forEach((trial, i) => {
    const point = points[i]!;
    switch (trial.state) {
      case 'complete': {
        if (complete[i]?.trial !== trial) complete[i] = { trial, observation: observed(trial, point, objectives) };
        const { observation } = complete[i];
        if (observation !== null) observations.push(observation);
        else failed.push({ number: trial.number, point });
        break;
      }
      case 'pruned':
      case 'paused': {
        const losses = lastLosses(trial, objectives);
        if (losses !== null) partial.push({ number: trial.number, point, losses });
        else if (trial.state === 'paused') pending.push(point);
        break;
      }
      case 'failed':
        failed.push({ number: trial.number, point });
        break;
      case 'waiting':
      case 'running':
        pending.push(point);
    }
  });
  return {
    ...knownPoints(space, trials),
    observations: partial.length === 0 ? observations : merged(observations, partial, objectives.length),
    failed,
    pending,
  };
}

function merged(complete: readonly Observation[], partial: readonly Observation[], objectives: number): Observation[] {
  const middle = Array.from({ length: objectives }, (_, k) =>
    complete.length === 0 ? -Infinity : median(complete.map((o) => o.losses[k]!)),
  );
  const limited = partial.map((o) => ({ ...o, losses: o.losses.map((loss, k) => Math.max(loss, middle[k]!)) }));
  return [...complete, ...limited].sort((a, b) => a.number - b.number);
}
