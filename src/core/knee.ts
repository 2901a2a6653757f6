/**
 * The knee of a Pareto front: the trial to suggest where none is best, since from there on every objective gains little by much of another.
 * Das 1999, "On characterizing the 'knee' of the Pareto curve based on normal-boundary intersection", Struct. Optim. 18: the point that lies farthest from the
 * hyperplane through the ends of the front, on the side of lower losses. Losses are scaled to [0, 1] over the front; the plane is taken with equal weights, so for two
 * objectives it goes through both ends, and for more the farthest point is the one with the smallest sum of scaled losses.
 * Cost: O(front · objectives).
 */
import { asLoss } from './best.ts';
import type { CompleteTrial, Objective } from './trial.ts';

/** Null where nothing bulges towards lower losses: a front of fewer than three different points, a straight or a hollow one. `front`: see `paretoTrials`. */
export function kneeTrial(front: readonly CompleteTrial[], objectives: readonly Objective[]): CompleteTrial | null {
  const losses = front.map(({ values }) => objectives.map(({ name, direction }) => asLoss(direction, values[name]!)));
  const sums = front.map(() => 0);
  objectives.forEach((_, k) => {
    const column = losses.map((row) => row[k]!);
    const low = column.reduce((a, b) => Math.min(a, b), Infinity);
    const high = column.reduce((a, b) => Math.max(a, b), -Infinity);
    // Halved first: the difference of two values near the largest double overflows.
    column.forEach((v, i) => (sums[i] = sums[i]! + (high > low ? (v / 2 - low / 2) / (high / 2 - low / 2) : 0)));
  });
  const ends = objectives.map((_, k) => losses.reduce((best, row, i) => (row[k]! < losses[best]![k]! ? i : best), 0));
  const plane = ends.reduce((sum, i) => sum + (sums[i] ?? 0), 0) / objectives.length;
  let knee: number | null = null;
  sums.forEach((sum, i) => {
    if (sum < plane - 1e-9 && !ends.includes(i) && (knee === null || sum < sums[knee]!)) knee = i;
  });
  return knee === null ? null : front[knee]!;
}
