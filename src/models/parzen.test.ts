import { createRng } from '#math';
import { branch, choice, float, int, space } from '#space';
import { expect, test } from 'vitest';
import { parzenDensity } from './parzen.ts';
import { pointSpaceOf } from './point-space.ts';

const line = pointSpaceOf(space({ x: float(0, 1) }));

test('one point on a line: half flat, half a normal cut to [0, 1], worked by hand', () => {
  // n = 1, so σ = width = 0.2. At x = 0.5 from μ = 0.5: φ(0) / 0.2 / (Φ(2.5) - Φ(-2.5)) = 1.9947114 / 0.9875807 = 2.0197960.
  const { logDensity } = parzenDensity(line, [Float64Array.of(0.5)], { width: 0.2 });
  expect(logDensity(Float64Array.of(0.5))).toBeCloseTo(Math.log((1 + 2.019796) / 2), 5);
  // At 0.9: exp(-2) of it.
  expect(logDensity(Float64Array.of(0.9))).toBeCloseTo(Math.log((1 + 2.019796 * Math.exp(-2)) / 2), 5);
});

test('categories: one more observation, spread evenly, worked by hand', () => {
  const points = pointSpaceOf(space({ c: choice(['a', 'b', 'c', 'd']) }));
  const { logDensity } = parzenDensity(points, [Float64Array.of(1), Float64Array.of(1)]);
  // Two kernels: (1/2 + 1) / (1 + 4/2) = 1/2 at the label, 1/6 at others; with the flat 1/4: (1/2 + 1/2 + 1/4) / 3 and (1/6 + 1/6 + 1/4) / 3.
  expect(logDensity(Float64Array.of(1))).toBeCloseTo(Math.log(1.25 / 3), 12);
  expect(logDensity(Float64Array.of(0))).toBeCloseTo(Math.log((1 / 3 + 1 / 4) / 3), 12);
});

test('integrates to one over a mixed, conditional space', () => {
  const s = space({ n: int(0, 4), o: branch({ a: { x: float(0, 1) }, b: { c: choice(['p', 'q', 'r']) } }) });
  const points = pointSpaceOf(s);
  const rng = createRng(3);
  const { logDensity } = parzenDensity(
    points,
    Array.from({ length: 7 }, () => points.uniform(rng)),
  );
  let total = 0;
  for (let n = 0; n < 5; n++) {
    for (let c = 0; c < 3; c++) total += Math.exp(logDensity(Float64Array.of(n / 4, 1, NaN, c)));
    for (let k = 0; k < 400; k++) total += Math.exp(logDensity(Float64Array.of(n / 4, 0, (k + 0.5) / 400, NaN))) / 400;
  }
  expect(total).toBeCloseTo(1, 3); // the mass of cut normals is interpolated
});

test('draws follow the density: 20,000 draws in ten bins stay within six standard errors', () => {
  const density = parzenDensity(line, [Float64Array.of(0.1), Float64Array.of(0.15), Float64Array.of(0.8)]);
  const rng = createRng(4);
  const counts = new Float64Array(10);
  for (let i = 0; i < 20000; i++) {
    const bin = Math.min(9, Math.floor(density.sample(rng)[0]! * 10));
    counts[bin] = counts[bin]! + 1;
  }
  counts.forEach((count, bin) => {
    let mass = 0;
    for (let k = 0; k < 100; k++)
      mass += Math.exp(density.logDensity(Float64Array.of((bin + (k + 0.5) / 100) / 10))) / 1000;
    // six standard errors in ten bins: a false alarm of 2e-8; 1 % for the interpolated mass
    expect(Math.abs(count - 20000 * mass)).toBeLessThan(6 * Math.sqrt(20000 * mass * (1 - mass)) + 0.01 * 20000 * mass);
  });
});

test('draws of a conditional space are points of the space', () => {
  const s = space({
    n: int(1, 100, { log: true }),
    o: branch({ a: { x: float(0, 1) }, b: { c: choice(['p', 'q']) } }),
  });
  const points = pointSpaceOf(s);
  const rng = createRng(5);
  const density = parzenDensity(
    points,
    Array.from({ length: 20 }, () => points.uniform(rng)),
  );
  for (let i = 0; i < 300; i++) {
    const x = density.sample(rng);
    s.parse(points.decode(x));
    expect(Number.isFinite(density.logDensity(x))).toBe(true);
  }
});

test('without points the density is flat', () => {
  const { logDensity, sample } = parzenDensity(line, []);
  expect(logDensity(Float64Array.of(0.3))).toBe(0);
  expect(sample(createRng(1))[0]).toBeLessThan(1);
});

test('a bound ends the sum early only where the density exceeds it, and else changes nothing', () => {
  const s = space({
    x: float(0, 1),
    y: float(0, 1),
    k: int(0, 5),
    o: branch({ a: { z: float(0, 1) }, b: { c: choice(['p', 'q', 'r']) } }),
  });
  const points = pointSpaceOf(s);
  const rng = createRng(6);
  const given = Array.from({ length: 120 }, () => points.uniform(rng));
  const [{ logDensity }, fresh] = [
    parzenDensity(points, given),
    (): ReturnType<typeof parzenDensity> => parzenDensity(points, given),
  ];
  let early = 0;
  for (let i = 0; i < 300; i++) {
    const x = points.uniform(rng);
    const exact = fresh().logDensity(x);
    const atMost = exact + 3 * rng.normal();
    const bounded = logDensity(x, atMost); // its order of points depends on the calls before
    if (bounded === Infinity) early++;
    expect(bounded === Infinity ? exact > atMost : Math.abs(bounded - exact) < 1e-12).toBe(true);
  }
  expect(early).toBeGreaterThan(30);
});

test('points in the middle, where nothing is cut off: the sum is that of plain normals, for even and odd numbers of points', () => {
  const plane = pointSpaceOf(space({ x: float(0, 1), y: float(0, 1) }));
  const rng = createRng(8);
  for (const n of [1, 2, 31, 32, 33, 64, 71]) {
    const given = Array.from({ length: n }, () => Float64Array.of(0.3 + 0.4 * rng.float(), 0.3 + 0.4 * rng.float()));
    const sigma = 0.02; // the ends of the range are 15 σ away
    const { logDensity } = parzenDensity(plane, given, { width: sigma * n ** (1 / 6) });
    for (let i = 0; i < 20; i++) {
      const x = plane.uniform(rng);
      const normal = (p: Float64Array): number =>
        Math.exp(-0.5 * (((x[0]! - p[0]!) / sigma) ** 2 + ((x[1]! - p[1]!) / sigma) ** 2)) / (2 * Math.PI * sigma ** 2);
      const expected = Math.log((1 + given.reduce((sum, p) => sum + normal(p), 0)) / (n + 1));
      expect(Math.abs(logDensity(x) - expected)).toBeLessThan(1e-9); // terms below e^-25 of the largest are left out
    }
  }
});

test('a choice of 10,000 labels needs no table of pairs: its draws follow the kernel', () => {
  const labels = Array.from({ length: 10_000 }, (_, i) => `v${i}`) as [string, ...string[]];
  const points = pointSpaceOf(space({ c: choice(labels) }));
  const rng = createRng(7);
  const { sample, logDensity } = parzenDensity(
    points,
    Array.from({ length: 9999 }, () => Float64Array.of(1234)),
  );
  // Kernels (1/n + 1) / (1 + K/n) = 0.49998 at the label, n = 9999 of 10,000 terms; six standard errors of 4,000 draws are 190: a false alarm of 2e-9.
  const hits = Array.from({ length: 4000 }, () => sample(rng)[0]).filter((v) => v === 1234).length;
  expect(Math.abs(hits - 4000 * Math.exp(logDensity(Float64Array.of(1234))))).toBeLessThan(190);
  expect(Math.exp(logDensity(Float64Array.of(1234)))).toBeCloseTo(0.5, 3);
  expect(Math.exp(logDensity(Float64Array.of(0)))).toBeCloseTo(0.5 / 9999, 7);
});
