/**
 * Starting from earlier studies: what is recorded of each, and the first trials that come from it.
 * Recorded are the values of parameters that both spaces have, by path, and losses as normal scores Φ⁻¹((rank - ½) / n), which do not depend on the scale of the
 * earlier losses; of several objectives the order is that of non-domination, ties by mean rank. Of more than 100 trials the best half of 100 and an even
 * selection of the others are kept. What the new space has and an earlier one had not is left out; a trial with a value that the new space has not is dropped.
 * The first trial is what it would be without history; the second is at the best point of the earlier studies (other parameters at their defaults or in the middle),
 * and so are the third and fourth, each at some distance from those before, as long as all of them beat the first. So history that says nothing of the new
 * study costs one trial. (Three at once, in place of the first trial, made gp four times worse after 40 trials on a bowl with inverted history: the middle is a
 * good point, and three bad ones in its stead stretch the scale of the losses.)
 * Cost: O(n log n) for each study, once; O(points) per suggestion.
 */
import {
  asLoss,
  dominates,
  TuneError,
  type CompleteTrial,
  type Objective,
  type Params,
  type SuggestContext,
} from '#core';
import type { TransferSource, TrialRecord } from '#core';
import { normalQuantile, ranks } from '#math';
import { hasValue, knownPoints, nonDominatedRanks, type Point, pointSpaceOf, representatives } from '#models';
import { flatten, type Flat, type Space } from '#space';

/** Of a study: what is needed to start another one from it. */
export interface EarlierStudy {
  readonly name?: string;
  readonly space: Space;
  readonly objectives: readonly Objective[];
  readonly trials: readonly TrialRecord[];
}

const MOST_POINTS = 100;
const MOST_FIRST_TRIALS = 3;
/** Least distance of such a trial to those before, as a share of the number of parameters (each contributes at most 1, squared). */
const APART = 0.01;

/** What the definition of a new study records of an earlier one; a TuneError where that would be nothing. */
export function transferFrom(space: Space, objectives: readonly Objective[], earlier: EarlierStudy): TransferSource {
  const name = earlier.name ?? 'study';
  const refuse = (why: string): TuneError =>
    new TuneError('bad-transfer', `transfer: study "${name}" ${why}`, { name });
  for (const { name: wanted, direction } of objectives)
    if (!earlier.objectives.some((o) => o.name === wanted && o.direction === direction))
      throw refuse(`has no objective "${wanted}" to ${direction}; leave it out.`);
  const complete = earlier.trials.filter(
    (t): t is CompleteTrial =>
      t.state === 'complete' && objectives.every(({ name: wanted }) => Number.isFinite(t.values[wanted])),
  );
  if (complete.length === 0) throw refuse('has no complete trials; run it first, or leave it out.');
  const searched = pointSpaceOf(space).dimensions;
  const flats = complete.map(({ params }) => flatten(params));
  const shared = searched.filter((d) => flats.some((flat) => hasValue(d, flat[d.path])));
  const kept = [...flats.keys()].filter((i) =>
    shared.every((d) => {
      const value = flats[i]![d.path];
      return value === undefined ? d.condition !== null : hasValue(d, value);
    }),
  );
  if (shared.length === 0 || kept.length === 0)
    throw refuse('shares no parameters with the new space (equal paths and values); leave it out.');
  const scores = normalScores(
    kept.map((i) => objectives.map((o) => asLoss(o.direction, complete[i]!.values[o.name]!))),
  );
  const points = representatives(scores, MOST_POINTS).map((k) => ({
    params: Object.fromEntries(
      shared.flatMap(({ path }): [string, Flat[string]][] => {
        const value = flats[kept[k]!]![path];
        return value === undefined ? [] : [[path, value]];
      }),
    ),
    score: scores[k]!,
  }));
  return { study: name, points };
}

function normalScores(losses: readonly (readonly number[])[]): Float64Array {
  const n = losses.length;
  const byObjective = losses[0]!.map((_, k) => ranks(losses.map((l) => l[k]!)));
  const fronts = byObjective.length === 1 ? null : nonDominatedRanks(losses);
  const meanRank = (i: number): number => byObjective.reduce((sum, r) => sum + r[i]!, 0) / byObjective.length;
  const order = Float64Array.from(losses, (_, i) => (fronts?.[i] ?? 0) * (n + 1) + meanRank(i));
  return Float64Array.from(ranks(order), (r) => normalQuantile((r - 0.5) / n));
}

/** The parameters of the next trial, where it is an earlier study's turn; null where it is not. */
export function startAtTransferred({
  space,
  objectives,
  fixed = {},
  trials,
  rng,
  transfer = [],
}: SuggestContext): Params | null {
  if (transfer.length === 0) return null;
  const [own, ...given] = trials.filter(({ suggestedBy }) => suggestedBy !== null);
  if (own === undefined || given.length >= MOST_FIRST_TRIALS) return null;
  const isWorthwhile = (trial: TrialRecord): boolean =>
    trial.state === 'complete' && (own.state !== 'complete' || dominates(trial.values, own.values, objectives));
  if (!given.every(isWorthwhile)) return null;
  const { isKnown } = knownPoints(space, trials);
  const points = pointSpaceOf(space, fixed);
  const tried = knownPoints(space, trials).distinct;
  const isNear = (a: Point): boolean => tried.some((b) => points.distance(a, b) < APART * points.axes.length);
  const lists = transfer.map((source) => source.points.toSorted((a, b) => a.score - b.score));
  const turns = Math.max(...lists.map((list) => list.length));
  for (let turn = 0; turn < turns; turn++)
    for (let k = 0; k < lists.length; k++) {
      // The study that has given least comes first.
      const entry = lists[(k + given.length) % lists.length]![turn];
      if (entry === undefined || entry.score > 0) continue;
      const held = Object.fromEntries(
        points.dimensions.flatMap((d): [string, Flat[string]][] => {
          const value = entry.params[d.path];
          return value !== undefined && hasValue(d, value) ? [[d.path, value]] : [];
        }),
      );
      const start = pointSpaceOf(space, { ...held, ...fixed }).start(rng);
      if (points.allows(start) && !isKnown(start) && !isNear(start)) return points.decode(start);
    }
  return null;
}
