/**
 * Pairs of texts out of files: two files with a line each, or one file of lines `source TAB target`.
 * Rows are held out by their source text: a sentence with several translations is wholly on one side.
 */
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { createRng, TuneError } from '#math';
import type { Dataset } from './dataset.ts';
import { pairSet, type PairRows } from './pair-set.ts';

/** Two files with a line each, or one of lines `source TAB target`. */
export type PairFiles = string | readonly [source: string, target: string];

export interface PairSpec {
  readonly pairs: PairFiles;
  readonly validation?: PairFiles;
  /** Files, or a share of the sources; default 0.1, 0 for none. */
  readonly test?: PairFiles | number;
  /** Tokens of a side that are read at most. Default 32. */
  readonly maxLength?: number;
  /** Numbers for the words of a side at most. Default 10,000. */
  readonly vocabularySize?: number;
  /** Default: the name of the first file without its ending. */
  readonly name?: string;
}

export async function loadPairs(spec: PairSpec): Promise<Dataset> {
  const { pairs, test = 0.1, maxLength = 32, vocabularySize = 10_000 } = spec;
  for (const [option, value] of Object.entries({ maxLength, vocabularySize })) {
    if (Number.isSafeInteger(value) && value >= 5) continue;
    throw new TuneError('datasetSpec', `dataset.${option} must be a whole number of at least 5; got ${value}.`, {
      value,
    });
  }
  let train = await readPairs(pairs);
  const first = typeof pairs === 'string' ? pairs : pairs[0];
  const count = train.sources.length;
  let held: PairRows | null = null;
  if (typeof test === 'number') {
    if (test > 0) [train, held] = splitBySource(train, test);
  } else held = await readPairs(test);
  const own = train.sources.length;
  const validation = spec.validation === undefined ? null : await readPairs(spec.validation);
  return pairSet({
    name: spec.name ?? basename(first).replace(/\.[^.]*$/, ''),
    description: `${count.toLocaleString('en')} pairs of texts, from ${resolve(first)}`,
    train: validation === null ? train : joined(train, validation),
    test: held,
    validation: validation === null ? undefined : Int32Array.from(validation.sources, (_, i) => own + i),
    maxLength,
    vocabularySize,
  });
}

async function readPairs(files: PairFiles): Promise<PairRows> {
  if (typeof files === 'string') {
    const path = resolve(files);
    const lines = await linesOf(path);
    const cells = lines.map((line, i) => {
      const [source, target, more] = line.split('\t');
      if (source !== undefined && target !== undefined && more === undefined) return [source, target] as const;
      const message = `${path}, line ${i + 1} has ${line.split('\t').length} cells, expected a source, a tab and a target.`;
      throw new TuneError('badFile', message, { path, line: i + 1 });
    });
    const ids = (i: number): string => `${path}, line ${i + 1}`;
    return { sources: cells.map(([source]) => source), targets: cells.map(([, target]) => target), ids };
  }
  const [source, target] = [resolve(files[0]), resolve(files[1])];
  const [sources, targets] = [await linesOf(source), await linesOf(target)];
  if (sources.length !== targets.length) {
    throw new TuneError(
      'badFile',
      `${source} has ${sources.length} lines and ${target} has ${targets.length}: they must be pairs, line by line.`,
      { lines: [sources.length, targets.length] },
    );
  }
  return { sources, targets, ids: (i) => `${source}, line ${i + 1}` };
}

async function linesOf(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new TuneError('badFile', `The file ${path} does not exist or cannot be read.`, { path });
  });
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length === 0) throw new TuneError('badFile', `${path} is empty.`, { path });
  return lines;
}

/** A share of the different sources is set aside, by a fixed seed. */
function splitBySource(rows: PairRows, share: number): [PairRows, PairRows] {
  const sources = createRng('pairs/test').shuffle([...new Set(rows.sources)]);
  const held = new Set(sources.slice(0, Math.max(1, Math.round(share * sources.length))));
  const all = rows.sources.map((_, i) => i);
  const choose = (wanted: boolean): PairRows =>
    picked(
      rows,
      all.filter((i) => held.has(rows.sources[i] ?? '') === wanted),
    );
  return [choose(false), choose(true)];
}

const picked = ({ sources, targets, ids }: PairRows, rows: readonly number[]): PairRows => ({
  sources: rows.map((i) => sources[i] ?? ''),
  targets: rows.map((i) => targets[i] ?? ''),
  ids: (i) => ids(rows[i] ?? 0),
});

const joined = (a: PairRows, b: PairRows): PairRows => ({
  sources: [...a.sources, ...b.sources],
  targets: [...a.targets, ...b.targets],
  ids: (i) => (i < a.sources.length ? a.ids(i) : b.ids(i - a.sources.length)),
});
