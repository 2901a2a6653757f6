/**
 * A data set of 8-bit images held as bytes: planes [C, H, W] per row, `stride` bytes from row to row, so that a file such as CIFAR's can stay as it is.
 * `fit` counts a histogram per channel over the training rows; reading is one table look-up per pixel
 * (256 float32 entries per channel, which hold scale, mean and std already).
 * Cost: fit O(rows · C · H · W) integer counts; read 1 ns per pixel.
 */
import {
  outputsOf,
  type Dataset,
  type Encoder,
  type FeatureProfile,
  type ImagePreprocessing,
  type Split,
  type Task,
} from './dataset.ts';
import { meanStd, profileOf } from './profile.ts';
import { splitData } from './split-data.ts';

/** 'standardize': mean 0 and spread 1 per channel over the training rows; 'unit': v / 255; 'none': raw values. */
export type Normalization = 'standardize' | 'unit' | 'none';

export interface ImageRows {
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly stride: number;
  readonly targets: Int32Array | Float32Array;
  readonly ids?: (i: number) => string;
}

export interface ImageSetOptions {
  readonly name: string;
  readonly description: string;
  readonly task: Task;
  readonly shape: readonly [channels: number, height: number, width: number];
  readonly train: ImageRows;
  readonly test: ImageRows | null;
  readonly validation?: Int32Array | undefined;
  readonly normalize?: Normalization | undefined;
  readonly resize?: boolean | undefined;
  readonly notes?: readonly string[] | undefined;
}

export function imageSet(options: ImageSetOptions): Dataset {
  const { name, description, task, shape, normalize = 'standardize', resize = false } = options;
  const [channels, height, width] = shape;
  const plane = height * width;
  const train = asSplit(options.train);
  const test = options.test === null ? null : asSplit(options.test);
  const rowsOf = splitData<ImageRows>(name, [
    [train, options.train],
    [test, options.test],
  ]);

  const statistics = (indices: Iterable<number>): ChannelStatistics[] => {
    const { bytes, offset, stride } = options.train;
    const histograms = Array.from({ length: channels }, () => new Uint32Array(256));
    for (const row of indices) {
      let at = offset + row * stride;
      for (const histogram of histograms) {
        for (const end = at + plane; at < end; at++) {
          // A byte is always within the 256 counters and `at` within the bytes: the checks were made at the door.
          histogram[bytes[at] as number] = (histogram[bytes[at] as number] as number) + 1;
        }
      }
    }
    return histograms.map(summarise);
  };

  const fit = (trainIndices: Int32Array): Encoder => {
    const scale = normalize === 'none' ? 1 : 1 / 255;
    const base = { kind: 'image', channels, height, width, scale, ...(resize && { resize }) } as const;
    const stats = normalize === 'standardize' ? statistics(trainIndices) : null;
    const preprocessing: ImagePreprocessing =
      stats === null
        ? base
        : { ...base, mean: stats.map((s) => s.mean * scale), std: stats.map((s) => (s.std === 0 ? 1 : s.std * scale)) };
    const tables = pixelTables(preprocessing);
    const targetScale =
      task.kind === 'regression' ? meanStd(Float64Array.from(trainIndices, (i) => train.targets[i] ?? 0)) : null;
    return {
      preprocessing,
      targetScale,
      read(split, indices, into) {
        const { bytes, offset, stride } = rowsOf(split);
        let out = 0;
        for (const row of indices) {
          let at = offset + row * stride;
          for (const table of tables) {
            for (const end = at + plane; at < end; at++) into[out++] = table[bytes[at] as number] as number; // both in range, see above
          }
        }
      },
    };
  };

  const dataset: Dataset = {
    name,
    description,
    task,
    inputShape: shape,
    classes: outputsOf(task),
    train,
    test,
    ...(options.validation && { validation: options.validation }),
    fit,
    profile: () =>
      profileOf(
        dataset,
        statistics(Array.from({ length: train.size }, (_, i) => i)).map((s, c): FeatureProfile => {
          const channel =
            channels === 1 ? 'gray' : channels === 3 ? (['red', 'green', 'blue'][c] ?? '') : `channel ${c}`;
          return { name: channel, kind: 'number', ...s, missing: 0 };
        }),
        options.notes,
      ),
  };
  return dataset;
}

/** @internal One table per channel: byte → encoded value. */
export function pixelTables({ channels, scale, mean, std }: ImagePreprocessing): Float32Array[] {
  return Array.from({ length: channels }, (_, c) =>
    Float32Array.from({ length: 256 }, (_, v) => (v * scale - (mean?.[c] ?? 0)) / (std?.[c] ?? 1)),
  );
}

interface ChannelStatistics {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly std: number;
}

/** Population mean and standard deviation from exact integer counts; std is 0 where the channel is constant. */
function summarise(histogram: Uint32Array): ChannelStatistics {
  let n = 0;
  let sum = 0;
  histogram.forEach((count, v) => {
    n += count;
    sum += count * v;
  });
  const mean = n === 0 ? 0 : sum / n;
  let squares = 0;
  histogram.forEach((count, v) => (squares += count * (v - mean) ** 2));
  const min = histogram.findIndex((count) => count > 0);
  const max = histogram.findLastIndex((count) => count > 0);
  return { min: Math.max(0, min), max: Math.max(0, max), mean, std: n === 0 ? 0 : Math.sqrt(squares / n) };
}

const asSplit = ({ targets, ids }: ImageRows): Split => ({ size: targets.length, targets, ...(ids && { ids }) });
