/**
 * A stage: a stretch of training that goes on from the checkpoint of an earlier trial, with parameters of its own. Population-based training is made of
 * stages; each is a trial, so that what was trained from what, and how far, is in the log. Kept as the attribute `stage`.
 */
import type { Json } from '#math';
import type { TrialRecord } from './trial.ts';

// Extends a record, so that it is JSON to the compiler.
export interface Stage extends Readonly<Record<string, Json>> {
  /** Of the population, from 0. */
  readonly member: number;
  /** The trial whose checkpoint it goes on from; null: it begins untrained. */
  readonly from: number | null;
  /** The step of that checkpoint; 0 if it begins untrained. */
  readonly after: number;
  /** The step it ends with. */
  readonly until: number;
}

export const STAGE = 'stage';

export function stageOf({ attributes }: Pick<TrialRecord, 'attributes'>): Stage | null {
  const stage = attributes[STAGE];
  if (typeof stage !== 'object' || stage === null || !('member' in stage)) return null;
  return stage as unknown as Stage; // written by a sampler as such
}

/** The trial that a chain of stages began with. */
export function rootOf(trials: readonly TrialRecord[], number: number): number {
  for (let at = number; ;) {
    const trial = trials[at];
    const from = trial === undefined ? null : (stageOf(trial)?.from ?? null);
    // A stage goes on from an earlier trial only, so this ends whatever the log says.
    if (from === null || from >= at) return at;
    at = from;
  }
}
