import { expect, test } from 'vitest';
import { createRng } from '#math';
import { fillMask } from './masks.ts';

test('a mask is ones with the probability to keep, replayable from its stream', () => {
  const mask = new Float32Array(40000);
  fillMask(mask, 0.7, createRng(1));
  expect(new Set(mask)).toEqual(new Set([0, 1]));
  const kept = mask.reduce((a, b) => a + b, 0);
  expect(Math.abs(kept - 28000)).toBeLessThan(6 * Math.sqrt(40000 * 0.7 * 0.3)); // binomial, beyond 6 sd: 2e-9
  const again = new Float32Array(40000);
  fillMask(again, 0.7, createRng(1));
  expect(again).toEqual(mask);
});

test('keep 1 keeps all, and old contents are overwritten', () => {
  const mask = Float32Array.of(0, 0.5, 7);
  fillMask(mask, 1, createRng(1));
  expect([...mask]).toEqual([1, 1, 1]);
});
