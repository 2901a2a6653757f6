import { createRng, ranks } from '#math';
import { expect, test } from 'vitest';
import { forecastCurves, type LearningCurve } from './learning-curve.ts';

/** Spearman's rank correlation of samples without ties: 1 − 6 Σ d² / (n (n² − 1)). */
function spearman(xs: readonly number[], ys: readonly number[]): number {
  const [a, b] = [ranks(xs), ranks(ys)];
  const squares = xs.reduce((sum, _, i) => sum + (a[i]! - b[i]!) ** 2, 0);
  return 1 - (6 * squares) / (xs.length * (xs.length ** 2 - 1));
}

const END = 50;
const steps = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
const curve = (loss: (step: number) => number, length: number): LearningCurve => ({
  steps: steps(length),
  losses: steps(length).map(loss),
  final: length === END ? loss(END) : null,
});

/** Curves a + b/t; the first step says nothing: there all lie near 2, without order. */
function family(count: number, lengthOf: (i: number) => number) {
  const rng = createRng(5);
  return Array.from({ length: count }, (_, i) => {
    const [a, b, first] = [rng.float(), 0.5 + rng.float(), 2 + 0.1 * rng.float()];
    const loss = (t: number): number => (t === 1 ? first : a + b / t);
    return { loss, curve: curve(loss, lengthOf(i)) };
  });
}

test('forecasts the ends of curves closer than their last values do, with honest margins', () => {
  const all = family(60, (i) => (i % 5 === 0 ? END : [3, 5, 9, 20][i % 4]!));
  const { forecasts, toLoss, toZ } = forecastCurves(all.map(({ curve }) => curve));
  const open = all.flatMap(({ curve, loss }, i) =>
    curve.final === null ? [{ i, end: loss(END), last: curve.losses.at(-1)! }] : [],
  );
  const error = (of: (o: (typeof open)[number]) => number): number =>
    open.reduce((sum, o) => sum + Math.abs(of(o) - o.end), 0) / open.length;
  expect(error(({ i }) => toLoss(forecasts[i]!.mean))).toBeLessThan(0.4 * error(({ last }) => last));
  expect(
    spearman(
      open.map(({ i }) => forecasts[i]!.mean),
      open.map(({ end }) => end),
    ),
  ).toBeGreaterThan(0.9);
  const within = open.filter(({ i, end }) => Math.abs(toZ(end) - forecasts[i]!.mean) < 2 * forecasts[i]!.sd);
  expect(within.length / open.length).toBeGreaterThan(0.85);
});

test('learns that a step says nothing: its forecast is the same for a low and a high first value, and wide', () => {
  const ended = family(30, () => END).map(({ curve }) => curve);
  const at = (first: number) =>
    forecastCurves([...ended, { steps: [1], losses: [first], final: null }]).forecasts.at(-1)!;
  const [low, high] = [at(2.01), at(2.09)];
  // Ends have sd 1 on this scale; at step 20 of these curves they are known to a few hundredths.
  expect(Math.abs(low.mean - high.mean)).toBeLessThan(0.5);
  expect(low.sd).toBeGreaterThan(0.6);
  const late = forecastCurves([...ended, curve((t) => 0.5 + 1 / t, 20)]).forecasts.at(-1)!;
  expect(late.sd).toBeLessThan(0.25);
});

test('ends that are known are forecast as they are, also when they differ from the last loss', () => {
  const { forecasts, toLoss } = forecastCurves([
    { steps: [1, 2, 3], losses: [3, 1, 2], final: 1 },
    { steps: [1, 2], losses: [4, 3], final: null },
    { steps: [1, 2, 3], losses: [5, 4, 4], final: null },
  ]);
  expect(toLoss(forecasts[0]!.mean)).toBeCloseTo(1, 9);
  expect(forecasts[0]!.sd).toBe(0);
  expect(forecasts[2]!.sd).toBe(0); // at the last step of all
  expect(forecasts[1]!.sd).toBeGreaterThan(0);
});

test('does not depend on the unit of the loss or the unit of the steps', () => {
  const all = family(20, (i) => (i % 3 === 0 ? END : 10)).map(({ curve }) => curve);
  const scaled = all.map(({ steps, losses, final }) => ({
    steps,
    losses: losses.map((v) => 1000 * v - 7),
    final: final === null ? null : 1000 * final - 7,
  }));
  const [a, b] = [forecastCurves(all), forecastCurves(scaled)];
  a.forecasts.forEach(({ mean, sd }, i) => {
    expect(b.forecasts[i]!.mean).toBeCloseTo(mean, 6);
    expect(b.forecasts[i]!.sd).toBeCloseTo(sd, 6);
  });
  const thousands = all.map((c) => ({ ...c, steps: c.steps.map((s) => 1000 * s) }));
  const c = forecastCurves(thousands);
  expect(c.lastStep).toBe(50_000);
  // The grid lies elsewhere between the steps, so only nearly the same.
  a.forecasts.forEach(({ mean }, i) => expect(Math.abs(c.forecasts[i]!.mean - mean)).toBeLessThan(0.15));
});

test('a first trial without examples is expected to gain part of its last progress, and a hint moves the end', () => {
  const only = [curve((t) => 1 / t, 8)];
  expect(forecastCurves(only).forecasts[0]!.sd).toBe(0); // as far as is known, it is at its end
  const { forecasts, lastStep } = forecastCurves(only, 100);
  expect(lastStep).toBe(100);
  expect(forecasts[0]!.mean).toBeLessThanOrEqual(forecasts[0]!.now);
  expect(forecasts[0]!.sd).toBeGreaterThan(0.2);
});

test('steps may start at 0, be skipped and differ from curve to curve', () => {
  const rng = createRng(9);
  const curves = Array.from({ length: 30 }, (_, i): LearningCurve => {
    const stride = 1 + (i % 3);
    const a = rng.float();
    const own = Array.from({ length: i % 2 === 0 ? 12 : 4 }, (_, k) => (i % 4) + k * stride);
    return { steps: own, losses: own.map((s) => a + 1 / (s + 1)), final: null };
  });
  for (const { mean, sd } of forecastCurves(curves).forecasts) {
    expect(Number.isFinite(mean)).toBe(true);
    expect(sd).toBeGreaterThanOrEqual(0);
  }
});

test('equal losses, and losses from -1e308 to 1e308, give finite forecasts', () => {
  const equal = Array.from({ length: 5 }, (_, i) => curve(() => 0.3, i === 0 ? END : 3));
  const far = [1e308, -1e308, 1e300, 1, 0].map((v, i): LearningCurve => ({
    steps: [1, 2],
    losses: [v, v],
    final: i === 0 ? v : null,
  }));
  for (const curves of [equal, far, far.slice(0, 1)]) {
    for (const { mean, sd } of forecastCurves(curves, 60).forecasts) {
      expect(Number.isFinite(mean)).toBe(true);
      expect(Number.isFinite(sd)).toBe(true);
    }
  }
  const { forecasts, toLoss } = forecastCurves(equal);
  expect(toLoss(forecasts[1]!.mean)).toBeCloseTo(0.3, 12);
});
