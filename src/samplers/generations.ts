/**
 * What samplers that work in generations share: the trials cut into blocks by number and folded into a state, as a pure function of the history.
 * Trials first … first + size - 1 are a generation, whoever chose them, and it is over when none of them is pending. A trial that stays out (a lost worker, a long
 * pause) holds the search up only until `PATIENCE` generations' worth of later trials exist; then it counts as failed until it ends.
 * Cost: O(trials) to read; a generation is worked through again only if what is known of its trials has changed. Complete trials keep their array of losses from call to
 * call (history.ts), so comparing is a matter of references.
 */
import type { TrialRecord } from '#core';
import type { History } from '#models';

const PATIENCE = 3;

/** Losses of a trial that has some, null for one that failed or ended without; undefined while it is pending. */
export type Outcome = readonly number[] | null | undefined;

/** [trials] by number. */
export function outcomesOf(trials: readonly TrialRecord[], { observations }: History): Outcome[] {
  const outcomes = new Array<Outcome>(trials.length).fill(null);
  for (const { number, losses } of observations) outcomes[number] = losses;
  for (let number = 0; number < trials.length; number++) {
    if (outcomes[number] === null && isPending(trials[number]!)) outcomes[number] = undefined;
  }
  return outcomes;
}

const isPending = ({ state }: TrialRecord): boolean => state === 'waiting' || state === 'running' || state === 'paused';

function isOver(outcomes: readonly Outcome[], first: number, size: number): boolean {
  const end = first + size;
  if (end > outcomes.length) return false;
  if (outcomes.length - end >= PATIENCE * size) return true;
  for (let i = first; i < end; i++) if (outcomes[i] === undefined) return false;
  return true;
}

interface Step<S> {
  readonly outcomes: readonly Outcome[];
  readonly key: readonly number[];
  readonly after: S;
}

/** States after each generation that is over; may be dropped at any time. */
export interface Generations<S> {
  readonly start: S;
  readonly steps: Step<S>[];
}

export interface GenerationRules<S> {
  /** Number of the first trial of the first generation. */
  readonly first: number;
  readonly sizeOf: (state: S) => number;
  /** What `advance` will look at, as numbers: as long as it stays the same, so does the next state. */
  readonly keyOf: (first: number, size: number) => readonly number[];
  readonly advance: (state: S, key: readonly number[], first: number, size: number) => S;
}

/** The state after all generations that are over. */
export function advanced<S>(
  { start, steps }: Generations<S>,
  outcomes: readonly Outcome[],
  { first, sizeOf, keyOf, advance }: GenerationRules<S>,
): S {
  let state = start;
  let at = first;
  for (let k = 0; ; k++) {
    const size = sizeOf(state);
    if (!isOver(outcomes, at, size)) return state;
    const known = steps[k];
    if (known === undefined || !isSameFrom(outcomes, at, known.outcomes)) {
      const key = keyOf(at, size);
      const isUnchanged = known !== undefined && isSameFrom(key, 0, known.key) && key.length === known.key.length;
      const own = outcomes.slice(at, at + size);
      if (isUnchanged) steps[k] = { outcomes: own, key, after: known.after };
      else {
        steps.length = k;
        steps.push({ outcomes: own, key, after: advance(state, key, at, size) });
      }
    }
    state = steps[k]!.after;
    at += size;
  }
}

function isSameFrom<T>(all: readonly T[], first: number, part: readonly T[]): boolean {
  for (let i = 0; i < part.length; i++) if (all[first + i] !== part[i]) return false;
  return true;
}
