/**
 * `sst2`: sentences of film reviews, negative or positive. Socher et al. 2013 (EMNLP), the binary task: 6,920 to train, 872 to
 * validate, 1,821 to test. Files: train.tsv, dev.tsv, test.tsv, each with the columns label (0, 1) and text.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TuneError } from '#math';
import type { Dataset } from './dataset.ts';
import { loadText } from './text.ts';

const FILES = ['train.tsv', 'dev.tsv', 'test.tsv'];

/** The folder with the three files, or null. */
export async function findSst2(dataDirs: readonly string[]): Promise<string | null> {
  for (const dir of dataDirs) {
    const folder = join(dir, 'sst2');
    const there = await Promise.all(FILES.map((name) => isFile(join(folder, name))));
    if (!there.includes(false)) return folder;
  }
  return null;
}

/** The folder; the set has no address of its own to be fetched from. */
export async function requireSst2({ dataDirs }: { readonly dataDirs: readonly string[] }): Promise<string> {
  const folder = await findSst2(dataDirs);
  if (folder !== null) return folder;
  throw new TuneError(
    'datasetMissing',
    `The data set "sst2" is not here and is not downloaded: put ${FILES.join(', ')}, with the columns label and text, into ${join(dataDirs.at(-1) ?? '.', 'sst2')}.`,
    { dataset: 'sst2', files: FILES },
  );
}

export async function loadSst2(options: { readonly dataDirs: readonly string[] }): Promise<Dataset> {
  const folder = await requireSst2(options);
  const file = (name: string): string => join(folder, name);
  return loadText(
    { text: file('train.tsv'), validation: file('dev.tsv'), test: file('test.tsv'), target: 'label', name: 'sst2' },
    'sentences of film reviews, 0 negative and 1 positive (Stanford Sentiment Treebank)',
  );
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (s) => s.isFile(),
    () => false,
  );
