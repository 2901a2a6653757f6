/**
 * A data set of WAV files. Two ways to say what a file holds:
 *   folders   DIR/<class>/*.wav, or DIR/train/<class>/*.wav with optional validation and test beside it (class-files.ts)
 *   names     DIR/*.wav and a pattern such as '{label}_{speaker}_{index}': `label` is the class, and any other field can hold rows out,
 *             test: { speaker: 'theo' }, so that a model is judged on a voice it has never heard
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { createRng, didYouMean, TuneError } from '#math';
import { findClassFiles } from '../class-files.ts';
import type { Dataset } from '../dataset.ts';
import { sortLabels } from '../labels.ts';
import { splitIndices } from '../split.ts';
import { audioSet, type AudioRows } from './audio-set.ts';
import { readWav, type Recording } from './wav.ts';

/** Rows by a field of their names: every field must have the value, or one of the values. */
export type NameFilter = Readonly<Record<string, string | readonly string[]>>;

export interface AudioFolderSpec {
  /** The folder. */
  readonly audio: string;
  /** What names of files say, without the ending; `{label}` is the class. Without it classes are folders. */
  readonly pattern?: string;
  /** Share of the clips, or, with a pattern, which ones. Default 0.2, 0 for none; not used if the folder has a test part. */
  readonly test?: number | NameFilter;
  /** With a pattern: which clips are to validate. */
  readonly validation?: NameFilter;
  /** Length that every clip is brought to. Default 1. */
  readonly seconds?: number;
  /** Bands of the spectrogram. Default 40. */
  readonly mels?: number;
  /** Default: the folder's name. */
  readonly name?: string;
}

type Part = 'train' | 'validation' | 'test';

interface Clip {
  readonly path: string;
  readonly label: number;
  readonly part: Part;
}

interface Clips {
  readonly labels: readonly string[];
  readonly clips: readonly Clip[];
  /** Whether the files say which clips are to test. */
  readonly hasTest: boolean;
  readonly notes: readonly string[];
}

export async function loadAudioFolder(spec: AudioFolderSpec): Promise<Dataset> {
  const root = resolve(spec.audio);
  const { seconds = 1, mels = 40, pattern, test = 0.2 } = spec;
  if (!(seconds >= 0.05 && seconds <= 600)) throw badOption('seconds', 'a number of seconds in [0.05, 600]', seconds);
  if (!(Number.isSafeInteger(mels) && mels >= 1)) throw badOption('mels', 'a whole number >= 1', mels);
  if (pattern === undefined && (typeof test === 'object' || spec.validation !== undefined)) {
    throw new TuneError('datasetSpec', 'dataset.test and dataset.validation by fields of names need dataset.pattern.');
  }
  const found = pattern === undefined ? await byFolders(root) : await byNames(root, pattern, spec);
  const recordings = new Map<Clip, Recording>();
  for (const clip of found.clips) recordings.set(clip, readWav(await readFile(clip.path), clip.path));
  const sampleRate = commonRate(recordings);

  const part = (wanted: Part): Clip[] => found.clips.filter((clip) => clip.part === wanted);
  let train = part('train');
  let held = part('test');
  const notes = [...found.notes];
  if (!found.hasTest && typeof test === 'number' && test > 0) {
    const targets = Int32Array.from(train, ({ label }) => label);
    const split = splitIndices(targets, { fraction: test, rng: createRng('audio/test') });
    const choose = (rows: Int32Array): Clip[] => train.filter((_, i) => rows.includes(i));
    notes.push(`${split.validation.length} of the ${train.length} training clips were set aside as test rows (fixed)`);
    [train, held] = [choose(split.train), choose(split.validation)];
  }
  const validation = part('validation');
  const rows = (clips: readonly Clip[]): AudioRows => ({
    clips: clips.flatMap((clip) => recordings.get(clip) ?? []),
    targets: Int32Array.from(clips, ({ label }) => label),
    ids: (i) => clips[i]?.path ?? '',
  });
  const samples = Math.round(seconds * sampleRate);
  const longer = [...recordings.values()].filter((one) => one.samples.length > samples).length;
  if (longer > 0)
    notes.push(`${longer} of ${recordings.size} clips are longer than ${seconds} s: their middle is taken`);
  return audioSet({
    name: spec.name ?? basename(root),
    description: `${recordings.size.toLocaleString('en')} recordings at ${sampleRate} Hz, from ${root}`,
    task: { kind: 'classification', classes: found.labels.length, labels: found.labels },
    shape: { sampleRate, samples, mels },
    train: rows([...train, ...validation]),
    test: held.length === 0 ? null : rows(held),
    validation: validation.length === 0 ? undefined : Int32Array.from(validation, (_, i) => train.length + i),
    notes,
  });
}

async function byFolders(root: string): Promise<Clips> {
  const { labels, train, validation, test, notes } = await findClassFiles(root, 'audio');
  const clips = (files: typeof test, part: Part): Clip[] => (files ?? []).map((file) => ({ ...file, part }));
  return {
    labels,
    clips: [...clips(train, 'train'), ...clips(validation, 'validation'), ...clips(test, 'test')],
    hasTest: test !== null,
    notes,
  };
}

async function byNames(root: string, pattern: string, { test, validation }: AudioFolderSpec): Promise<Clips> {
  const read = nameReader(pattern);
  const entries = await readdir(root).catch(() => {
    throw new TuneError('audioFolder', `The folder ${root} does not exist or cannot be read.`, { path: root });
  });
  const named = entries
    .filter((name) => /\.wav$/i.test(name))
    .sort()
    .map((name) => ({ name, fields: read(name.replace(/\.wav$/i, '')) }));
  const [stray] = named.filter(({ fields }) => fields === null);
  if (named.length === 0 || stray !== undefined) {
    const what =
      stray === undefined ? 'holds no .wav file' : `holds ${stray.name}, which is not named "${pattern}.wav"`;
    throw new TuneError('audioFolder', `${root} ${what}.`, { path: root, pattern });
  }
  const labels = sortLabels(new Set(named.map(({ fields }) => fields?.['label'] ?? '')));
  if (labels.length < 2) {
    throw new TuneError('audioFolder', `${root} has only the class "${labels[0]}": there must be at least two.`, {
      labels,
    });
  }
  const filters = (
    [
      ['test', typeof test === 'object' ? test : undefined],
      ['validation', validation],
    ] as const
  ).flatMap(([part, filter]) => (filter === undefined ? [] : [{ part, filter }]));
  const clips = named.map(({ name, fields }): Clip => {
    const part = filters.find(({ filter }) => matches(filter, fields ?? {}))?.part ?? 'train';
    return { path: join(root, name), label: labels.indexOf(fields?.['label'] ?? ''), part };
  });
  for (const { part, filter } of filters) {
    checkFields(part, filter, named[0]?.fields ?? {});
    if (clips.some((clip) => clip.part === part)) continue;
    throw new TuneError('datasetSpec', `dataset.${part}: no file of ${root} has ${JSON.stringify(filter)}.`, {
      filter,
    });
  }
  if (!clips.some(({ part }) => part === 'train')) {
    throw new TuneError('datasetSpec', `dataset.test and dataset.validation leave no clip of ${root} to train on.`);
  }
  return { labels, clips, hasTest: typeof test === 'object', notes: [] };
}

/** A name to its fields, null if it does not fit; a field takes as little as it can. */
function nameReader(pattern: string): (name: string) => Readonly<Record<string, string>> | null {
  const fields = [...pattern.matchAll(/\{(\w+)\}/g)].map(([, field]) => field ?? '');
  if (!fields.includes('label') || new Set(fields).size < fields.length) {
    throw new TuneError(
      'datasetSpec',
      `dataset.pattern must hold {label} and each field once, as "{label}_{speaker}_{index}"; got "${pattern}".`,
      { pattern },
    );
  }
  const escaped = pattern.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{(\w+)\}/g, '(?<$1>.+?)');
  const expression = new RegExp(`^${escaped}$`, 'u');
  return (name) => expression.exec(name)?.groups ?? null;
}

function matches(filter: NameFilter, fields: Readonly<Record<string, string>>): boolean {
  return Object.entries(filter).every(([field, wanted]) => [wanted].flat().includes(fields[field] ?? ''));
}

function checkFields(part: Part, filter: NameFilter, fields: Readonly<Record<string, string>>): void {
  const strange = Object.keys(filter).find((field) => !Object.hasOwn(fields, field));
  if (strange === undefined) return;
  throw new TuneError(
    'datasetSpec',
    `dataset.${part}: the pattern has no field "${strange}": ${didYouMean(strange, Object.keys(fields))}`,
    { field: strange },
  );
}

function commonRate(recordings: ReadonlyMap<Clip, Recording>): number {
  const [first] = recordings;
  const rate = first?.[1].sampleRate ?? 0;
  for (const [{ path }, { sampleRate }] of recordings) {
    if (sampleRate === rate) continue;
    throw new TuneError(
      'badAudio',
      `${path} has ${sampleRate} samples a second, expected ${rate} as ${first?.[0].path}: bring all files to one rate.`,
      { path, sampleRate, expected: rate },
    );
  }
  return rate;
}

const badOption = (option: string, wants: string, got: unknown): TuneError =>
  new TuneError('datasetSpec', `dataset.${option} must be ${wants}; got ${String(got)}.`, { [option]: got });
