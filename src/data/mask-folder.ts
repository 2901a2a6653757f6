/**
 * A data set for segmentation: pictures in one folder, a mask of the same name and size for each in another. A pixel of a mask is 1 where it is at
 * least as bright as 128 (or, with `dark`, darker).
 *   rows     [channels, tile, tile] and masks [1, tile, tile]: pictures are cut into tiles side by side, or taken whole without `tile`
 *   splits   by picture, never by tile, at random with a fixed seed: neighbouring tiles of one picture look alike
 * Decoded pictures and masks stay in memory, a byte for each number.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { createRng, TuneError } from '#math';
import type { Dataset, Split } from './dataset.ts';
import { type Bitmap, decodeImage, isGray, toPlanes } from './decode-image.ts';
import { imageSet, type ImageRows, type Normalization } from './image-set.ts';
import { splitData } from './split-data.ts';

export interface MaskFolderSpec {
  /** The folder of the pictures. */
  readonly images: string;
  /** The folder of their masks. */
  readonly masks: string;
  /** What the masks show. Default "mask". */
  readonly label?: string;
  /** True where the masks show it dark. */
  readonly dark?: boolean;
  /** Side of the tiles in pixels; pictures are multiples of it. */
  readonly tile?: number;
  /** Share of the pictures. Default 0.2, 0 for none. */
  readonly test?: number;
  /** Share of the pictures. Default 0: rows to validate are split off when training, tile by tile. */
  readonly validation?: number;
  readonly normalize?: Normalization;
  /** Default: the name of the folder of the pictures. */
  readonly name?: string;
}

interface Pair {
  readonly path: string;
  readonly picture: Bitmap;
  readonly mask: Bitmap;
}

export async function loadMaskFolder(spec: MaskFolderSpec): Promise<Dataset> {
  const { label = 'mask', dark = false, test = 0.2, validation = 0 } = spec;
  const root = resolve(spec.images);
  const pairs = await readPairs(root, resolve(spec.masks));
  const [first] = pairs;
  if (first === undefined) throw new TuneError('imageFolder', `${root} holds no .png or .jpg file.`, { path: root });
  const { height, width } = first.picture;
  const tile = spec.tile ?? null;
  if (tile !== null && !(Number.isSafeInteger(tile) && tile >= 1 && height % tile === 0 && width % tile === 0)) {
    throw new TuneError(
      'imageSize',
      `dataset.tile must divide the height and width of the pictures, which are ${height} × ${width}; got ${tile}.`,
      { tile, height, width },
    );
  }
  const cut = { height: tile ?? height, width: tile ?? width };
  const channels = pairs.every(({ picture }) => isGray(picture)) ? 1 : 3;

  const order = createRng('masks').shuffle(pairs.map((_, i) => i));
  const testCount = Math.round(test * pairs.length);
  const validationCount = Math.round(validation * pairs.length);
  if (testCount + validationCount >= pairs.length) {
    throw new TuneError(
      'split',
      `A test part of ${test} and a validation part of ${validation} leave none of ${pairs.length} pictures to train on.`,
    );
  }
  const chosen = (from: number, to: number): Pair[] =>
    order
      .slice(from, to)
      .sort((a, b) => a - b)
      .flatMap((i) => pairs[i] ?? []);
  const held = chosen(0, testCount);
  const validating = chosen(testCount, testCount + validationCount);
  const training = chosen(testCount + validationCount, pairs.length);
  const trainRows = tiles([...training, ...validating], cut, channels, dark);
  const testRows = held.length === 0 ? null : tiles(held, cut, channels, dark);

  const perPicture = (height / cut.height) * (width / cut.width);
  const ownValidation = Int32Array.from(
    { length: validating.length * perPicture },
    (_, i) => training.length * perPicture + i,
  );
  const name = spec.name ?? basename(root);
  const images = imageSet({
    name,
    description: `${pairs.length} pictures with masks, ${height} × ${width} ${channels === 1 ? 'gray' : 'colour'}${tile === null ? '' : ` in tiles of ${tile} × ${tile}`}, from ${root}`,
    task: { kind: 'segmentation', labels: [label] },
    shape: [channels, cut.height, cut.width],
    train: trainRows.rows,
    test: testRows?.rows ?? null,
    validation: validating.length === 0 ? undefined : ownValidation,
    normalize: spec.normalize,
    notes: [`"${label}" is on ${(100 * shareOf(trainRows.masks)).toFixed(1)} % of the training pixels`],
  });
  const masksOf = splitData<{ readonly masks: Uint8Array }>(name, [
    [images.train, trainRows],
    [images.test, testRows],
  ]);
  const plane = cut.height * cut.width;
  const readTargets = (split: Split, indices: Int32Array, into: Float32Array | Int32Array): void => {
    const { masks } = masksOf(split);
    indices.forEach((row, k) => into.set(masks.subarray(row * plane, (row + 1) * plane), k * plane));
  };
  return { ...images, fit: (rows) => ({ ...images.fit(rows), readTargets }) };
}

async function readPairs(pictures: string, masks: string): Promise<Pair[]> {
  const [names, maskNames] = [await imagesOf(pictures), await imagesOf(masks)];
  const stem = (name: string): string => name.replace(/\.\w+$/, '');
  const pairs: Pair[] = [];
  for (const name of names) {
    const maskName = maskNames.find((other) => stem(other) === stem(name));
    const path = join(pictures, name);
    if (maskName === undefined)
      throw new TuneError('imageFolder', `${path} has no mask of that name in ${masks}.`, { path });
    const picture = await decodeImage(await readFile(path), path);
    const mask = await decodeImage(await readFile(join(masks, maskName)), join(masks, maskName));
    const wanted = pairs[0]?.picture ?? picture;
    for (const [file, { height, width }] of [
      [path, picture],
      [join(masks, maskName), mask],
    ] as const) {
      if (height === wanted.height && width === wanted.width) continue;
      throw new TuneError(
        'imageSize',
        `${file} is ${height} × ${width} (height × width), expected ${wanted.height} × ${wanted.width} as the other pictures.`,
        { path: file, height, width },
      );
    }
    pairs.push({ path, picture, mask });
  }
  return pairs;
}

async function imagesOf(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch(() => {
    throw new TuneError('imageFolder', `The folder ${dir} does not exist or cannot be read.`, { path: dir });
  });
  return names.filter((name) => /\.(png|jpe?g)$/i.test(name)).sort();
}

/** Tiles row by row of each picture, and their masks of 0 and 1. */
function tiles(
  pairs: readonly Pair[],
  { height, width }: { readonly height: number; readonly width: number },
  channels: number,
  dark: boolean,
): { readonly rows: ImageRows; readonly masks: Uint8Array } {
  const cuts = pairs.flatMap(({ path, picture, mask }) => {
    const planes = toPlanes(picture, channels);
    const bright = toPlanes(mask, 1).map((v) => (v >= 128 === dark ? 0 : 1));
    const across = picture.width / width;
    return Array.from({ length: across * (picture.height / height) }, (_, k) => {
      const [top, left] = [Math.floor(k / across) * height, (k % across) * width];
      const region = { top, left, height, width, from: picture };
      return {
        path: `${path} at ${top}, ${left}`,
        bytes: cropped(planes, channels, region),
        mask: cropped(bright, 1, region),
      };
    });
  });
  const stride = channels * height * width;
  const bytes = new Uint8Array(cuts.length * stride);
  const masks = new Uint8Array(cuts.length * height * width);
  cuts.forEach((cut, i) => {
    bytes.set(cut.bytes, i * stride);
    masks.set(cut.mask, i * height * width);
  });
  const targets = new Int32Array(cuts.length);
  return { rows: { bytes, offset: 0, stride, targets, ids: (i) => cuts[i]?.path ?? '' }, masks };
}

interface Region {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  readonly from: Pick<Bitmap, 'height' | 'width'>;
}

function cropped(planes: Uint8Array, channels: number, { top, left, height, width, from }: Region): Uint8Array {
  const out = new Uint8Array(channels * height * width);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      const start = (c * from.height + top + y) * from.width + left;
      out.set(planes.subarray(start, start + width), (c * height + y) * width);
    }
  }
  return out;
}

const shareOf = (masks: Uint8Array): number => masks.reduce((sum, v) => sum + v, 0) / masks.length;
