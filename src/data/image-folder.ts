/**
 * A data set of images sorted into folders by class (layouts: class-files.ts).
 * A folder without a test part has a fifth of its training images set aside as test rows, by a fixed seed, each class in proportion.
 * The set is gray when every image has R = G = B, else colour. All images must have one size, or `size` resizes them on loading.
 * Decoded images stay in memory: rows · channels · height · width bytes.
 */
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { createRng, TuneError } from '#math';
import type { Dataset } from './dataset.ts';
import { decodeImage, isGray, toPlanes, type ImageSize } from './decode-image.ts';
import { type ClassFile, findClassFiles } from './class-files.ts';
import { imageSet, type ImageRows, type Normalization } from './image-set.ts';
import { splitIndices } from './split.ts';

export interface ImageFolderSpec {
  /** The folder. */
  readonly images: string;
  /** Resize to this on loading (needs sharp): side length, or [height, width]. */
  readonly size?: number | readonly [height: number, width: number];
  /** Default: decided from the files. */
  readonly channels?: 1 | 3;
  /** Share of test rows when the folder has no test part; default 0.2, 0 for none. */
  readonly test?: number;
  readonly normalize?: Normalization;
  /** Default: the folder's name. */
  readonly name?: string;
}

/** Files read and decoded at the same time. */
const AT_ONCE = 8;

interface DecodedImage extends ClassFile, ImageSize {
  /** One plane when gray (or gray was asked for), else three. */
  readonly planes: Uint8Array;
  readonly gray: boolean;
}

export async function loadImageFolder(spec: ImageFolderSpec): Promise<Dataset> {
  const root = resolve(spec.images);
  const size = sizeOf(spec.size);
  const files = await findClassFiles(root, 'images');
  const notes = [...files.notes];

  // Decoded in the order of the paths, before the split: messages name the first file that is wrong.
  const decoded = await decodeAll(
    [...files.train, ...(files.validation ?? []), ...(files.test ?? [])],
    size,
    spec.channels,
  );
  const trainEnd = files.train.length;
  const validationEnd = trainEnd + (files.validation?.length ?? 0);
  let train = decoded.slice(0, trainEnd);
  const validation = decoded.slice(trainEnd, validationEnd);
  let test = files.test === null ? null : decoded.slice(validationEnd);
  const share = spec.test ?? 0.2;
  if (test === null && share > 0) {
    const targets = Int32Array.from(train, (image) => image.label);
    const split = splitIndices(targets, { fraction: share, rng: createRng('images/test') });
    const held = new Set(split.validation);
    test = train.filter((_, i) => held.has(i));
    train = train.filter((_, i) => !held.has(i));
    notes.push(`${test.length} of the ${trainEnd} training images were set aside as test rows (fixed)`);
  }
  const { height, width } = decoded[0] ?? { height: 0, width: 0 };
  const channels = spec.channels ?? (decoded.every((image) => image.gray) ? 1 : 3);
  const rows = (images: readonly DecodedImage[]): ImageRows => packed(images, channels, height * width);
  return imageSet({
    name: spec.name ?? basename(root),
    description: `${decoded.length.toLocaleString('en')} images by folder, ${height} × ${width} ${channels === 1 ? 'gray' : 'colour'}, from ${root}`,
    task: { kind: 'classification', classes: files.labels.length, labels: files.labels },
    shape: [channels, height, width],
    train: rows([...train, ...validation]),
    test: test === null ? null : rows(test),
    validation: files.validation === null ? undefined : Int32Array.from(validation, (_, i) => train.length + i),
    normalize: spec.normalize,
    resize: size !== undefined,
    notes,
  });
}

/** Decodes in the order of the list; of several bad images the first of the list is reported. */
async function decodeAll(
  files: readonly ClassFile[],
  size: ImageSize | undefined,
  channels: 1 | 3 | undefined,
): Promise<DecodedImage[]> {
  const decode = async (file: ClassFile): Promise<DecodedImage> => {
    const bitmap = await decodeImage(await readFile(file.path), file.path, { size });
    const gray = isGray(bitmap);
    const planes = toPlanes(bitmap, gray || channels === 1 ? 1 : 3);
    return { ...file, height: bitmap.height, width: bitmap.width, planes, gray };
  };
  const [firstFile] = files;
  if (firstFile === undefined) return [];
  const first = await decode(firstFile);
  const images = [first];
  const failures = new Map<number, unknown>();
  let next = 1;
  const work = async (): Promise<void> => {
    while (failures.size === 0) {
      const i = next++;
      const file = files[i];
      if (file === undefined) return;
      try {
        const image = await decode(file);
        if (image.height !== first.height || image.width !== first.width) throw wrongSize(image, first);
        images[i] = image;
      } catch (error) {
        failures.set(i, error);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (failures.size > 0) throw failures.get(Math.min(...failures.keys()));
  return images;
}

const wrongSize = (image: DecodedImage, first: DecodedImage): TuneError =>
  new TuneError(
    'imageSize',
    `${image.path} is ${image.height} × ${image.width} (height × width), expected ${first.height} × ${first.width} as ${first.path}: give all images one size, or set \`size\` to resize them on loading.`,
    {
      path: image.path,
      height: image.height,
      width: image.width,
      expected: { height: first.height, width: first.width },
    },
  );

function packed(images: readonly DecodedImage[], channels: number, plane: number): ImageRows {
  const stride = channels * plane;
  const bytes = new Uint8Array(images.length * stride);
  images.forEach(({ planes }, row) => {
    // A gray image in a colour set has its one plane three times.
    for (let at = 0; at < stride; at += planes.length) bytes.set(planes, row * stride + at);
  });
  return {
    bytes,
    offset: 0,
    stride,
    targets: Int32Array.from(images, (image) => image.label),
    ids: (row) => images[row]?.path ?? '',
  };
}

function sizeOf(size: ImageFolderSpec['size']): ImageSize | undefined {
  if (size === undefined) return undefined;
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  if (![height, width].every((n) => Number.isSafeInteger(n) && n > 0)) {
    throw new TuneError(
      'imageSize',
      `size must be a side length or [height, width] in whole pixels; got ${JSON.stringify(size)}.`,
      { size },
    );
  }
  return { height, width };
}
