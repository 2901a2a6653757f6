/**
 * The range test of learning rates. Smith 2017, arXiv:1506.01186, §3.3: the rate grows from step to step, and the loss shows from where on
 * it learns and where it breaks. The growth is geometric, the loss is smoothed, and the suggestion is where it falls fastest per
 * logarithm of the rate, as in fastai (Howard & Gugger 2020). Nothing is kept of the training.
 * Cost: `steps` training steps, fewer if the loss breaks before.
 */
import { batches, type Dataset, type Encoder } from '#data';
import type { Device } from '#engine';
import { TuneError } from '#math';
import type { Layer } from '#nn';
import { largestBatch, type TrainConfig } from './config.ts';
import { EVALUATION_BATCH_SIZE } from './evaluate.ts';
import { createStepProgram } from './step-program.ts';

export interface LearningRateFinderOptions {
  readonly model: Layer;
  readonly dataset: Dataset;
  readonly encoder?: Encoder;
  readonly trainIndices: Int32Array;
  /** As for `fit`; its schedule and learning rate are not used. */
  readonly config: TrainConfig;
  readonly seed: number;
  readonly low?: number;
  readonly high?: number;
  readonly steps?: number;
  readonly threads?: number;
  readonly device?: Device;
}

export interface LearningRateCurve {
  readonly curve: readonly LearningRatePoint[];
  /** Where the smoothed loss falls fastest; null if it never falls. */
  readonly suggestion: number | null;
}

export interface LearningRatePoint {
  readonly learningRate: number;
  readonly loss: number;
  /** Exponential mean of the losses up to here, the start corrected as in Adam. */
  readonly smoothed: number;
}

const SMOOTHING = 0.9;
/** The test ends when the smoothed loss is so many times its best. */
const BROKEN = 4;
/** Steps over which a slope is taken: half a smoothing length on either side. */
const REACH = 5;

export async function findLearningRate(options: LearningRateFinderOptions): Promise<LearningRateCurve> {
  const { low = 1e-6, high = 1, steps = 100, threads = 1, device = 'cpu', trainIndices, config } = options;
  if (!(low > 0 && high > low && Number.isFinite(high))) {
    throw new TuneError('train', `findLearningRate: low and high must be 0 < low < high; got ${low} and ${high}.`);
  }
  if (!(Number.isSafeInteger(steps) && steps > 2 * REACH)) {
    throw new TuneError('train', `findLearningRate: steps must be a whole number > ${2 * REACH}; got ${steps}.`);
  }
  const { optimizer, batchSize, loss, augment, microBatchSize, clipNorm, clipValue, groups } = config;
  const program = await createStepProgram({
    ...options,
    validationIndices: new Int32Array(0),
    session: { threads, device },
    evaluationBatchSize: EVALUATION_BATCH_SIZE,
    // What goes by validation has nothing to go by here.
    config: {
      optimizer,
      batchSize: typeof batchSize === 'number' ? batchSize : batchSize.start,
      epochs: 1,
      ...(loss && { loss }),
      ...(augment && { augment }),
      ...(groups && { groups }),
      ...(microBatchSize !== undefined && { microBatchSize }),
      ...(clipNorm !== undefined && { clipNorm }),
      ...(clipValue !== undefined && { clipValue }),
    },
  });
  try {
    const curve: LearningRatePoint[] = [];
    let [mean, best] = [0, Infinity];
    for (let epoch = 1; curve.length < steps; epoch++) {
      for (const rows of batches(
        trainIndices,
        Math.min(largestBatch(config), trainIndices.length),
        program.rng.fork('shuffle', epoch),
      )) {
        const k = curve.length;
        if (k === steps) break;
        const learningRate = low * (high / low) ** (k / (steps - 1));
        const { loss } = await program.step(rows, {
          epoch,
          step: k + 1,
          scalars: { ...program.scalars, learningRate },
        });
        mean = SMOOTHING * mean + (1 - SMOOTHING) * loss;
        const smoothed = mean / (1 - SMOOTHING ** (k + 1));
        if (!Number.isFinite(smoothed) || smoothed > BROKEN * best) return { curve, suggestion: steepest(curve) };
        best = Math.min(best, smoothed);
        curve.push({ learningRate, loss, smoothed });
      }
    }
    return { curve, suggestion: steepest(curve) };
  } finally {
    await program.release();
  }
}

function steepest(curve: readonly LearningRatePoint[]): number | null {
  let [fall, suggestion]: [number, number | null] = [0, null];
  for (let k = REACH; k + REACH < curve.length; k++) {
    const change = (curve[k + REACH]?.smoothed ?? NaN) - (curve[k - REACH]?.smoothed ?? NaN);
    if (change < fall) [fall, suggestion] = [change, curve[k]?.learningRate ?? null];
  }
  return suggestion;
}
