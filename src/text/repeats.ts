/** What repeats of the best trial say, as the command line and reports write it. */
import { count, metricNumber } from './format.ts';

export interface RepeatedResult {
  readonly numbers: readonly number[];
  readonly unfinished: number;
  readonly first: { readonly number: number; readonly value: number };
  readonly mean: number;
  readonly deviation: number;
  readonly halfWidth: number;
}

/** `5 repeats of trial 3 with other seeds: accuracy 0.9712 ± 0.0021 (95 % interval of the mean; standard deviation 0.0017); the search saw 0.9806.` */
export function repeatsText(repeats: RepeatedResult, objective: string): string {
  const { numbers, unfinished, first, mean, deviation, halfWidth } = repeats;
  const spread = Number.isNaN(halfWidth)
    ? ''
    : ` ± ${metricNumber(halfWidth)} (95 % interval of the mean; standard deviation ${metricNumber(deviation)})`;
  const seen = Number.isFinite(first.value) ? `; the search saw ${metricNumber(first.value)}` : '';
  const lost = unfinished === 0 ? '' : `; ${count(unfinished, 'repeat')} more did not end`;
  return `${count(numbers.length, 'repeat')} of trial ${first.number} with other seeds: ${objective} ${metricNumber(mean)}${spread}${seen}${lost}.`;
}
