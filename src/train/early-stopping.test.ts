import { expect, test } from 'vitest';
import { checkEarlyStopping, outOfPatience, unwatched, watchEpoch } from './early-stopping.ts';

/** Epoch at which a curve is stopped (0: never) and its best epoch. */
function follow(curve: readonly number[], patience: number, { maximize = false, minDelta = 0 } = {}) {
  let watch = unwatched;
  for (const [i, value] of curve.entries()) {
    watch = watchEpoch(watch, i + 1, value, maximize, minDelta);
    if (outOfPatience(watch, patience)) return { stopped: i + 1, best: watch.bestEpoch };
  }
  return { stopped: 0, best: watch.bestEpoch };
}

test('patience 2 stops at the second epoch in a row without improvement', () => {
  expect(follow([3, 2, 2.5, 1.9, 2.1, 2, 0.1], 2)).toEqual({ stopped: 6, best: 4 });
});

test('equal is no improvement, and patience 0 or 1 stops at the first such epoch', () => {
  expect(follow([1, 1, 0], 0)).toEqual({ stopped: 2, best: 1 });
  expect(follow([1, 1, 0], 1)).toEqual({ stopped: 2, best: 1 });
});

test('a maximized metric improves upwards', () => {
  expect(follow([0.5, 0.6, 0.55, 0.7, 0.7, 0.6], 2, { maximize: true })).toEqual({ stopped: 6, best: 4 });
});

test('minDelta asks for more than a small gain, counted from the best so far', () => {
  expect(follow([1, 0.95, 0.89, 0.88], 3, { minDelta: 0.1 })).toEqual({ stopped: 0, best: 3 });
  expect(follow([1, 0.95, 0.92, 0.91], 3, { minDelta: 0.1 })).toEqual({ stopped: 4, best: 1 });
});

test('NaN never improves, infinity is a value like any other', () => {
  expect(follow([NaN, NaN, 1], 2)).toEqual({ stopped: 2, best: 0 });
  expect(follow([Infinity, 5], 2)).toEqual({ stopped: 0, best: 2 });
});

test('patience and minDelta that cannot be meant are refused', () => {
  expect(() => checkEarlyStopping({ patience: -1 })).toThrow('patience must be a whole number of epochs >= 0; got -1');
  expect(() => checkEarlyStopping({ patience: NaN })).toThrow('got NaN');
  expect(() => checkEarlyStopping({ patience: 2, minDelta: -0.1 })).toThrow('minDelta must be a finite number >= 0');
});
