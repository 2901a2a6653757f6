/**
 * A data set of recordings: a row is the log-mel spectrogram of a clip, [1, mels, frames], standardised by one mean and one spread over all numbers
 * of the training rows, so that it is a gray picture to a model. Spectrograms are computed once, when the set is made, and stay in memory:
 * rows · mels · frames · 4 bytes.
 */
import { TuneError } from '#math';
import type { AudioPreprocessing, Dataset, Encoder, FeatureProfile, Split, Task } from '../dataset.ts';
import { meanStd, profileOf, range } from '../profile.ts';
import { splitData } from '../split-data.ts';
import { logMel, melFrames, type MelShape } from './log-mel.ts';
import { readWav, type Recording } from './wav.ts';

export interface AudioRows {
  readonly clips: readonly Recording[];
  readonly targets: Int32Array;
  readonly ids: (i: number) => string;
}

export interface AudioSetOptions {
  readonly name: string;
  readonly description: string;
  readonly task: Task & { readonly kind: 'classification' };
  readonly shape: MelShape;
  readonly train: AudioRows;
  readonly test: AudioRows | null;
  readonly validation?: Int32Array | undefined;
  readonly notes: readonly string[];
}

interface Spectrograms {
  readonly values: Float32Array;
}

export function audioSet({ name, description, task, shape, notes, ...parts }: AudioSetOptions): Dataset {
  const frames = melFrames(shape);
  const size = shape.mels * frames;
  const write = logMel(shape);
  const spectrograms = ({ clips }: AudioRows): Spectrograms => {
    const values = new Float32Array(clips.length * size);
    clips.forEach(({ samples }, i) => write(samples, values, i * size));
    return { values };
  };
  const [train, test] = [asSplit(parts.train), parts.test === null ? null : asSplit(parts.test)];
  const trainRows = spectrograms(parts.train);
  const rowsOf = splitData<Spectrograms>(name, [
    [train, trainRows],
    [test, parts.test === null ? null : spectrograms(parts.test)],
  ]);
  const fit = (trainIndices: Int32Array): Encoder => {
    const { mean, std } = meanStdOfRows(trainRows.values, trainIndices, size);
    const preprocessing: AudioPreprocessing = { kind: 'audio', ...shape, mean: [mean], std: [std] };
    return {
      preprocessing,
      targetScale: null,
      read(split, indices, into) {
        const { values } = rowsOf(split);
        indices.forEach((row, k) => {
          for (let j = 0; j < size; j++) into[k * size + j] = ((values[row * size + j] ?? 0) - mean) / std;
        });
      },
    };
  };
  const seconds = Float64Array.from(parts.train.clips, ({ samples }) => samples.length / shape.sampleRate);
  const dataset: Dataset = {
    name,
    description,
    task,
    inputShape: [1, shape.mels, frames],
    classes: task.classes,
    train,
    test,
    ...(parts.validation && { validation: parts.validation }),
    fit,
    profile: () => profileOf(dataset, [{ name: 'seconds', kind: 'number', ...spread(seconds), missing: 0 }], notes),
  };
  return dataset;
}

/** @internal One WAV file as a row. */
export function encodeWav(preprocessing: AudioPreprocessing, bytes: Uint8Array, where: string): Float32Array {
  const { mels, sampleRate, mean, std } = preprocessing;
  const recording = readWav(bytes, where);
  if (recording.sampleRate !== sampleRate) {
    throw new TuneError(
      'badAudio',
      `${where} has ${recording.sampleRate} samples a second, this model takes ${sampleRate}: convert the file.`,
      { path: where, sampleRate: recording.sampleRate },
    );
  }
  const row = new Float32Array(mels * melFrames(preprocessing));
  logMel(preprocessing)(recording.samples, row, 0);
  return row.map((value) => (value - (mean[0] ?? 0)) / (std[0] ?? 1));
}

const spread = (values: Float64Array): Omit<FeatureProfile & { kind: 'number' }, 'name' | 'kind' | 'missing'> => ({
  ...range(values),
  ...meanStd(values),
});

/** Two passes in float64 without a copy of the rows. */
function meanStdOfRows(values: Float32Array, rows: Int32Array, size: number): { mean: number; std: number } {
  const count = rows.length * size;
  let sum = 0;
  for (const row of rows) for (let j = 0; j < size; j++) sum += values[row * size + j] ?? 0;
  const mean = count === 0 ? 0 : sum / count;
  let squares = 0;
  for (const row of rows) for (let j = 0; j < size; j++) squares += ((values[row * size + j] ?? 0) - mean) ** 2;
  const std = count === 0 ? 0 : Math.sqrt(squares / count);
  return { mean, std: std > 1e-9 ? std : 1 };
}

const asSplit = ({ targets, ids }: AudioRows): Split => ({ size: targets.length, targets, ids });
