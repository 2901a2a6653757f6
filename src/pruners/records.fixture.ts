/** Records for tests, written as curves: the first value is step 1's unless steps are given. */
import type { Objective, PruneContext, PruneDecision, Pruner, TrialRecord } from '#core';
import { createRng } from '#math';

export const LOSS: readonly Objective[] = [{ name: 'loss', direction: 'minimize' }];

type Curve = readonly number[];

function record(number: number, curve: Curve, steps: readonly number[]) {
  const measurements = curve.map((loss, i) => ({ step: steps[i] ?? i + 1, values: { loss }, at: 0 }));
  return {
    number,
    params: {},
    createdAt: 0,
    measurements,
    attempt: 1,
    attributes: {},
    suggestedBy: null,
    note: null,
    startedAt: 0,
  };
}

export const complete = (number: number, curve: Curve, steps: readonly number[] = []): TrialRecord => ({
  ...record(number, curve, steps),
  state: 'complete',
  values: { loss: curve.at(-1)! },
  endedAt: 0,
});

export const running = (number: number, curve: Curve, steps: readonly number[] = []): TrialRecord => ({
  ...record(number, curve, steps),
  state: 'running',
  worker: 'w',
  stopReason: null,
});

export const paused = (number: number, curve: Curve): TrialRecord => ({
  ...record(number, curve, []),
  state: 'paused',
  atStep: curve.length,
  reason: 'test',
});

export const pruned = (number: number, curve: Curve): TrialRecord => ({
  ...record(number, curve, []),
  state: 'pruned',
  values: null,
  atStep: curve.length,
  reason: 'test',
  endedAt: 0,
});

/** The decision about the last of the trials. */
export function decide(
  pruner: Pruner,
  trials: readonly TrialRecord[],
  options: Partial<PruneContext> = {},
): PruneDecision {
  const rng = createRng(0);
  return pruner.decide({
    objectives: LOSS,
    trial: trials.at(-1)!,
    trials,
    hints: {},
    rng,
    resumable: false,
    ...options,
  });
}

export const promote = (
  pruner: Pruner,
  trials: readonly TrialRecord[],
  options: Partial<PruneContext> = {},
): number | null => pruner.promote?.({ objectives: LOSS, trials, hints: {}, rng: createRng(0), ...options }) ?? null;
