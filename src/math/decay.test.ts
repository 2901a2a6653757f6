import { expect, test } from 'vitest';
import { createRng } from './rng.ts';
import { decay } from './decay.ts';

test('is within 5e-15 (1 + x / 20) of e^-x as long as that is a normal number', () => {
  const rng = createRng(1);
  for (let i = 0; i < 100_000; i++) {
    const x = rng.float() * (i % 2 === 0 ? 2 : 708);
    expect(Math.abs(decay(x) / Math.exp(-x) - 1)).toBeLessThan(5e-15 * (1 + x / 20));
  }
});

test('is 1 at 0, falls without a rise from step to step of its table, ends at 0, and passes NaN on', () => {
  expect(decay(0)).toBe(1);
  for (let j = 1; j < 6400; j++) {
    const x = (j * Math.LN2) / 64;
    expect(decay(x * (1 - 1e-13))).toBeGreaterThanOrEqual(decay(x * (1 + 1e-13)));
  }
  expect(decay(740)).toBe(Math.exp(-740));
  expect(decay(Infinity)).toBe(0);
  expect(decay(NaN)).toBeNaN();
});
