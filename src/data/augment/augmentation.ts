/**
 * What an augmentation is: a random change of one encoded row, made in place when the row is fed. Each row of each epoch has a stream of its
 * own, named by epoch and row, so the same run sees the same images whether it was resumed or not, and nothing about it need be saved.
 * Cost: a pass or a few over the sample's numbers, far less than its training; hence no worker of its own.
 */
import { type Rng, TuneError } from '#math';
import type { Preprocessing } from '../dataset.ts';

/** One encoded row and what its numbers mean. */
export interface Sample {
  /** Changed in place; images are planes [channels, height, width]. */
  readonly values: Float32Array;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Encoded value of channel c = (u − shift[c]) / spread[c], where u in [0, 1] is the brightness; for images only. */
  readonly shift: readonly number[];
  readonly spread: readonly number[];
  /** Room for one row, for changes that cannot be made in place; what it holds is worthless afterwards. */
  readonly scratch: Float32Array;
  /** What is to be seen in the picture, pixel by pixel: changes of place are made there, too. */
  readonly mask?: Planes;
}

/** Pictures that can be moved. */
export type Planes = Pick<Sample, 'values' | 'channels' | 'height' | 'width' | 'scratch'>;

export interface Augmentation {
  readonly kind: string;
  /** What it can change: images, any row of numbers, or texts, whose rows are the numbers of tokens. */
  readonly of: 'images' | 'anything' | 'tokens';
  readonly apply: (sample: Sample, rng: Rng) => void;
}

/** A chain of augmentations for rows of one data set. */
export interface Augmenter {
  /** Changes the rows[k] at values[k · rowSize …], and masks of the same height and width, if there are some, with them. */
  readonly apply: (
    values: Float32Array,
    rows: Int32Array,
    streamOf: (row: number) => Rng,
    masks?: Float32Array,
  ) => void;
}

export function createAugmenter(
  chain: readonly Augmentation[],
  shape: readonly number[],
  preprocessing: Preprocessing,
): Augmenter {
  const [first = 1, height = 1, width = 1] = shape;
  const isImage = shape.length === 3;
  const isTokens = preprocessing.kind === 'text' || preprocessing.kind === 'pair';
  checkChain(chain, shape, isTokens);
  const size = shape.reduce((product, n) => product * n, 1);
  const changed = preprocessing.kind === 'pair' ? preprocessing.sourceLength : size;
  const channels = isImage ? first : 1;
  const scratch = new Float32Array(size);
  const { shift, spread } = brightnessOf(preprocessing, channels);
  let maskScratch = new Float32Array(0);
  return {
    apply(values, rows, streamOf, masks) {
      const maskSize = (masks?.length ?? 0) / rows.length;
      if (maskScratch.length !== maskSize) maskScratch = new Float32Array(maskSize);
      rows.forEach((row, k) => {
        const rng = streamOf(row);
        const own = values.subarray(k * size, (k + 1) * size);
        const sample: Sample = isImage
          ? {
              ...{ values: own, channels, height, width, shift, spread, scratch },
              ...(masks && {
                mask: {
                  ...{ height, width, channels: maskSize / (height * width), scratch: maskScratch },
                  values: masks.subarray(k * maskSize, (k + 1) * maskSize),
                },
              }),
            }
          : { values: own.subarray(0, changed), channels: 1, height: 1, width: changed, shift, spread, scratch };
        for (const { apply } of chain) apply(sample, rng);
      });
    },
  };
}

/** @internal Refuses changes of what a row of this shape is not; `isTokens` where it is the numbers of words. */
export function checkChain(chain: readonly Augmentation[], shape: readonly number[], isTokens: boolean): void {
  const row = `a row of this data set has the shape [${shape.join(', ')}]`;
  for (const { kind, of } of chain) {
    const facts = { kind, shape };
    if (isTokens && of !== 'tokens')
      throw new TuneError(
        'augment',
        `augment: ${kind} changes numbers, but this data set has the numbers of words.`,
        facts,
      );
    if (of === 'images' && shape.length !== 3)
      throw new TuneError('augment', `augment: ${kind} changes images [channels, height, width], but ${row}.`, facts);
    if (of === 'tokens' && !isTokens)
      throw new TuneError('augment', `augment: ${kind} changes texts, but ${row} and no words.`, facts);
  }
}

/** How encoded values and brightness in [0, 1] belong together. Arrays are taken to be brightness already, but for their own mean and spread. */
function brightnessOf(preprocessing: Preprocessing, channels: number): Pick<Sample, 'shift' | 'spread'> {
  const each = (value: number): number[] => Array.from({ length: channels }, () => value);
  if (preprocessing.kind === 'table' || preprocessing.kind === 'text' || preprocessing.kind === 'pair')
    return { shift: each(0), spread: each(1) };
  const { mean = each(0), std = each(1) } = preprocessing;
  const white = preprocessing.kind === 'image' ? 255 * preprocessing.scale : 1;
  return {
    shift: each(0).map((_, c) => (mean[c] ?? 0) / white),
    spread: each(0).map((_, c) => (std[c] ?? 1) / white),
  };
}

/** @internal */
export function requireShare(owner: string, option: string, value: number): void {
  if (value >= 0 && value <= 1) return;
  throw new TuneError('augment', `${owner}: ${option} must be a number in [0, 1]; got ${value}.`, { option, value });
}

/** @internal */
export function requireAtLeast(owner: string, option: string, value: number, low: number): void {
  if (value >= low && Number.isFinite(value)) return;
  throw new TuneError('augment', `${owner}: ${option} must be a number >= ${low}; got ${value}.`, { option, value });
}
