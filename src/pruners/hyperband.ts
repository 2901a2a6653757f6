/**
 * Hyperband: several asynchronous halvings side by side, from "many trials, stopped early" to "few trials, never stopped".
 * Li et al. 2018, "Hyperband", JMLR 18(185), algorithm 1; brackets run asynchronously as in Li et al. 2018 (arXiv:1810.05934, §3.3) and Optuna's HyperbandPruner.
 * Bracket s = 0 … s_max starts at the rung r η^s and halves as `asha` does, among its own trials. A trial's bracket is a fact of its number:
 * a hash of it is compared with the brackets' shares ⌈(s_max + 1) η^(s_max - s) / (s_max - s + 1)⌉, the numbers of trials in the paper's algorithm.
 * Departs from the paper: no synchronous rounds; r defaults to R/27 (see asha.ts).
 *   η = reductionFactor   r = minResource   R = maxSteps   s_max = ⌊log_η(R/r)⌋
 * Cost: as `asha`.
 */
import type { Hints, Pruner, TrialRecord } from '#core';
import {
  checkHalving,
  decideAtRung,
  firstRung,
  lastPossibleStep,
  promotable,
  rungs,
  type AshaOptions,
} from './asha.ts';

export type HyperbandOptions = AshaOptions;

export function hyperband({ minResource, reductionFactor: eta = 3, maxSteps }: HyperbandOptions = {}): Pruner {
  checkHalving('hyperband', { minResource, reductionFactor: eta, maxSteps });
  const bracketsOf = (trials: readonly TrialRecord[], hints: Hints): number[][] => {
    const last = maxSteps ?? lastPossibleStep(trials, hints);
    return last === null ? [] : brackets(minResource ?? firstRung(last, eta), last, eta);
  };
  return {
    name: 'hyperband',
    decide(context) {
      const all = bracketsOf(context.trials, context.hints);
      if (all.length === 0) return { decision: 'continue' };
      const mine = bracketOf(context.trial.number, all.length, eta);
      return decideAtRung(context, all[mine]!, eta, ({ number }) => bracketOf(number, all.length, eta) === mine);
    },
    promote({ objectives, trials, hints }) {
      const all = bracketsOf(trials, hints);
      let best: { readonly number: number; readonly rung: number } | null = null;
      for (const [bracket, steps] of all.entries()) {
        const isMember = ({ number }: TrialRecord): boolean => bracketOf(number, all.length, eta) === bracket;
        const found = promotable(objectives, trials, steps, eta, isMember);
        if (found !== null && (best === null || found.rung > best.rung)) best = found;
      }
      return best?.number ?? null;
    },
  };
}

/** Rungs of each bracket; the last bracket has none. */
function brackets(first: number, last: number, eta: number): number[][] {
  const all: number[][] = [];
  for (let step = first; step < last; step *= eta) all.push(rungs(step, last, eta));
  return [...all, []];
}

/** @internal */
export function bracketOf(number: number, count: number, eta: number): number {
  const shares = Array.from({ length: count }, (_, s) => Math.ceil((count * eta ** (count - 1 - s)) / (count - s)));
  let left = unitHash(number) * shares.reduce((a, b) => a + b);
  for (const [s, share] of shares.entries()) {
    if (left < share) return s;
    left -= share;
  }
  return count - 1;
}

/** In [0, 1): the finaliser of MurmurHash3 (Appleby 2011) on the number. */
function unitHash(number: number): number {
  let h = (number + 1) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}
