/**
 * Weights averaged over several moments of a training.
 *   averageWeights  the mean of saved checkpoints.  Wortsman et al. 2022, arXiv:2203.05482 ("soup") of one run
 *   RunningMean     stochastic weight averaging: the mean of the weights at the ends of epochs.  Izmailov et al. 2018, arXiv:1803.05407
 * Running statistics of batch norm belong to the weights they were measured with: of averaged weights they must be measured anew.
 */
import { TuneError } from '#math';

export type Weights = ReadonlyMap<string, Float32Array>;

/** How many were averaged, and their mean so far, in float64 so that the order of a thousand additions does not show. */
export interface RunningMean {
  readonly count: number;
  readonly mean: ReadonlyMap<string, Float64Array>;
}

/** @internal */
export function addToMean(running: RunningMean | null, weights: Weights): RunningMean {
  const count = (running?.count ?? 0) + 1;
  const mean = new Map<string, Float64Array>();
  for (const [name, values] of weights) {
    const before = running?.mean.get(name);
    mean.set(
      name,
      Float64Array.from(values, (value, i) => {
        const old = before?.[i] ?? 0;
        return old + (value - old) / count;
      }),
    );
  }
  return { count, mean };
}

/** @internal */
export const meanWeights = ({ mean }: RunningMean): Map<string, Float32Array> =>
  new Map([...mean].map(([name, values]) => [name, Float32Array.from(values)]));

/** The mean of several checkpoints of one model; at least one. */
export function averageWeights(checkpoints: readonly Weights[]): Map<string, Float32Array> {
  const [first] = checkpoints;
  if (first === undefined) throw new TuneError('train', 'averageWeights: give at least one set of weights; got none.');
  let running: RunningMean | null = null;
  for (const weights of checkpoints) {
    const fits = [...first].every(([name, values]) => weights.get(name)?.length === values.length);
    if (!fits) throw new TuneError('train', 'averageWeights: the sets of weights are not of one model.');
    running = addToMean(running, weights);
  }
  return running === null ? new Map<string, Float32Array>() : meanWeights(running);
}

/** A checkpoint that was kept for being among the best. */
export interface KeptCheckpoint {
  readonly epoch: number;
  /** Of the metric that is watched. */
  readonly value: number;
  readonly weights: Weights;
}

/** @internal The `count` best of those kept and a new one, best first; of equal ones the earlier is the better. NaN is never kept. */
export function keepBest(
  kept: readonly KeptCheckpoint[],
  candidate: Omit<KeptCheckpoint, 'weights'> & { readonly weights: () => Weights },
  count: number,
  maximize: boolean,
): readonly KeptCheckpoint[] {
  const { epoch, value } = candidate;
  const beats = (a: number, b: number): boolean => (maximize ? a > b : a < b);
  const place = kept.findIndex((one) => beats(value, one.value));
  const at = place < 0 ? kept.length : place;
  if (Number.isNaN(value) || at >= count) return kept;
  return kept.toSpliced(at, 0, { epoch, value, weights: candidate.weights() }).slice(0, count);
}
