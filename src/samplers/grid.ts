/**
 * Grid search: every combination once, in written order, the last field moving fastest.
 * Trial n takes grid point n − (trials before n that a person enqueued), so numbers have no gaps and nothing is skipped.
 *   resolution  points per continuous float (see #space); a space with such a float has no grid without it
 * Cost: O(fields) per suggestion and one counter per study.
 */
import { TuneError, type Sampler, type TrialRecord } from '#core';
import { gridPoint, gridSize, type GridOptions } from '#space';

export type { GridOptions };

export function grid(options: GridOptions = {}): Sampler {
  /** Enqueued trials among the first `upTo`: a fact that never changes, so the count only goes on. */
  const counters = new WeakMap<readonly TrialRecord[], { upTo: number; enqueued: number }>();
  const enqueuedBefore = (trials: readonly TrialRecord[], number: number): number => {
    let counter = counters.get(trials);
    if (counter === undefined || counter.upTo > number) counters.set(trials, (counter = { upTo: 0, enqueued: 0 }));
    for (; counter.upTo < Math.min(number, trials.length); counter.upTo++)
      if (trials[counter.upTo]?.suggestedBy === null) counter.enqueued++;
    return counter.enqueued;
  };
  return {
    name: 'grid',
    suggest({ space, trials, number }) {
      const size = gridSize(space, options);
      if (!Number.isSafeInteger(size))
        throw new TuneError('bad-grid', `grid: ${size} combinations are too many to count; use random.`, { size });
      const index = number - enqueuedBefore(trials, number);
      if (index >= size) return { exhausted: `grid: all ${size} combinations have been tried.` };
      return { params: gridPoint(space, index, options) };
    },
  };
}
