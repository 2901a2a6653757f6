/**
 * What a data set is to the trainer: rows with targets, a fixed test part, and an encoder that turns rows into the numbers a model reads.
 * Nothing is learned before `fit(trainIndices)`: means, fills and medians come from those rows only, never from validation or test rows.
 * A new kind of data is a new `Preprocessing` member, its encoder, and a loader.
 */

export type Task =
  | { readonly kind: 'classification'; readonly classes: number; readonly labels: readonly string[] }
  | { readonly kind: 'regression'; readonly target: string }
  /** A mask for each label, 1 where the picture shows it: [labels, height, width] for each row. */
  | { readonly kind: 'segmentation'; readonly labels: readonly string[] }
  /** The tokens of another sequence, and an end, up to `length`; numbers below `vocabulary`, 0 is padding. */
  | { readonly kind: 'sequence'; readonly length: number; readonly vocabulary: number };

/** One class or number a row. */
export type PlainTask = Extract<Task, { kind: 'classification' | 'regression' }>;

/** Outputs that a model needs for each position of its target. */
export function outputsOf(task: Task): number {
  switch (task.kind) {
    case 'classification':
      return task.classes;
    case 'regression':
      return 1;
    case 'segmentation':
      return task.labels.length;
    case 'sequence':
      return task.vocabulary;
  }
}

/** Rows in file order. Class numbers are int32, regression targets float32. */
export interface Split {
  readonly size: number;
  /** [size]; all 0 where targets are masks or sequences, which `Encoder.readTargets` writes. */
  readonly targets: Int32Array | Float32Array;
  /** Where row i came from (a file, a line): for messages and for looking at mistakes. */
  readonly ids?: (i: number) => string;
}

export interface Dataset {
  readonly name: string;
  readonly description: string;
  readonly task: Task;
  /** Shape of one encoded row: [channels, height, width], [features], or [tokens]. */
  readonly inputShape: readonly number[];
  /** Of texts: token numbers are below this, 0 is padding. */
  readonly vocabulary?: number;
  /** Of tables: how many inputs each column became, in order; together they are the inputs. */
  readonly columns?: readonly number[];
  /** Outputs a model needs: the number of classes, masks or target tokens, or 1 for regression. */
  readonly classes: number;
  readonly train: Split;
  readonly test: Split | null;
  /** Rows of `train` that the set itself names as its validation part (sorted); `trainValidation` respects it. */
  readonly validation?: Int32Array;
  readonly fit: (trainIndices: Int32Array) => Encoder;
  readonly profile: () => DatasetProfile;
}

export interface Encoder {
  /** All that is needed to encode a new row later; plain JSON. */
  readonly preprocessing: Preprocessing;
  /** Mean and standard deviation of a regression target over the training rows (std is 1 if constant); null for classes. */
  readonly targetScale: { readonly mean: number; readonly std: number } | null;
  /** Writes row indices[k] of `split` at into[k · rowSize …]; `into` holds at least indices.length rows. */
  readonly read: (split: Split, indices: Int32Array, into: Float32Array) => void;
  /** Masks or sequences of rows, each as large as `targetShape` says; not there where a target is a number of `Split.targets`. */
  readonly readTargets?: (split: Split, indices: Int32Array, into: Float32Array | Int32Array) => void;
}

/** Shape of the target of one row: [] for a class or a number. */
export function targetShape({ task, inputShape }: Pick<Dataset, 'task' | 'inputShape'>): readonly number[] {
  if (task.kind === 'segmentation') return [task.labels.length, ...inputShape.slice(1)];
  return task.kind === 'sequence' ? [task.length] : [];
}

/** 8-bit pixels; channel c of a pixel v becomes (v · scale − mean[c]) / std[c]. */
export interface ImagePreprocessing {
  readonly kind: 'image';
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly scale: number;
  readonly mean?: readonly number[]; // [channels], after scale
  readonly std?: readonly number[]; // [channels], after scale
  /** True when the set was resized on loading, so that images of any size are taken (and resized) later. */
  readonly resize?: boolean;
}

/** Plain numbers, standardised per channel (rank 3) or per feature (rank 1) when mean and std are there. */
export interface ArrayPreprocessing {
  readonly kind: 'array';
  readonly shape: readonly number[];
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
}

/** A number column is one input, (v − mean) / std with `fill` for missing cells, and with `indicator` a second one: 1 if missing. */
export interface NumberColumn {
  readonly name: string;
  readonly kind: 'number';
  readonly mean: number;
  readonly std: number;
  readonly fill: number;
  readonly indicator: boolean;
}

/**
 * A category column is one input per category. Missing, rare and never seen values are `unknown`: a last input of their own if training
 * rows had such values, otherwise all zeros (a bucket that never fired in training would only add untrained weights).
 */
export interface CategoryColumn {
  readonly name: string;
  readonly kind: 'category';
  readonly categories: readonly string[];
  readonly unknown: boolean;
}

export interface TablePreprocessing {
  readonly kind: 'table';
  readonly columns: readonly (NumberColumn | CategoryColumn)[];
}

/** A text as the numbers of its first `length` tokens: 0 padding, 1 unknown, 2 + i for words[i]. */
export interface TextPreprocessing {
  readonly kind: 'text';
  /** The column of the text in tables of new rows. */
  readonly column: string;
  readonly length: number;
  readonly words: readonly string[];
}

/** A recording as its log-mel spectrogram [1, mels, frames], (v − mean[0]) / std[0]; see audio/log-mel.ts. */
export interface AudioPreprocessing {
  readonly kind: 'audio';
  /** Samples a second. */
  readonly sampleRate: number;
  /** Length that every clip is brought to. */
  readonly samples: number;
  readonly mels: number;
  readonly mean: readonly number[]; // [1]
  readonly std: readonly number[]; // [1]
}

/** Two texts as numbers; see pair-set.ts. */
export interface PairPreprocessing {
  readonly kind: 'pair';
  /** S and T. */
  readonly sourceLength: number;
  readonly targetLength: number;
  readonly sourceWords: readonly string[];
  /** The marks of start and end first. */
  readonly targetWords: readonly string[];
}

export type Preprocessing =
  | ImagePreprocessing
  | ArrayPreprocessing
  | TablePreprocessing
  | TextPreprocessing
  | AudioPreprocessing
  | PairPreprocessing;

/** One number column, image channel, category column, or text as `attune data info` shows it. */
export type FeatureProfile =
  | {
      readonly name: string;
      readonly kind: 'number';
      readonly min: number;
      readonly max: number;
      readonly mean: number;
      readonly std: number;
      readonly missing: number;
    }
  | {
      readonly name: string;
      readonly kind: 'category';
      readonly categories: number;
      readonly mostFrequent: string;
      /** Missing and rare values together: all that falls into `unknown`. */
      readonly missing: number;
    }
  | {
      readonly name: string;
      readonly kind: 'text';
      /** Words that are told apart. */
      readonly words: number;
      readonly medianTokens: number;
      readonly mostTokens: number;
      /** Texts without a token. */
      readonly missing: number;
    };

export interface DatasetProfile {
  readonly name: string;
  readonly description: string;
  readonly task: Task;
  readonly inputShape: readonly number[];
  readonly rows: { readonly train: number; readonly validation: number | null; readonly test: number | null };
  /** Rows per class in train and test; null for regression. */
  readonly balance: readonly { readonly label: string; readonly train: number; readonly test: number }[] | null;
  /** Range of a regression target over train; null for classes. */
  readonly target: { readonly min: number; readonly max: number; readonly mean: number; readonly std: number } | null;
  readonly features: readonly FeatureProfile[];
  /** Things a reader should know: columns left out and why, duplicates, imbalance. */
  readonly notes: readonly string[];
}

/** @internal Numbers per encoded row. */
export const rowSize = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** @internal Where a number of an encoded row stands, in words: `column "age"`, `column 3`, or `the number at [0, 4, 2]`. */
export function placeIn(shape: readonly number[], position: number, preprocessing?: Preprocessing): string {
  if (preprocessing?.kind === 'table') {
    let end = 0;
    const column = preprocessing.columns.find((one) => (end += columnWidth(one)) > position);
    if (column !== undefined) return `column "${column.name}"`;
  }
  if (shape.length === 1) return `column ${position}`;
  const strides = shape.map((_, axis) => rowSize(shape.slice(axis + 1)));
  return `the number at [${shape.map((n, axis) => Math.floor(position / (strides[axis] ?? 1)) % n).join(', ')}]`;
}

/** @internal Inputs that a column of a table becomes. */
export const columnWidth = (
  column: Pick<NumberColumn, 'kind' | 'indicator'> | Pick<CategoryColumn, 'kind' | 'categories' | 'unknown'>,
): number =>
  column.kind === 'number' ? 1 + Number(column.indicator) : column.categories.length + Number(column.unknown);
