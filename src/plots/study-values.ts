/** What several plots read of a study: its objective by name, its complete trials with their values, parameters by path. */
import { asLoss, TuneError, type CompleteTrial, type Objective, type Params, type TrialRecord } from '#core';
import { flatten, isActive, spaceFromJson, type Choice, type Dimension, type Flat } from '#space';
import type { PlottedStudy } from './chart.ts';

/** The objective of that name, or the first. @throws TuneError `unknown-objective`, `unknown-parameter` that name those there are. */
export function objectiveOf({ definition: { objectives } }: PlottedStudy, name?: string): Objective {
  const found = name === undefined ? objectives[0] : objectives.find((objective) => objective.name === name);
  if (found !== undefined) return found;
  const known = objectives.map((objective) => `"${objective.name}"`).join(', ');
  throw new TuneError('unknown-objective', `"${name}" is not an objective of this study; it has ${known}.`, { name });
}

export const isComplete = (trial: TrialRecord): trial is CompleteTrial => trial.state === 'complete';

export interface Sample {
  readonly trial: CompleteTrial;
  readonly value: number;
  readonly params: Flat;
}

/** Complete trials by number, with their value of the objective. */
export const samplesOf = ({ trials }: PlottedStudy, { name }: Objective): Sample[] =>
  trials.filter(isComplete).map((trial) => ({ trial, value: trial.values[name] ?? NaN, params: flatOf(trial.params) }));

/** Parameters never change and are shared by the records of a trial: a live page flattens them once. */
const flats = new WeakMap<Params, Flat>();
function flatOf(params: Params): Flat {
  let flat = flats.get(params);
  if (flat === undefined) flats.set(params, (flat = flatten(params)));
  return flat;
}

/**
 * At most `limit` samples, best first: the better half of them the best trials, the others spread evenly over the rest by rank. `wanted` trials come in addition.
 */
export function sampled(
  samples: readonly Sample[],
  { direction }: Objective,
  limit: number,
  wanted: ReadonlySet<number> = NONE,
): Sample[] {
  const all = samples.toSorted((a, b) => asLoss(direction, a.value) - asLoss(direction, b.value));
  if (all.length <= limit) return all;
  const best = Math.ceil(limit / 2);
  const others = limit - best;
  const stride = (all.length - best) / others;
  const chosen = new Set(Array.from({ length: others }, (_, i) => best + Math.floor((i + 0.5) * stride)));
  return all.filter(({ trial }, i) => i < best || chosen.has(i) || wanted.has(trial.number));
}

const NONE: ReadonlySet<number> = new Set();

/** The parameters that can vary, or those asked for, in the order of the space. */
export function dimensionsOf({ definition }: PlottedStudy, paths?: readonly string[]): Dimension[] {
  const { dimensions } = spaceFromJson(definition.space);
  for (const path of paths ?? []) {
    if (dimensions.some((dimension) => dimension.path === path)) continue;
    const known = dimensions.map((dimension) => dimension.path).join(', ');
    throw new TuneError('unknown-parameter', `"${path}" is not a parameter of this study; it has ${known}.`, { path });
  }
  return dimensions.filter(({ path, size }) => paths?.includes(path) ?? size > 1);
}

/** A value in a cell of a table. */
export const cellOf = (value: Choice | undefined): string | number | null =>
  typeof value === 'boolean' ? String(value) : (value ?? null);

/** The value of a parameter; undefined where it is not active. */
export const valueOf = (dimension: Dimension, params: Flat): Choice | undefined =>
  isActive(dimension, params) ? params[dimension.path] : undefined;
