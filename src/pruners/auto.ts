/**
 * The default: runs next what promises most improvement for each step it still costs — the trial at hand, a paused one, or a new one.
 * A model of learning curves, learned from all trials of the study (#models, learning-curve.ts), forecasts where each trial would end, with a
 * margin that is wide at steps that have said little so far. A trial promises its expected improvement on the best value reached, divided by the
 * steps it has left. A new trial promises what the latest ones do, judged by their forecasts, divided by what they have cost so far; it grows dearer as trials
 * set aside have cost more than those completed. After reports 2, 3, 4, 5, 7, 9, 12, … the trial at hand goes on if nothing promises more; else it is
 * paused, and resumed once it promises most. A trial that cannot resume is stopped if it promises less than STOP_SHARE of a new one.
 * Where the number of trials is what is scarce (no hint `totalSteps`, and either a hint `trials` or no way to resume), a trial is halted only if it ends as the
 * best with a probability below LEAST_CHANCE: a better one would otherwise be given up for steps that nobody asked to save.
 * In the spirit of freeze-thaw Bayesian optimization (Swersky, Snoek & Adams 2014, arXiv:1406.3896) and DyHPO (Wistuba et al. 2022, arXiv:2202.09774),
 * with the expected improvement per cost of Snoek et al. 2012 (arXiv:1206.2944, §3.2); the curve model is simpler than theirs and knows no parameters: a
 * sampler adds those.
 * Decided:
 * - The first trial runs to its end: it shows how long a curve is (no hints are needed; `maxSteps` is used if given).
 * - A last value that is not finite stops the trial, unless it is the only one.
 * - No trial is left to start (hint `trials`): paused ones are resumed while they are the best with a probability of LAST_CHANCE, or none is complete.
 * - Several objectives: curves are turned into one by weighted sums of standardised losses, one that weighs all alike and one for each objective
 *   that favours it; a trial counts with the sum that favours it most.
 * Cost: O(LATEST²) at a report that is due, else O(1); O(trials) to look for the best complete trial.
 */
import { lastStep, type Hints, type Objective, type PruneDecision, type Pruner, type TrialRecord } from '#core';
import { mean, normalCdf, standardDeviation } from '#math';
import { forecastCurves, logExpectedImprovement, readCurves, type CurveForecasts, type TrialCurve } from '#models';
import { checkOption, isCount, isDiverged, lossesOf, shown } from './measured.ts';

export interface AutoOptions {
  /** No trial is halted before this step. */
  readonly warmupSteps?: number;
  /** So many latest trials say what a new one promises and costs. */
  readonly recentTrials?: number;
  /** Least cost of a new trial, as a share of a full one: it must be looked at before it can be dropped. */
  readonly newTrialCost?: number;
}

/** Reports at which a trial is looked at: 2, 3, 4, 5, then farther and farther apart. */
const LOOKS_APART = 1.3;
/** Trials that cannot resume are stopped if they promise less than this share of a new trial. */
const STOP_SHARE = 0.8;
const LAST_CHANCE = 0.05;
const LEAST_CHANCE = 0.1;
const SMALLEST_SD = 1e-6;
/** Weight of the objectives that a weighted sum does not favour. */
const LESS = 0.1;

export function auto({ warmupSteps = 0, recentTrials = 8, newTrialCost = 0.3 }: AutoOptions = {}): Pruner {
  checkOption('auto', 'warmupSteps', warmupSteps, isCount(warmupSteps), 'a whole number ≥ 0');
  checkOption('auto', 'recentTrials', recentTrials, isCount(recentTrials, 1), 'a whole number ≥ 1');
  checkOption('auto', 'newTrialCost', newTrialCost, newTrialCost > 0 && newTrialCost <= 1, 'in (0, 1]');
  const options = { recentTrials, newTrialCost };
  const goOn: PruneDecision = { decision: 'continue' };
  return {
    name: 'auto',
    decide({ objectives, trial, trials, hints, resumable }) {
      const now = trial.measurements.at(-1);
      const losses = now === undefined ? null : lossesOf(now, objectives);
      if (now === undefined || losses === null || now.step < warmupSteps) return goOn;
      const sick = isDiverged(losses);
      if (!sick && !isLook(trial.measurements.length)) return goOn;
      const curves = readCurves(trials, objectives);
      if (curves.every(({ number }) => number === trial.number)) return goOn;
      if (sick) return { decision: 'stop', reason: `its value at step ${now.step} is not finite` };

      const { open, fresh, chances } = promises(curves, trials, objectives, hints, options);
      const mine = open.get(trial.number);
      if (mine === undefined) return goOn; // not among the latest: it has run for very long
      const isTrialScarce = hints.totalSteps === undefined && (hints.trials !== undefined || !resumable);
      if (isTrialScarce && chances.get(trial.number)! >= LEAST_CHANCE) return goOn;
      const share = (log: number): string => `${shown(100 * Math.exp(log))} %`;
      if (!resumable) {
        return mine - fresh < Math.log(STOP_SHARE)
          ? {
              decision: 'stop',
              reason: `it promises ${share(mine - fresh)} of the improvement per step of a new trial`,
            }
          : goOn;
      }
      const [other, theirs] = bestPaused(open, trials);
      const mayStart = hints.trials === undefined || trials.length < hints.trials;
      if (mayStart && fresh > mine && fresh >= theirs)
        return {
          decision: 'pause',
          reason: `a new trial promises more: it has ${share(mine - fresh)} of its improvement per step`,
        };
      return other !== null && theirs > mine
        ? {
            decision: 'pause',
            reason: `trial ${other} promises more: it has ${share(mine - theirs)} of its improvement per step`,
          }
        : goOn;
    },
    promote({ objectives, trials, hints }) {
      if (!trials.some(({ state }) => state === 'paused')) return null;
      const { open, fresh, chances } = promises(readCurves(trials, objectives), trials, objectives, hints, options);
      const [number, theirs] = bestPaused(open, trials);
      if (number === null) return null;
      if (hints.trials === undefined || trials.length < hints.trials) return theirs > fresh ? number : null;
      const noneComplete = !trials.some(({ state }) => state === 'complete');
      return noneComplete || chances.get(number)! >= LAST_CHANCE ? number : null;
    },
  };
}

function isLook(report: number): boolean {
  let look = 2;
  while (look < report) look = Math.max(look + 1, Math.round(look * LOOKS_APART));
  return look === report;
}

function bestPaused(open: ReadonlyMap<number, number>, trials: readonly TrialRecord[]): [number | null, number] {
  let best: [number | null, number] = [null, -Infinity];
  for (const [number, promise] of open) {
    if (trials[number]!.state === 'paused' && promise > best[1]) best = [number, promise];
  }
  return best;
}

interface Promises {
  /** ln of the improvement per step that each trial under way promises. */
  readonly open: Map<number, number>;
  /** The same of a new one. */
  readonly fresh: number;
  /** Probability that each will end as the best. */
  readonly chances: Map<number, number>;
}

interface Plan {
  readonly recentTrials: number;
  readonly newTrialCost: number;
}

/** With several objectives, promises are relative to the new trial's under the same weights, so that they can be compared. */
function promises(
  curves: readonly TrialCurve[],
  trials: readonly TrialRecord[],
  objectives: readonly Objective[],
  hints: Hints,
  plan: Plan,
): Promises {
  const views = scalarised(curves, objectives.length).map((losses) => {
    const found = forecastCurves(
      curves.map(({ steps }, i) => ({ steps, losses: losses[i]!.curve, final: losses[i]!.final })),
      hints.maxSteps,
    );
    return judge(curves, found, trials, plan);
  });
  const [only, second] = views;
  if (only === undefined) throw new Error('internal: no objective');
  if (second === undefined) return only;
  const open = new Map<number, number>();
  const chances = new Map<number, number>();
  for (const view of views) {
    for (const [number, promise] of view.open) {
      open.set(number, Math.max(promise - view.fresh, open.get(number) ?? -Infinity));
      chances.set(number, Math.max(view.chances.get(number)!, chances.get(number) ?? 0));
    }
  }
  return { open, fresh: 0, chances };
}

function judge(
  curves: readonly TrialCurve[],
  { forecasts, lastStep: end }: CurveForecasts,
  trials: readonly TrialRecord[],
  { recentTrials, newTrialCost }: Plan,
): Promises {
  let best = Infinity;
  for (const { now } of forecasts) best = Math.min(best, now);

  const open = new Map<number, number>();
  const chances = new Map<number, number>();
  for (const [i, { number, state, steps }] of curves.entries()) {
    if (state !== 'running' && state !== 'paused' && state !== 'waiting') continue;
    const { mean, sd } = forecasts[i]!;
    const left = Math.max(1, end - steps.at(-1)!);
    open.set(number, logExpectedImprovement(mean, Math.max(sd, SMALLEST_SD) ** 2, best) - Math.log(left));
    chances.set(number, normalCdf((best - mean) / Math.max(sd, SMALLEST_SD)));
  }

  const recent = forecasts.slice(-recentTrials);
  const centre = mean(recent.map((f) => f.mean));
  const variance = mean(recent.map((f) => (f.mean - centre) ** 2 + f.sd ** 2));
  const spent = mean(curves.slice(-recentTrials).map(({ number }) => lastStep(trials[number]!)!));
  // Steps spent on trials set aside, in full trials for each one completed: while little is known of later steps, a new trial would always look as good.
  const complete = curves.filter(({ final }) => final !== null).length;
  const aside = curves.reduce((sum, { final, steps }) => sum + (final === null ? steps.at(-1)! : 0), 0);
  const explored = aside / (end * Math.max(1, complete));
  const cost = Math.max(spent, newTrialCost * end) * Math.max(1, explored);
  const fresh = logExpectedImprovement(centre, Math.max(variance, SMALLEST_SD ** 2), best) - Math.log(cost);
  return { open, fresh, chances };
}

interface Scalar {
  readonly curve: readonly number[];
  readonly final: number | null;
}

/** One loss for each report of each trial: a single objective as it is, several by Σ_k w_k f_k of standardised ones. */
function scalarised(curves: readonly TrialCurve[], objectives: number): Scalar[][] {
  if (objectives === 1) return [curves.map(({ losses, final }) => ({ curve: losses[0]!, final: final?.[0] ?? null }))];
  const standards = Array.from({ length: objectives }, (_, k) => {
    const lasts = curves.map(({ losses, final }) => final?.[k] ?? losses[k]!.at(-1)!);
    const scale = Math.max(...lasts.map(Math.abs)) || 1;
    const scaled = lasts.map((v) => v / scale);
    const centre = mean(scaled);
    const spread = standardDeviation(scaled) || 1;
    return (loss: number): number => (loss / scale - centre) / spread;
  });
  const weights = [-1, ...Array.from({ length: objectives }, (_, k) => k)].map((favourite) =>
    Array.from({ length: objectives }, (_, k) => (favourite < 0 || favourite === k ? 1 : LESS)),
  );
  return weights.map((w) => {
    const scalar = (lossOf: (k: number) => number): number =>
      w.reduce((sum, weight, k) => sum + weight * standards[k]!(lossOf(k)), 0);
    return curves.map(({ losses, final, steps }) => ({
      curve: steps.map((_, i) => scalar((k) => losses[k]![i]!)),
      final: final === null ? null : scalar((k) => final[k]!),
    }));
  });
}
