/**
 * Is one sample lower than another? The one-sided rank-sum test.
 * Mann & Whitney 1947, Ann. Math. Statist. 18: the exact distribution by their recurrence (equation 2) if one sample has at most 8 values and none is tied,
 * else the normal approximation with corrections for ties and continuity: the rule of `scipy.stats.mannwhitneyu`, whose numbers are in the golden file.
 *   U = pairs with a < b, ties by half      P(U = u; n, m) = n/(n+m) P(u - m; n-1, m) + m/(n+m) P(u; n, m-1)
 * Cost: O(n² m²) exact, else O((n + m) log(n + m)).
 */
import { mean, normalCdf, ranks } from '#math';

export interface RankTest {
  /** Share of pairs in which a is lower, ties by half: 0.5 if neither is better. */
  readonly winShare: number;
  /** Probability of such a share or a larger one, were both samples of one distribution. */
  readonly p: number;
}

const EXACT_UP_TO = 8;

/** Of finite numbers; ±Infinity may stand for "worse than any". An empty sample, or a NaN, says nothing: both are NaN. */
export function rankTest(a: readonly number[], b: readonly number[]): RankTest {
  const [n, m] = [a.length, b.length];
  const all = [...a, ...b];
  if (n === 0 || m === 0 || all.some(Number.isNaN)) return { winShare: NaN, p: NaN };
  const rank = ranks(all);
  const rankSum = rank.subarray(0, n).reduce((sum, r) => sum + r, 0);
  const wins = n * m + (n * (n + 1)) / 2 - rankSum;
  const tied = new Set(all).size < n + m;
  const p = Math.min(n, m) <= EXACT_UP_TO && !tied ? exactTail(wins, n, m) : normalTail(wins, rank, n, m);
  return { winShare: wins / (n * m), p };
}

/** P(U >= wins), by table over (n', m') with n' of the smaller sample; U is distributed alike if the samples change places. */
function exactTail(wins: number, n: number, m: number): number {
  const [short, long] = n < m ? [n, m] : [m, n];
  let above = Array.from({ length: long + 1 }, () => Float64Array.of(1)); // n' = 0: U = 0
  for (let i = 1; i <= short; i++) {
    const row = [Float64Array.of(1)];
    for (let j = 1; j <= long; j++) {
      const [withA, withB] = [above[j]!, row[j - 1]!]; // the smallest of all is of a, below all j of b; or of b
      row.push(
        Float64Array.from({ length: i * j + 1 }, (_, u) => (i * (withA[u - j] ?? 0) + j * (withB[u] ?? 0)) / (i + j)),
      );
    }
    above = row;
  }
  return Math.min(
    1,
    above[long]!.subarray(wins).reduce((sum, p) => sum + p, 0),
  );
}

function normalTail(wins: number, rank: Float64Array, n: number, m: number): number {
  const N = n + m;
  // Variance of ranks with ties: n m / (N (N - 1)) Σ (r - mean)², equal to the usual tie correction.
  const centre = mean(rank);
  const spread = rank.reduce((sum, r) => sum + (r - centre) ** 2, 0);
  const sd = Math.sqrt((n * m * spread) / (N * (N - 1)));
  if (sd === 0) return 1; // all are equal
  return normalCdf(-(wins - (n * m) / 2 - 0.5) / sd);
}
