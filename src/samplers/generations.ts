/**
 * What samplers that work in generations share: the trials cut into blocks by number, as a pure function of the history.
 * Trials first … first + size - 1 are a generation, whoever chose them, and it is over when none of them is pending. A trial that stays out (a lost worker, a long
 * pause) holds the search up only until `PATIENCE` generations' worth of later trials exist; then it counts as failed until it ends.
 * Cost: O(trials) to read.
 */
import type { TrialRecord } from '#core';
import type { History } from '#models';

const PATIENCE = 3;

/** Losses of a trial that has some, null for one that failed or ended without; undefined while it is pending. */
export type Outcome = readonly number[] | null | undefined;

/** [trials] by number. */
export function outcomesOf(trials: readonly TrialRecord[], { observations }: History): Outcome[] {
  const outcomes = trials.map(({ state }): Outcome =>
    state === 'waiting' || state === 'running' || state === 'paused' ? undefined : null,
  );
  for (const { number, losses } of observations) outcomes[number] = losses;
  return outcomes;
}

export function isOver(outcomes: readonly Outcome[], first: number, size: number): boolean {
  const end = first + size;
  if (end > outcomes.length) return false;
  if (outcomes.length - end >= PATIENCE * size) return true;
  for (let i = first; i < end; i++) if (outcomes[i] === undefined) return false;
  return true;
}
