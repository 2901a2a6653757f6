/**
 * Grid search: every combination once, in written order, the last field moving fastest, or in random order.
 * A trial takes the first point of that order that constraints allow and no other trial has, so what a person enqueued, or another sampler tried, is not tried again.
 *   resolution  points per continuous float (see #space); a space with such a float has no grid without it
 *   order       'random' visits the grid in an order drawn from the study's seed, so that a search cut short has seen every part of it.
 *               The order is a permutation computed point by point: a Feistel network of four rounds on the bits of the index, repeated until the
 *               result is within the grid (Black & Rogaway 2002, "Ciphers with arbitrary finite domains", §3 and §5). It costs no memory.
 * Cost: O(fields²) per suggestion.
 */
import { TuneError, type Sampler, type TrialRecord } from '#core';
import type { Rng } from '#math';
import { knownPoints, pointSpaceOf } from '#models';
import { gridCount, gridPoint, type GridOptions as Resolution, gridSize, restrict, type Space } from '#space';

export interface GridOptions extends Resolution {
  readonly order?: 'written' | 'random';
}

export function grid({ order = 'written', ...resolution }: GridOptions = {}): Sampler {
  /** How many points at the start of the order are known: it only grows with a list of trials. */
  const cursors = new WeakMap<readonly TrialRecord[], { space: Space; start: number; trials: number; next: number }>();
  return {
    name: 'grid',
    blind: true,
    planned: true,
    suggest({ space: whole, fixed, trials, studyRng }) {
      const space = restrict(whole, fixed);
      const left = resolutionOf(space, whole, resolution);
      const size = gridSize(space, left);
      if (!Number.isSafeInteger(size))
        throw new TuneError('bad-grid', `grid: ${size} combinations are too many to count; use random.`, { size });
      const place = order === 'random' ? permutation(size, studyRng.fork('grid')) : (i: number) => i;
      const { isKnown } = knownPoints(whole, trials);
      const { encode, allows } = pointSpaceOf(whole);
      const start = place(0);
      let cursor = cursors.get(trials);
      if (cursor?.space !== space || cursor.start !== start || cursor.trials > trials.length) {
        cursors.set(trials, (cursor = { space, start, trials: 0, next: 0 }));
      }
      cursor.trials = trials.length;
      for (; cursor.next < size; cursor.next++) {
        const params = gridPoint(space, place(cursor.next), left);
        const point = encode(params);
        if (!isKnown(point) && allows(point)) return { params };
      }
      const allowed = space.constraints.length === 0 ? '' : ' that the constraints allow';
      return { exhausted: `grid: all ${gridCount(space, left)} combinations${allowed} have been tried.` };
    },
  };
}

/** Without the parameters that are fixed: they have one value. */
function resolutionOf(left: Space, whole: Space, options: Resolution): Resolution {
  const { resolution } = options;
  if (left === whole || typeof resolution !== 'object') return options;
  const open = new Set(left.dimensions.filter((d) => d.labels === null).map((d) => d.path));
  return { resolution: Object.fromEntries(Object.entries(resolution).filter(([path]) => open.has(path))) };
}

const ROUNDS = 4;

/** A random permutation of 0 … size - 1. */
function permutation(size: number, rng: Rng): (index: number) => number {
  const half = 2 ** Math.ceil(Math.log2(Math.max(2, size)) / 2); // an index is two digits of this base
  const keys = Array.from({ length: ROUNDS }, () => rng.uint32());
  const mix = (digit: number, key: number): number => {
    let h = Math.imul(digit ^ key, 0x85ebca6b); // the finaliser of MurmurHash3 (Appleby 2011)
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return ((h ^ (h >>> 16)) >>> 0) % half;
  };
  const once = (index: number): number => {
    let high = Math.floor(index / half);
    let low = index % half;
    for (const key of keys) [high, low] = [low, (high + mix(low, key)) % half];
    return high * half + low;
  };
  return (index) => {
    let at = once(index);
    while (at >= size) at = once(at); // the orbit of an index within the grid comes back to the grid
    return at;
  };
}
