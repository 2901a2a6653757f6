/**
 * What a study has learned so far, as models need it: points with losses (lower is better), points that failed, points still out.
 * - A complete trial counts with its value. One that was pruned, is paused or runs counts with the value its learning curve is forecast to end with
 *   (trial-curves.ts): the last value of an early step says too little, above all where slow learners end best.
 * - Where there is no forecast (old or diverged), one set aside counts with its last finite value, but never as better than the median of the complete ones.
 * - A failed trial has no loss; it tells where not to go.
 * - Trials waiting, and running ones that have not reported, are pending. Points are encoded once per trial; caches may be dropped at any time.
 * Cost: O(trials) per call with a small constant; forecasts are made anew only when a record has changed.
 */
import { asLoss, type CompleteTrial, type Hints, type Objective, type TrialRecord } from '#core';
import { median } from '#math';
import { fits, type Space } from '#space';
import type { Point } from './kernel.ts';
import { pointSpaceOf } from './point-space.ts';
import { forecastLosses } from './trial-curves.ts';

export interface Observation {
  readonly number: number;
  readonly point: Point;
  /** One for each objective, lower is better. */
  readonly losses: readonly number[];
  /** Whether the losses are forecasts, which change with every report of any trial. */
  readonly isForecast: boolean;
}

export interface KnownPoints {
  /** Whether some trial, in any state, has these parameters. */
  readonly isKnown: (point: Point) => boolean;
  /** The different points that have been tried. */
  readonly distinct: readonly Point[];
}

export interface History extends KnownPoints {
  /** By number. */
  readonly observations: readonly Observation[];
  readonly failed: readonly { readonly number: number; readonly point: Point }[];
  readonly pending: readonly Point[];
}

interface Encoded {
  readonly space: Space;
  /** Null where the parameters do not fit the space, since it was edited. */
  readonly points: (Point | null)[];
  readonly keys: Set<number>;
  readonly distinct: Point[];
}

/** What was made of each complete trial, and of which record. */
interface Observed {
  readonly space: Space;
  readonly objectives: readonly Objective[];
  /** By number; null where nothing was made yet. Two plain lists: in a long study each ask runs through them. */
  readonly records: (TrialRecord | null)[];
  readonly made: (Observation | null)[];
}

const encodedOf = new WeakMap<readonly TrialRecord[], Encoded>();
const observedOf = new WeakMap<readonly TrialRecord[], Observed>();

/** Encoded points of all trials; parameters of a trial never change, so only new ones are encoded. */
function encoded(space: Space, trials: readonly TrialRecord[]): Encoded {
  let cache = encodedOf.get(trials);
  if (cache?.space !== space || cache.points.length > trials.length) {
    cache = { space, points: [], keys: new Set(), distinct: [] };
    encodedOf.set(trials, cache);
  }
  const { encode, key } = pointSpaceOf(space);
  for (let i = cache.points.length; i < trials.length; i++) {
    const { params } = trials[i]!;
    const point = fits(space, params) ? encode(params) : null;
    cache.points.push(point);
    if (point === null) continue;
    const k = key(point);
    if (!cache.keys.has(k)) cache.distinct.push(point);
    cache.keys.add(k);
  }
  return cache;
}

function observedBefore(space: Space, objectives: readonly Objective[], trials: readonly TrialRecord[]): Observed {
  let cache = observedOf.get(trials);
  if (cache?.space !== space || cache.objectives !== objectives) {
    observedOf.set(trials, (cache = { space, objectives, records: [], made: [] }));
  }
  while (cache.records.length < trials.length) {
    cache.records.push(null);
    cache.made.push(null);
  }
  return cache;
}

/** Which points trials have, for samplers that need to know no more. Cost: O(1) for each new trial. */
export function knownPoints(space: Space, trials: readonly TrialRecord[]): KnownPoints {
  const { keys, distinct } = encoded(space, trials);
  const { key } = pointSpaceOf(space);
  return { isKnown: (point) => keys.has(key(point)), distinct };
}

/** Null if a value is not finite. */
function observed(trial: CompleteTrial, point: Point, objectives: readonly Objective[]): Observation | null {
  const losses = objectives.map(({ name, direction }) => asLoss(direction, trial.values[name]!));
  return losses.every(Number.isFinite) ? { number: trial.number, point, losses, isForecast: false } : null;
}

/** Last finite value of each objective that an unfinished trial reported, as losses; null if one was never reported. */
function lastLosses(trial: TrialRecord, objectives: readonly Objective[]): number[] | null {
  const losses = objectives.map(({ name, direction }) => {
    const last = trial.measurements.findLast(({ values }) => Number.isFinite(values[name]));
    return last === undefined ? NaN : asLoss(direction, last.values[name]!);
  });
  return losses.some(Number.isNaN) ? null : losses;
}

export function readHistory(
  space: Space,
  objectives: readonly Objective[],
  trials: readonly TrialRecord[],
  hints: Hints = {},
): History {
  const { points } = encoded(space, trials);
  const { records, made } = observedBefore(space, objectives, trials);
  let ends: ReturnType<typeof forecastLosses> | null = null;
  const observations: Observation[] = [];
  const forecast: Observation[] = [];
  const limited: Observation[] = [];
  const failed: { number: number; point: Point }[] = [];
  const pending: Point[] = [];
  for (let i = 0; i < trials.length; i++) {
    const trial = trials[i]!;
    const known = records[i] === trial;
    const before = made[i]!;
    // In a long study most trials ended long ago, and their records need not even be looked into.
    if (known && before !== null) {
      observations.push(before);
      continue;
    }
    const point = points[i];
    if (point === null || point === undefined) continue;
    const { number } = trial;
    if (isUnfinished(trial)) {
      const end = (ends ??= forecastLosses(trials, objectives, hints)).get(number);
      if (end?.every(Number.isFinite) === true) {
        forecast.push({ number, point, losses: end, isForecast: true });
        continue;
      }
    }
    switch (trial.state) {
      case 'complete': {
        const observation = known ? before : observed(trial, point, objectives);
        records[i] = trial;
        made[i] = observation;
        if (observation !== null) observations.push(observation);
        else failed.push({ number, point });
        break;
      }
      case 'pruned':
      case 'paused': {
        const losses = lastLosses(trial, objectives);
        if (losses !== null) limited.push({ number, point, losses, isForecast: false });
        else if (trial.state === 'paused') pending.push(point);
        break;
      }
      case 'failed':
        failed.push({ number, point });
        break;
      case 'waiting':
      case 'running':
        pending.push(point);
    }
  }
  const partial = [...forecast, ...withinMiddle(limited, observations, objectives.length)];
  return {
    ...knownPoints(space, trials),
    observations:
      partial.length === 0 ? observations : [...observations, ...partial].sort((a, b) => a.number - b.number),
    failed,
    pending,
  };
}

/** Set aside or under way, with something to forecast from. */
const isUnfinished = ({ state, measurements }: TrialRecord): boolean =>
  (state === 'pruned' || state === 'paused' || state === 'running') && measurements.length > 0;

/** Losses limited by the median of the complete trials. */
function withinMiddle(
  partial: readonly Observation[],
  complete: readonly Observation[],
  objectives: number,
): Observation[] {
  if (partial.length === 0) return [];
  const middle = Array.from({ length: objectives }, (_, k) =>
    complete.length === 0 ? -Infinity : median(complete.map((o) => o.losses[k]!)),
  );
  return partial.map((o) => ({ ...o, losses: o.losses.map((loss, k) => Math.max(loss, middle[k]!)) }));
}
