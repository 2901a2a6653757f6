import { createRng } from '#math';
import { expect, test } from 'vitest';
import type { Axis } from './kernel.ts';
import { emptyMemory, refitSize, representatives, surrogate } from './surrogate.ts';

test('fits grow apart with the history and never lie ahead of it', () => {
  expect([1, 7, 20, 21, 22, 60, 61, 119, 200, 201, 777].map(refitSize)).toEqual([
    1, 7, 20, 21, 21, 60, 60, 110, 200, 200, 750,
  ]);
});

test('representatives are the best half and evenly spaced others, in order', () => {
  const targets = Float64Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? i : 100 + i));
  // best two: 0 and 2; the rest 1 3 4 5 6 7 8 9 10 11, of which numbers 2 and 7 (0.5 and 1.5 of 10/2)
  expect(representatives(targets, 4)).toEqual([0, 2, 4, 9]);
  expect(representatives(targets, 20)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
});

test('a memory kept from size to size and an empty one give the same posterior, below and above the limit of points', () => {
  const rng = createRng(2);
  const axes: Axis[] = ['number', 'number'];
  const X = Array.from({ length: 90 }, () => Float64Array.of(rng.float(), rng.float()));
  const y = Float64Array.from(X, (x) => Math.sin(6 * x[0]!) + x[1]!);
  const centred = (v: Float64Array) => v.map((t) => t - 0.5);
  const memory = emptyMemory();
  const x = Float64Array.of(0.4, 0.6);
  for (let n = 5; n <= 90; n += 1) {
    const kept = surrogate(axes, X.slice(0, n), y.slice(0, n), centred, memory, { maxPoints: 40 });
    if (n % 17 !== 0) continue;
    const fresh = surrogate(axes, X.slice(0, n), y.slice(0, n), centred, emptyMemory(), { maxPoints: 40 });
    expect(kept.predict(x)).toEqual(fresh.predict(x));
    kept.believe(x); // must be gone at the next call
  }
});
