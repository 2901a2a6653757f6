/**
 * A data set out of arrays that the caller has in memory: for library users, and for tests of the trainer.
 * Uint8Array with shape [C, H, W] is taken as 8-bit images (standardised unless told otherwise); everything else as plain numbers (left as they are).
 */
import { TuneError } from '#math';
import {
  placeIn,
  rowSize,
  type ArrayPreprocessing,
  type Dataset,
  type Encoder,
  type FeatureProfile,
  type PlainTask,
  type Split,
} from './dataset.ts';
import { imageSet, type ImageRows, type Normalization } from './image-set.ts';
import { meanStd, profileOf, range } from './profile.ts';
import { splitData } from './split-data.ts';

export interface ArrayPart {
  readonly x: Float32Array | Uint8Array; // [rows, …inputShape]
  readonly y: ArrayLike<number>; // [rows]: class numbers from 0, or the target
}

export type FromArraysOptions = ArrayPart & {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly test?: ArrayPart;
  readonly normalize?: Normalization;
  readonly description?: string;
} & (
    | { readonly labels: readonly string[]; readonly target?: never }
    | { readonly target: string; readonly labels?: never }
  );

export function fromArrays(options: FromArraysOptions): Dataset {
  const { name, inputShape, normalize, description = 'arrays in memory' } = options;
  const task: PlainTask =
    options.labels !== undefined
      ? { kind: 'classification', classes: options.labels.length, labels: options.labels }
      : { kind: 'regression', target: options.target };
  if (inputShape.length === 0 || !inputShape.every((n) => Number.isSafeInteger(n) && n > 0)) {
    throw new TuneError(
      'badArrays',
      `fromArrays("${name}"): inputShape must hold whole numbers of at least 1; got [${inputShape.join(', ')}].`,
    );
  }
  const train = checkedPart(name, 'train', options, inputShape, task);
  const test = options.test === undefined ? null : checkedPart(name, 'test', options.test, inputShape, task);
  const [channels, height, width] = inputShape;
  if (
    train.x instanceof Uint8Array &&
    channels !== undefined &&
    height !== undefined &&
    width !== undefined &&
    inputShape.length === 3
  ) {
    if (test !== null && !(test.x instanceof Uint8Array)) {
      throw new TuneError('badArrays', `fromArrays("${name}"): x of test must be a Uint8Array as that of train.`);
    }
    const size = rowSize(inputShape);
    const rows = (part: CheckedPart | null): ImageRows | null =>
      part?.x instanceof Uint8Array ? { bytes: part.x, offset: 0, stride: size, targets: part.targets } : null;
    const trainRows: ImageRows = { bytes: train.x, offset: 0, stride: size, targets: train.targets };
    return imageSet({
      name,
      description,
      task,
      shape: [channels, height, width],
      train: trainRows,
      test: rows(test),
      normalize,
    });
  }
  return arraySet(name, description, task, inputShape, train, test, normalize ?? 'none');
}

interface CheckedPart {
  readonly x: Float32Array | Uint8Array;
  readonly targets: Int32Array | Float32Array;
}

function checkedPart(
  name: string,
  part: string,
  { x, y }: ArrayPart,
  shape: readonly number[],
  task: PlainTask,
): CheckedPart {
  const size = rowSize(shape);
  if (y.length === 0 || x.length !== y.length * size) {
    throw new TuneError(
      'badArrays',
      `fromArrays("${name}"): ${part} has ${y.length} targets and inputShape [${shape.join(', ')}], so x must hold ${y.length * size} numbers; got ${x.length}.`,
    );
  }
  for (let i = 0; i < y.length; i++) {
    const value = y[i] ?? NaN;
    const valid =
      task.kind === 'regression'
        ? Number.isFinite(value)
        : Number.isInteger(value) && value >= 0 && value < task.classes;
    if (!valid) {
      const wanted = task.kind === 'regression' ? 'a finite number' : `a class number from 0 to ${task.classes - 1}`;
      throw new TuneError('badArrays', `fromArrays("${name}"): y[${i}] of ${part} must be ${wanted}; got ${value}.`, {
        at: i,
      });
    }
  }
  const bad = x instanceof Float32Array ? x.findIndex((value) => !Number.isFinite(value)) : -1;
  if (bad >= 0) {
    const sample = Math.floor(bad / size);
    throw new TuneError(
      'badArrays',
      `fromArrays("${name}"): x[${bad}] of ${part}, which is ${placeIn(shape, bad % size)} of sample ${sample}, must be a finite number; got ${x[bad]}.`,
      { at: bad, sample },
    );
  }
  return { x, targets: task.kind === 'classification' ? Int32Array.from(y) : Float32Array.from(y) };
}

function arraySet(
  name: string,
  description: string,
  task: PlainTask,
  shape: readonly number[],
  trainPart: CheckedPart,
  testPart: CheckedPart | null,
  normalize: Normalization,
): Dataset {
  const size = rowSize(shape);
  const asSplit = ({ targets }: CheckedPart): Split => ({ size: targets.length, targets });
  const train = asSplit(trainPart);
  const test = testPart === null ? null : asSplit(testPart);
  const partOf = splitData<CheckedPart>(name, [
    [train, trainPart],
    [test, testPart],
  ]);
  // Channels of a [C, H, W] row are standardised as a whole, features of a flat row one by one.
  const groups = shape[0] ?? 1;
  const run = size / groups;
  const valuesOf = (group: number, indices: Int32Array): Float64Array => {
    const values = new Float64Array(indices.length * run);
    indices.forEach((row, k) => {
      const start = row * size + group * run;
      for (let j = 0; j < run; j++) values[k * run + j] = trainPart.x[start + j] ?? 0;
    });
    return values;
  };
  const fit = (trainIndices: Int32Array): Encoder => {
    const stats =
      normalize === 'standardize' ? Array.from({ length: groups }, (_, g) => meanStd(valuesOf(g, trainIndices))) : null;
    const unit = { mean: Array<number>(groups).fill(0), std: Array<number>(groups).fill(255) };
    const preprocessing: ArrayPreprocessing = {
      kind: 'array',
      shape,
      ...(stats && { mean: stats.map((s) => s.mean), std: stats.map((s) => s.std) }),
      ...(normalize === 'unit' && unit),
    };
    return {
      preprocessing,
      targetScale:
        task.kind === 'regression' ? meanStd(Float64Array.from(trainIndices, (i) => train.targets[i] ?? 0)) : null,
      read(split, indices, into) {
        const { x } = partOf(split);
        indices.forEach((row, k) =>
          encodeArray(preprocessing, x.subarray(row * size, (row + 1) * size), into, k * size),
        );
      },
    };
  };
  const dataset: Dataset = {
    name,
    description,
    task,
    inputShape: shape,
    classes: task.kind === 'classification' ? task.classes : 1,
    train,
    test,
    fit,
    profile() {
      const all = Int32Array.from({ length: train.size }, (_, i) => i);
      const features = Array.from({ length: groups }, (_, g): FeatureProfile => {
        const values = valuesOf(g, all);
        return {
          name: `${shape.length === 1 ? 'feature' : 'channel'} ${g}`,
          kind: 'number',
          ...range(values),
          ...meanStd(values),
          missing: 0,
        };
      });
      return profileOf(dataset, features);
    },
  };
  return dataset;
}

/** @internal Writes one row at into[at …]. */
export function encodeArray(
  { shape, mean, std }: ArrayPreprocessing,
  row: ArrayLike<number>,
  into: Float32Array,
  at: number,
): void {
  const size = rowSize(shape);
  if (mean === undefined || std === undefined) {
    for (let j = 0; j < size; j++) into[at + j] = row[j] ?? 0;
    return;
  }
  const run = size / (shape[0] ?? 1);
  for (let j = 0; j < size; j++) {
    const group = Math.floor(j / run);
    into[at + j] = ((row[j] ?? 0) - (mean[group] ?? 0)) / (std[group] ?? 1);
  }
}
