/**
 * Asynchronous successive halving: the best 1/η of those that reached a rung go on to the next.
 * Li et al. 2018, "A system for massively parallel hyperparameter tuning" (ASHA, arXiv:1810.05934), algorithm 2. Rungs lie at r, rη, rη², … below the last step R.
 * - Trials that can resume: as in the paper. A trial is paused at each rung unless it is promoted at once; `promote` resumes the best promotable trial of
 *   the highest rung, and a new trial is started when there is none.
 * - Others: the stopping variant (§3.4 of the published version, MLSys 2020; Optuna's SuccessiveHalvingPruner): a trial goes on if it is among the best 1/η of
 *   those that reached the rung before it, itself counted, and is stopped otherwise.
 * Departs from the paper: r defaults to R/27, because the first steps of a training say little; R is `maxSteps`, else the hint, else the longest complete trial
 * (until one is complete, nothing is halted); a trial that skips a rung's step is judged at its first report after it.
 * Decided: a loss that is not finite is never promoted and stops the trial once there is another; trials that were complete before a rung count in it.
 * Several objectives: the order within a rung is the number of trials of the rung that dominate a trial (Fonseca & Fleming 1993), ties by number; only
 * the latest LATEST members of the rung are compared.
 *   η = reductionFactor   r = minResource   R = maxSteps
 * Cost: O(trials · log steps) for a report at a rung, O(trials · rungs · log steps) for `promote`.
 */
import type { Hints, Objective, PruneContext, PruneDecision, Pruner, TrialRecord } from '#core';
import { lastStep } from '#core';
import { beatenBy, checkOption, isCount, isDiverged, lossesAt, lossesOf, type Losses } from './measured.ts';

export interface AshaOptions {
  /** r: the step of the first rung. Default: the last step divided by η³, at least 1. */
  readonly minResource?: number;
  /** η: one of so many goes on. */
  readonly reductionFactor?: number;
  /** R: the last step a trial can reach. Default: the study's hint, else the longest complete trial. */
  readonly maxSteps?: number;
}

/** With several objectives, comparing is quadratic: so many latest members of a rung take part. */
const LATEST = 500;

export function asha({ minResource, reductionFactor = 3, maxSteps }: AshaOptions = {}): Pruner {
  checkHalving('asha', { minResource, reductionFactor, maxSteps });
  const rungsOf = (trials: readonly TrialRecord[], hints: Hints): number[] => {
    const last = maxSteps ?? lastPossibleStep(trials, hints);
    return last === null ? [] : rungs(minResource ?? firstRung(last, reductionFactor), last, reductionFactor);
  };
  return {
    name: 'asha',
    decide: (context) => decideAtRung(context, rungsOf(context.trials, context.hints), reductionFactor, () => true),
    promote: ({ objectives, trials, hints }) =>
      promotable(objectives, trials, rungsOf(trials, hints), reductionFactor, () => true)?.number ?? null,
  };
}

/** @internal */
export function checkHalving(
  name: string,
  {
    minResource = 1,
    reductionFactor,
    maxSteps = Infinity,
  }: { minResource: number | undefined; reductionFactor: number; maxSteps: number | undefined },
): void {
  checkOption(name, 'minResource', minResource, isCount(minResource, 1), 'a whole number ≥ 1');
  checkOption(name, 'reductionFactor', reductionFactor, isCount(reductionFactor, 2), 'a whole number ≥ 2');
  const known = maxSteps === Infinity || isCount(maxSteps, 1);
  checkOption(name, 'maxSteps', maxSteps, known && maxSteps >= minResource, 'a whole number ≥ minResource');
}

/** @internal The hint, else the last step of the longest complete trial; null before there is one. */
export function lastPossibleStep(trials: readonly TrialRecord[], { maxSteps }: Hints): number | null {
  if (maxSteps !== undefined) return maxSteps;
  let longest: number | null = null;
  for (const trial of trials) {
    const step = trial.state === 'complete' ? lastStep(trial) : null;
    if (step !== null && step > (longest ?? 0)) longest = step;
  }
  return longest;
}

/** @internal */
export const firstRung = (last: number, eta: number): number => Math.max(1, Math.round(last / eta ** 3));

/** @internal r, rη, rη², … below the last step. */
export function rungs(first: number, last: number, eta: number): number[] {
  const steps: number[] = [];
  for (let step = first; step < last; step *= eta) steps.push(step);
  return steps;
}

/** The rungs a trial came to with its last report: it may have jumped over several. */
function highestRungPassed({ measurements }: TrialRecord, steps: readonly number[]): number | null {
  const now = measurements.at(-1)!.step;
  const before = measurements.at(-2)?.step ?? -1;
  return steps.findLast((step) => before < step && step <= now) ?? null;
}

/** @internal Members of a bracket alone are compared. */
export function decideAtRung(
  { objectives, trial, trials, resumable }: PruneContext,
  steps: readonly number[],
  eta: number,
  isMember: (trial: TrialRecord) => boolean,
): PruneDecision {
  const now = trial.measurements.at(-1);
  const losses = now === undefined ? null : lossesOf(now, objectives);
  if (now === undefined || losses === null) return { decision: 'continue' };
  const rung = highestRungPassed(trial, steps);
  if (rung === null) return { decision: 'continue' };
  const others = membersOf(rung, objectives, trials, isMember).filter(({ number }) => number !== trial.number);
  if (others.length === 0) return { decision: 'continue' };
  const size = others.length + 1;
  if (isDiverged(losses)) return { decision: 'stop', reason: `its value at step ${now.step} is not finite` };

  const place = 1 + others.filter((other) => isBefore(other, { number: trial.number, losses }, others)).length;
  const reason = `place ${place} of ${size} at the rung of step ${rung}`;
  if (!resumable) {
    return place <= Math.max(1, Math.floor(size / eta)) ? { decision: 'continue' } : { decision: 'stop', reason };
  }
  // Goes on at once if it would be the next to be promoted: pausing would only write a checkpoint and read it back.
  const asPaused: TrialRecord = { ...trial, state: 'paused', startedAt: 0, atStep: now.step, reason };
  const next = promotable(objectives, trials.with(trial.number, asPaused), steps, eta, isMember);
  return next?.number === trial.number ? { decision: 'continue' } : { decision: 'pause', reason };
}

interface Member {
  readonly number: number;
  readonly losses: Losses;
}

function membersOf(
  rung: number,
  objectives: readonly Objective[],
  trials: readonly TrialRecord[],
  isMember: (trial: TrialRecord) => boolean,
): Member[] {
  const members: Member[] = [];
  for (const trial of trials) {
    if (trial.measurements.length === 0 || !isMember(trial)) continue;
    const losses = lossesAtRung(trial, rung, objectives);
    if (losses !== null) members.push({ number: trial.number, losses });
  }
  return objectives.length === 1 ? members : members.slice(-LATEST);
}

/** At the first report at or after the rung, where it was judged; a trial that was complete before counts with its end. */
function lossesAtRung(trial: TrialRecord, rung: number, objectives: readonly Objective[]): Losses | null {
  const { measurements } = trial;
  if (measurements.at(-1)!.step < rung) return lossesAt(trial, rung, objectives);
  const first = measurements.find(({ step }) => step >= rung);
  return first === undefined ? null : lossesAt(trial, first.step, objectives);
}

function isBefore(a: Member, b: Member, all: readonly Member[]): boolean {
  const single = a.losses.length === 1;
  const x = single
    ? a.losses[0]!
    : beatenBy(
        a.losses,
        all.map((m) => m.losses),
      );
  const y = single
    ? b.losses[0]!
    : beatenBy(
        b.losses,
        all.map((m) => m.losses),
      );
  return x < y || (x === y && a.number < b.number);
}

/** @internal The best paused trial among the best floor(size / η) of the highest rung that has one (get_job of the paper). */
export function promotable(
  objectives: readonly Objective[],
  trials: readonly TrialRecord[],
  steps: readonly number[],
  eta: number,
  isMember: (trial: TrialRecord) => boolean,
): { readonly number: number; readonly rung: number } | null {
  for (const [i, rung] of [...steps.entries()].reverse()) {
    const members = membersOf(rung, objectives, trials, isMember);
    const keep = Math.floor(members.length / eta);
    if (keep === 0) continue;
    const all = members.map(({ losses }) => losses);
    const scored = members
      .filter(({ losses }) => !isDiverged(losses))
      .map(({ number, losses }) => ({ number, score: losses.length === 1 ? losses[0]! : beatenBy(losses, all) }))
      .sort((a, b) => a.score - b.score || a.number - b.number);
    const next = steps[i + 1] ?? Infinity;
    for (const { number } of scored.slice(0, keep)) {
      const trial = trials[number]!;
      if (trial.state === 'paused' && (trial.atStep ?? 0) < next) return { number, rung };
    }
  }
  return null;
}
