/**
 * A picture of augmented samples, to look at before training: one row of images per sample, the first as it is, the others augmented with
 * the streams that epochs 1, 2, 3 … of a run with this seed would use. PNG; batch mixes act on the images of a column.
 */
import { writeFile } from 'node:fs/promises';
import { PNG } from 'pngjs';
import { createRng, TuneError } from '#math';
import type { Dataset } from '../dataset.ts';
import { type Augmentation, createAugmenter } from './augmentation.ts';
import type { BatchMix } from './mix.ts';

export interface AugmentedSamplesOptions {
  readonly dataset: Dataset;
  readonly augment: readonly (Augmentation | BatchMix)[];
  /** Rows of the training split. Default: the first eight. */
  readonly rows?: Int32Array;
  /** Augmented copies of each. */
  readonly copies?: number;
  readonly seed?: number;
  /** Pixels of the file for one of the image. */
  readonly zoom?: number;
}

const GAP = 2;

/** Writes the PNG; images of one or three channels. */
export async function writeAugmentedSamples(file: string, options: AugmentedSamplesOptions): Promise<void> {
  await writeFile(file, augmentedSamplesPng(options));
}

/** @internal */
export function augmentedSamplesPng({
  dataset,
  augment,
  rows = Int32Array.from({ length: Math.min(8, dataset.train.size) }, (_, i) => i),
  copies = 8,
  seed = 0,
  zoom = 2,
}: AugmentedSamplesOptions): Buffer {
  const [channels = 0, height = 0, width = 0] = dataset.inputShape;
  if (dataset.inputShape.length !== 3 || (channels !== 1 && channels !== 3)) {
    const shape = dataset.inputShape.join(', ');
    throw new TuneError(
      'augment',
      `A picture needs images of one or three channels; ${dataset.name} has rows [${shape}].`,
    );
  }
  const encoder = dataset.fit(Int32Array.from({ length: dataset.train.size }, (_, i) => i));
  const own = augment.filter((one) => one.of !== 'batches');
  const mixes = augment.filter((one) => one.of === 'batches');
  const augmenter = createAugmenter(own, dataset.inputShape, encoder.preprocessing);
  const size = channels * height * width;
  const rng = createRng(seed);
  const { preprocessing } = encoder;
  const white = preprocessing.kind === 'image' ? 255 * preprocessing.scale : 1;
  const { mean = [], std = [] } = preprocessing.kind === 'image' || preprocessing.kind === 'array' ? preprocessing : {};

  const png = new PNG({
    width: (copies + 1) * (width * zoom + GAP) - GAP,
    height: rows.length * (height * zoom + GAP) - GAP,
  });
  png.data.fill(255);
  for (let column = 0; column <= copies; column++) {
    const values = new Float32Array(rows.length * size);
    encoder.read(dataset.train, rows, values);
    if (column > 0) {
      augmenter.apply(values, rows, (row) => rng.fork('augment', column, row));
      for (const mix of mixes) mix.apply(values, rows.length, dataset.inputShape, rng.fork('mix', column));
    }
    for (let k = 0; k < rows.length; k++) {
      for (let y = 0; y < height * zoom; y++) {
        for (let x = 0; x < width * zoom; x++) {
          const pixel = ((k * (height * zoom + GAP) + y) * png.width + column * (width * zoom + GAP) + x) * 4;
          for (let c = 0; c < 3; c++) {
            const channel = channels === 3 ? c : 0;
            const plane = k * size + channel * height * width;
            const value = values[plane + Math.floor(y / zoom) * width + Math.floor(x / zoom)] ?? 0;
            const u = (value * (std[channel] ?? 1) + (mean[channel] ?? 0)) / white;
            png.data[pixel + c] = Math.round(255 * Math.min(1, Math.max(0, u)));
          }
        }
      }
    }
  }
  return PNG.sync.write(png);
}
