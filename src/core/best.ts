/** Which trials are best. Only complete trials that keep all limits count; their values are finite. Ties go to the trial with the lower number. */
import { TuneError } from '#math';
import { isFeasible, type OutcomeLimit } from './limits.ts';
import type { CompleteTrial, Direction, Objective, TrialRecord, Values } from './trial.ts';

/** Negated where more is better, so that lower is better everywhere. */
export const asLoss = (direction: Direction, value: number): number => (direction === 'minimize' ? value : -value);

/** The best complete trial of a study with one objective; null if none is complete and feasible. */
export function bestTrial(
  trials: readonly TrialRecord[],
  objectives: readonly Objective[],
  limits: readonly OutcomeLimit[] = [],
): CompleteTrial | null {
  const [objective, second] = objectives;
  if (objective === undefined) throw new Error('internal: no objective');
  if (second !== undefined)
    throw new TuneError(
      'several-objectives',
      `best: the study has ${objectives.length} objectives, so no single best trial; use pareto.`,
    );
  let best: CompleteTrial | null = null;
  let bestLoss = Infinity;
  for (const trial of trials) {
    if (trial.state !== 'complete' || !isFeasible(trial.values, limits)) continue;
    const loss = asLoss(objective.direction, valueOf(trial.values, objective));
    if (best === null || loss < bestLoss) [best, bestLoss] = [trial, loss];
  }
  return best;
}

/** `a` is nowhere worse than `b` and somewhere better. */
export function dominates(a: Values, b: Values, objectives: readonly Objective[]): boolean {
  let better = false;
  for (const objective of objectives) {
    const [x, y] = [
      asLoss(objective.direction, valueOf(a, objective)),
      asLoss(objective.direction, valueOf(b, objective)),
    ];
    if (x > y) return false;
    if (x < y) better = true;
  }
  return better;
}

/** Complete, feasible trials that no other such trial dominates, by number; equal ones are all kept. Cost: O(trials · front). */
export function paretoTrials(
  trials: readonly TrialRecord[],
  objectives: readonly Objective[],
  limits: readonly OutcomeLimit[] = [],
): CompleteTrial[] {
  let front: CompleteTrial[] = [];
  for (const trial of trials) {
    if (trial.state !== 'complete' || !isFeasible(trial.values, limits)) continue;
    if (front.some((t) => dominates(t.values, trial.values, objectives))) continue;
    front = front.filter((t) => !dominates(trial.values, t.values, objectives));
    front.push(trial);
  }
  return front;
}

function valueOf(values: Values, { name }: Objective): number {
  const value = values[name];
  if (value === undefined) throw new Error(`internal: a complete trial without a value of "${name}"`);
  return value;
}
