import { expect, test } from 'vitest';
import { createRng } from './rng.ts';

test('the same seed gives the same numbers, another seed others', () => {
  const draw = (seed: number | string) => Array.from({ length: 5 }, createRng(seed).uint32);
  expect(draw(42)).toEqual(draw(42));
  expect(draw(42)).not.toEqual(draw(43));
  expect(draw(42)).not.toEqual(draw('42'));
});

test('first numbers of small seeds are spread: none of 1000 repeats and their mean is within 6 standard errors of 1/2', () => {
  const first = Array.from({ length: 1000 }, (_, seed) => createRng(seed).float());
  expect(new Set(first).size).toBe(1000);
  const mean = first.reduce((s, x) => s + x, 0) / 1000;
  // sd of a uniform mean: sqrt(1/12/1000) = 0.00913; P(|z| > 6) < 2e-9
  expect(Math.abs(mean - 0.5)).toBeLessThan(6 * 0.00913);
});

test('a fork depends on labels, not on numbers drawn before it', () => {
  const a = createRng(1);
  const before = a.fork('trial', 3).float();
  a.float();
  expect(a.fork('trial', 3).float()).toBe(before);
  expect(a.fork('trial', 4).float()).not.toBe(before);
  expect(a.fork('trial', '3').float()).not.toBe(before);
  expect(a.fork('trial').fork(3).float()).toBe(before);
});

test('int covers both ends evenly', () => {
  const rng = createRng(5);
  const counts = new Map<number, number>();
  for (let i = 0; i < 60000; i++) {
    const v = rng.int(-1, 4);
    counts.set(v, (counts.get(v) ?? 0) + 1);
  }
  expect([...counts.keys()].sort((x, y) => x - y)).toEqual([-1, 0, 1, 2, 3, 4]);
  // Binomial(60000, 1/6): sd 91.3; six cells beyond 6 sd has probability < 2e-8
  for (const count of counts.values()) expect(Math.abs(count - 10000)).toBeLessThan(6 * 91.3);
});

test('normal has mean 0, variance 1 and light tails', () => {
  const rng = createRng(9);
  const xs = Array.from({ length: 40000 }, rng.normal);
  const mean = xs.reduce((s, x) => s + x, 0) / xs.length;
  const variance = xs.reduce((s, x) => s + (x - mean) ** 2, 0) / xs.length;
  expect(Math.abs(mean)).toBeLessThan(6 / 200); // sd of the mean 1/200
  expect(Math.abs(variance - 1)).toBeLessThan(6 * Math.sqrt(2 / 40000));
});

test('shuffle keeps the elements and reaches every order of three', () => {
  const rng = createRng(2);
  const seen = new Set<string>();
  for (let i = 0; i < 300; i++) seen.add(rng.shuffle(Int32Array.of(0, 1, 2)).join(''));
  expect([...seen].sort()).toEqual(['012', '021', '102', '120', '201', '210']);
});
