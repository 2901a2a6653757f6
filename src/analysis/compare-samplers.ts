/**
 * Samplers side by side on one problem: best-so-far curves of several seeds each, at shares of the budget, and tests of whether one ends better than another.
 *   mean, sd  over seeds, of the best value after ⌈share · trials⌉ trials; sd with n - 1
 *   tests     one-sided Mann-Whitney of the final best values, each later sampler against each earlier one, so that the direction is fixed before the data is
 *             seen; p values adjusted for their number after Holm 1979, "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 6.
 * A curve that ends early (a grid that is exhausted) stays where it ended.
 */
import { asLoss, type Direction } from '#core';
import { mean, standardDeviation } from '#math';
import { rankTest } from './rank-test.ts';

export interface SamplerRun {
  readonly sampler: string;
  readonly seed: number;
  /** See `bestSoFar`. */
  readonly curve: readonly number[];
}

export interface Checkpoint {
  readonly trials: number;
  /** Over the seeds that had a complete trial by then; NaN if none had. */
  readonly mean: number;
  /** NaN of fewer than two. */
  readonly sd: number;
  readonly seeds: number;
}

export interface SamplerTest {
  readonly better: string;
  readonly than: string;
  /** Share of pairs of seeds in which `better` ended better, ties by half. */
  readonly winShare: number;
  readonly p: number;
  readonly pHolm: number;
}

export interface SamplerComparison {
  readonly samplers: readonly {
    readonly sampler: string;
    readonly checkpoints: readonly Checkpoint[];
    /** Mean over seeds after 1, 2, … trials: what a plot shows. */
    readonly curve: readonly number[];
  }[];
  readonly tests: readonly SamplerTest[];
}

export interface CompareOptions {
  /** Budget of every run. */
  readonly trials: number;
  readonly direction: Direction;
  readonly shares?: readonly number[];
}

export function compareSamplers(
  runs: readonly SamplerRun[],
  { trials, direction, shares = [0.25, 0.5, 1] }: CompareOptions,
): SamplerComparison {
  const names = [...new Set(runs.map(({ sampler }) => sampler))];
  const at = (sampler: string, count: number): number[] =>
    runs.filter((run) => run.sampler === sampler).map(({ curve }) => curve[Math.min(count, curve.length) - 1] ?? NaN);
  const checkpoint = (sampler: string, count: number): Checkpoint => {
    const values = at(sampler, count).filter((value) => !Number.isNaN(value));
    const n = values.length;
    const sd = n < 2 ? NaN : standardDeviation(values) * Math.sqrt(n / (n - 1));
    return { trials: count, mean: mean(values), sd, seeds: n };
  };
  const losses = (sampler: string): number[] =>
    at(sampler, trials).map((value) => (Number.isNaN(value) ? Infinity : asLoss(direction, value)));
  const tests = names.flatMap((better, i) =>
    names.slice(0, i).map((than) => ({ better, than, ...rankTest(losses(better), losses(than)) })),
  );
  const adjusted = holm(tests.map(({ p }) => p));
  return {
    samplers: names.map((sampler) => ({
      sampler,
      checkpoints: shares.map((share) => checkpoint(sampler, Math.max(1, Math.ceil(share * trials - 1e-9)))),
      curve: Array.from({ length: trials }, (_, k) => checkpoint(sampler, k + 1).mean),
    })),
    tests: tests.map((test, i) => ({ ...test, pHolm: adjusted[i] ?? NaN })),
  };
}

/** Holm's adjusted p values: the k-th smallest of n times n + 1 - k, never below a smaller one's, at most 1. */
function holm(ps: readonly number[]): number[] {
  const adjusted = new Array<number>(ps.length).fill(NaN);
  let floor = 0;
  const order = ps.map((_, i) => i).sort((i, j) => ps[i]! - ps[j]!);
  order.forEach((i, k) => {
    floor = Math.max(floor, Math.min(1, (ps.length - k) * ps[i]!));
    adjusted[i] = floor;
  });
  return adjusted;
}
