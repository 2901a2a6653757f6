/**
 * Whether a sampler is better than random search, as laws with a stated rate of false praise: paired seeds, one-sided sign test.
 *   wins ~ Binomial(pairs, ½) at most, if the sampler is no better than random search; the law asks for so many wins that this happens with probability <= falsePraise.
 * Seeds are fixed, so a law gives the same answer in every run.
 */
import assert from 'node:assert/strict';
import type { Objective, Sampler, SuggestContext, TrialRecord } from '#core';
import { createRng } from '#math';
import { sampleUniform } from '#space';
import type { Law } from './law.ts';
import { problems, type Problem } from './problems.ts';

export interface QualityOptions {
  /** Default: all of `problems`. */
  readonly problems?: readonly Problem[];
  /** Trials of each search. */
  readonly trials?: number;
  /** Pairs of searches, one with the sampler and one at random. */
  readonly pairs?: number;
  /** Probability that a sampler no better than random search passes one law. */
  readonly falsePraise?: number;
}

/** P(at least `wins` of `pairs`) when each is won with probability ½: the p-value of the one-sided sign test. */
export function signTest(wins: number, pairs: number): number {
  let term = 0.5 ** pairs; // C(pairs, k) ½^pairs, from k = 0 on
  let below = 0;
  for (let k = 0; k < wins; k++) {
    below += term;
    term *= (pairs - k) / (k + 1);
  }
  if (wins <= pairs / 2) return 1 - below;
  let tail = 0;
  for (let k = wins; k <= pairs; k++) {
    tail += term;
    term *= (pairs - k) / (k + 1);
  }
  return tail;
}

/** Least loss of a search after each trial, one trial at a time; `sampler` null is random search. */
export function search(sampler: Sampler | null, problem: Problem, trials: number, seed: number): number[] {
  const objectives: readonly Objective[] = [{ name: 'loss', direction: 'minimize' }];
  const studyRng = createRng(seed);
  const records: TrialRecord[] = [];
  const best: number[] = [];
  for (let number = 0; number < trials; number++) {
    const rng = studyRng.fork('trial', number);
    const context: SuggestContext = {
      space: problem.space,
      objectives,
      trials: records,
      number,
      rng,
      studyRng,
      hints: { trials },
    };
    const suggestion = sampler === null ? { params: sampleUniform(problem.space, rng) } : sampler.suggest(context);
    if ('exhausted' in suggestion) break;
    const { params } = suggestion;
    const loss = problem.loss(params);
    const base = {
      number,
      params,
      createdAt: 0,
      measurements: [],
      attempt: 1,
      attributes: {},
    };
    const ended = { startedAt: 0, endedAt: 0, suggestedBy: sampler?.name ?? 'random' };
    records.push({ ...base, ...ended, state: 'complete', values: { loss } });
    best.push(Math.min(best.at(-1) ?? Infinity, loss));
  }
  return best;
}

export function samplerQualityLaws(
  make: () => Sampler,
  { problems: chosen = Object.values(problems), trials = 40, pairs = 24, falsePraise = 1e-3 }: QualityOptions = {},
): Law[] {
  let needed = 0;
  while (needed <= pairs && signTest(needed, pairs) > falsePraise) needed++;
  if (needed > pairs) throw new Error(`internal: ${pairs} pairs cannot reach a false praise of ${falsePraise}`);
  return chosen.map((problem) => ({
    name: `${problem.name}: better than random search after ${trials} trials in at least ${needed} of ${pairs} paired seeds, by chance in at most ${falsePraise} of such tests`,
    check: () => {
      let wins = 0;
      for (let seed = 0; seed < pairs; seed++) {
        const [ours, random] = [make(), null].map(
          (sampler) => search(sampler, problem, trials, seed).at(-1) ?? Infinity,
        );
        if (ours! < random!) wins++; // a tie is no win
      }
      assert.ok(wins >= needed, `${problem.name}: ${wins} of ${pairs}, p = ${signTest(wins, pairs).toPrecision(2)}`);
    },
  }));
}
