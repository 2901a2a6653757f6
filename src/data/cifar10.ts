/**
 * `cifar10`: 60,000 colour images, 32 × 32, ten classes (Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images").
 * Official binary form: six files of 10,000 rows; a row is 3,073 bytes: the label, then 1,024 red, 1,024 green, 1,024 blue, each row by row.
 * The files stay in memory as they are on disk (184 MB); rows are read in place.
 * The archive's checksum is that of https://www.cs.toronto.edu/~kriz/cifar.html, as SHA-256 (there: MD5 c32a1d4ab5d03f1284b67883e8d87530).
 */
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isTuneError, TuneError } from '#math';
import type { Dataset } from './dataset.ts';
import { downloadArchive, type Archive, type DownloadProgress } from './download.ts';
import { imageSet, type ImageRows, type Normalization } from './image-set.ts';

const LABELS = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'] as const;
const ROW_BYTES = 1 + 3 * 32 * 32;
const TRAIN_FILES = [1, 2, 3, 4, 5].map((k) => `data_batch_${k}.bin`);
const TEST_FILES = ['test_batch.bin'];
const FILES = [...TRAIN_FILES, ...TEST_FILES];

const CIFAR10_ARCHIVE: Archive = {
  url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
  sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
  files: FILES.map((name) => ({ name, bytes: 10_000 * ROW_BYTES })),
};

export interface FindOptions {
  /** Folders that may hold cifar10/, in order; a download goes into the last one. */
  readonly dataDirs: readonly string[];
  readonly offline?: boolean | undefined;
  readonly archive?: Archive | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The folder with the six files, or null. A folder with some of them is an error that names the missing ones. */
export async function findCifar10(dataDirs: readonly string[]): Promise<string | null> {
  for (const dir of dataDirs) {
    for (const folder of [join(dir, 'cifar10'), join(dir, 'cifar10', 'cifar-10-batches-bin')]) {
      const there = await Promise.all(FILES.map((name) => isFile(join(folder, name))));
      if (!there.includes(false)) return folder;
      if (there.includes(true)) {
        const missing = FILES.filter((_, k) => !there[k]);
        throw new TuneError(
          'datasetIncomplete',
          `${folder} holds part of cifar10: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing. Add ${missing.length === 1 ? 'it' : 'them'}, or move the folder away to download anew.`,
          { folder, missing },
        );
      }
    }
  }
  return null;
}

/** Finds the files, or downloads them into the last data folder; gives the folder. */
export async function fetchCifar10(options: FindOptions): Promise<string> {
  const { dataDirs, offline = false, archive = CIFAR10_ARCHIVE, onProgress, signal } = options;
  const found = await findCifar10(dataDirs);
  if (found !== null) return found;
  const into = join(dataDirs.at(-1) ?? '.', 'cifar10');
  const missing = (why: string): TuneError =>
    new TuneError(
      'datasetMissing',
      `cifar10 is not on this machine: ${FILES[0]} … ${TRAIN_FILES.at(-1)} and ${TEST_FILES[0]} were looked for in ${dataDirs.map((dir) => join(dir, 'cifar10')).join(', ')}. ${why} ` +
        `Unpack ${archive.url} by hand into one of these folders, or name another by --data-dir.`,
      { dataset: 'cifar10', dataDirs, url: archive.url },
    );
  if (offline) throw missing('Downloading is switched off.');
  try {
    await downloadArchive(archive, { dataset: 'cifar10', into, onProgress, signal });
  } catch (error) {
    throw isTuneError(error) ? missing(error.message) : error;
  }
  return into;
}

export async function loadCifar10(
  options: FindOptions & { readonly normalize?: Normalization | undefined },
): Promise<Dataset> {
  return readCifar10(await fetchCifar10(options), options);
}

/** @internal Reads the files of one folder. Real files have 10,000 rows each. */
export async function readCifar10(
  folder: string,
  {
    normalize,
    rowsPerFile = 10_000,
  }: { readonly normalize?: Normalization | undefined; readonly rowsPerFile?: number } = {},
): Promise<Dataset> {
  const [train, test] = await Promise.all([
    readRows(folder, TRAIN_FILES, rowsPerFile),
    readRows(folder, TEST_FILES, rowsPerFile),
  ]);
  return imageSet({
    name: 'cifar10',
    description: 'CIFAR-10: photographs of ten kinds of things, 32 × 32 colour (Krizhevsky 2009)',
    task: { kind: 'classification', classes: LABELS.length, labels: LABELS },
    shape: [3, 32, 32],
    train,
    test,
    normalize,
  });
}

async function readRows(folder: string, names: readonly string[], rowsPerFile: number): Promise<ImageRows> {
  const fileBytes = rowsPerFile * ROW_BYTES;
  const bytes = new Uint8Array(names.length * fileBytes);
  await Promise.all(
    names.map((name, k) => readWhole(join(folder, name), bytes.subarray(k * fileBytes, (k + 1) * fileBytes))),
  );
  const targets = new Int32Array(names.length * rowsPerFile);
  const placeOf = (row: number): string => `${names[Math.floor(row / rowsPerFile)] ?? ''} row ${row % rowsPerFile}`;
  for (let row = 0; row < targets.length; row++) {
    const label = bytes[row * ROW_BYTES] ?? 0;
    if (label >= LABELS.length) {
      const inFile = row % rowsPerFile;
      throw new TuneError(
        'badFile',
        `${join(folder, names[Math.floor(row / rowsPerFile)] ?? '')}: row ${inFile} (byte ${inFile * ROW_BYTES}) has label ${label}, expected 0 to 9: the file is damaged or not in the CIFAR-10 binary form.`,
        { folder, row: inFile, label },
      );
    }
    targets[row] = label;
  }
  return { bytes, offset: 1, stride: ROW_BYTES, targets, ids: placeOf };
}

async function readWhole(path: string, into: Uint8Array): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size !== into.length) {
      const whole = Math.floor(size / ROW_BYTES);
      const how =
        size < into.length ? `it ends in row ${whole} (of rows 0 to ${into.length / ROW_BYTES - 1})` : 'it is too long';
      throw new TuneError(
        'badFile',
        `${path} has ${size.toLocaleString('en')} bytes, expected ${into.length.toLocaleString('en')} (${(into.length / ROW_BYTES).toLocaleString('en')} rows of 3,073): ${how}.`,
        { path, size, expected: into.length },
      );
    }
    for (let at = 0; at < into.length;) {
      const { bytesRead } = await file.read(into, at, into.length - at, at);
      if (bytesRead === 0)
        throw new TuneError('badFile', `${path} ended at byte ${at} while it was read; expected ${into.length}.`, {
          path,
        });
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (s) => s.isFile(),
    () => false,
  );
