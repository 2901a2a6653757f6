/**
 * BLEU of a corpus with one reference each: the geometric mean of the precisions of 1- to 4-grams, counts clipped to those of the
 * reference, times a penalty for being shorter than the references. Papineni et al. 2002 (ACL), §2.3; without smoothing, as sacreBLEU's
 * `smooth_method="none"`: 0 when there is no matching 4-gram.
 * Cost: O(tokens).
 */
import { TuneError } from '#math';

export interface Bleu {
  /** 0 … 100. */
  readonly score: number;
  /** Of 1- to 4-grams. */
  readonly precisions: readonly number[];
  readonly brevityPenalty: number;
}

const ORDERS = [1, 2, 3, 4];

/** Tokens of each candidate and of the reference for it. */
export function corpusBleu(
  candidates: readonly (readonly string[])[],
  references: readonly (readonly string[])[],
): Bleu {
  if (candidates.length !== references.length || candidates.length === 0) {
    throw new TuneError(
      'metrics',
      `BLEU wants a reference for each candidate; got ${candidates.length} and ${references.length}.`,
    );
  }
  const lengthOf = (texts: readonly (readonly string[])[]): number => texts.reduce((sum, text) => sum + text.length, 0);
  const precisions = ORDERS.map((n) => {
    let [hits, total] = [0, 0];
    candidates.forEach((candidate, i) => {
      const wanted = ngrams(references[i] ?? [], n);
      for (const [gram, count] of ngrams(candidate, n)) {
        hits += Math.min(count, wanted.get(gram) ?? 0);
        total += count;
      }
    });
    return total === 0 ? 0 : hits / total;
  });
  const [c, r] = [lengthOf(candidates), lengthOf(references)];
  const brevityPenalty = c === 0 ? 0 : c >= r ? 1 : Math.exp(1 - r / c);
  const logs = precisions.reduce((sum, p) => sum + Math.log(p) / ORDERS.length, 0); // −Infinity if one is 0
  return { score: 100 * brevityPenalty * Math.exp(logs), precisions, brevityPenalty };
}

function ngrams(tokens: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= tokens.length; i++) {
    const gram = tokens.slice(i, i + n).join('\u0000'); // in no token
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}
