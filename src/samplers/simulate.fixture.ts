/** A study in memory for tests of samplers: asks, evaluates, tells, with a given number of trials out at once. */
import type { Objective, Params, Sampler, SuggestContext, TrialRecord } from '#core';
import { createRng } from '#math';
import { float, space, type Space } from '#space';

export const minimise: readonly Objective[] = [{ name: 'f0', direction: 'minimize' }];

export const contextOf = (
  s: Space,
  trials: readonly TrialRecord[],
  seed: number,
  objectives: readonly Objective[] = minimise,
): SuggestContext => {
  const studyRng = createRng(seed);
  const number = trials.length;
  return { space: s, objectives, trials, number, rng: studyRng.fork('trial', number), studyRng, hints: {} };
};

const base = { createdAt: 0, measurements: [], attempt: 1, attributes: {}, startedAt: 0 };
export const running = (number: number, params: Params, suggestedBy: string | null): TrialRecord => {
  return { ...base, suggestedBy, number, params, state: 'running', worker: 'w', stopReason: null };
};
export const failed = (number: number, params: Params, suggestedBy: string | null): TrialRecord => {
  return { ...base, suggestedBy, number, params, state: 'failed', endedAt: 0, error: { message: 'diverged' } };
};
export const completed = (
  number: number,
  params: Params,
  losses: readonly number[],
  suggestedBy: string | null = null,
): TrialRecord => {
  const values = Object.fromEntries(losses.map((v, k) => [`f${k}`, v]));
  return { ...base, suggestedBy, number, params, state: 'complete', values, endedAt: 0 };
};

/** Parameters of the next trial. */
export function paramsOf(sampler: Sampler, context: SuggestContext): Params {
  const suggestion = sampler.suggest(context);
  if ('exhausted' in suggestion) throw new Error(suggestion.exhausted);
  return suggestion.params;
}

export interface Simulation {
  readonly trials: number;
  readonly seed: number;
  /** Trials out at once; they end in order. */
  readonly workers?: number;
  readonly before?: readonly TrialRecord[];
}

/** Losses of each trial by number. A loss of NaN is a failed trial. */
export function simulate(
  sampler: Sampler,
  s: Space,
  objective: (params: Params) => number | readonly number[],
  { trials: count, seed, workers = 1, before = [] }: Simulation,
): { readonly trials: TrialRecord[]; readonly losses: readonly (readonly number[])[] } {
  const trials = [...before];
  const losses: number[][] = [];
  const objectives = [objective(paramsOf(sampler, contextOf(s, [], seed)))]
    .flat()
    .map((_, k): Objective => ({ name: `f${k}`, direction: 'minimize' }));
  const finish = (number: number): void => {
    const { params } = trials[number]!;
    const values = [objective(params)].flat();
    losses.push(values);
    trials[number] = values.some(Number.isNaN)
      ? failed(number, params, sampler.name)
      : completed(number, params, values, sampler.name);
  };
  const first = trials.length;
  for (let number = first; number < first + count; number++) {
    trials.push(running(number, paramsOf(sampler, contextOf(s, trials, seed, objectives)), sampler.name));
    if (number - first >= workers - 1) finish(number - workers + 1);
  }
  for (let number = Math.max(first, first + count - workers + 1); number < first + count; number++) finish(number);
  return { trials, losses };
}

export const cube = (n: number): Space =>
  space(Object.fromEntries(Array.from({ length: n }, (_, i) => [`x${i}`, float(0, 1)])));
export const numbers = (params: Params): number[] => Object.values(params).map(Number);
