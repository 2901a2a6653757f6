/**
 * What a model got right: confusion matrix, accuracy, precision, recall and F1 per class and averaged; errors of a regression.
 * Definitions as in scikit-learn 1.2 (model evaluation, §3.3.2 and §3.3.4), with two choices made on purpose:
 * a ratio 0/0 counts as 0 (`zero_division=0`), and every class of the task is averaged, also one that never occurs
 * (`labels=range(classes)`). R² of a constant target is 1 if it is hit exactly, else 0.
 *   confusion  [classes, classes]  row: true class, column: predicted class, entry: samples
 */
import type { Task } from '#data';
import { TuneError } from '#math';

/** `confusion[t][p]`: samples of class t that were taken for class p. */
export type Confusion = readonly (readonly number[])[];

export interface Scores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface ClassificationScores {
  readonly accuracy: number;
  readonly perClass: readonly (Scores & { readonly support: number })[];
  /** Mean over the classes. */
  readonly macro: Scores;
  /** From the counts of all classes together; with one label a sample all three equal the accuracy. */
  readonly micro: Scores;
  /** Mean over the classes weighted by how often each occurs. */
  readonly weighted: Scores;
  /** Of class 1; null unless there are two classes. */
  readonly binary: Scores | null;
}

/** Counts label/prediction pairs. O(samples). */
export function confusionMatrix(labels: ArrayLike<number>, predictions: ArrayLike<number>, classes: number): Confusion {
  if (labels.length !== predictions.length) {
    throw new TuneError('metrics', `${labels.length} labels but ${predictions.length} predictions: give one each.`);
  }
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < labels.length; i++) {
    const row = counts[labels[i] ?? -1];
    const predicted = predictions[i] ?? -1;
    if (row?.[predicted] === undefined) {
      throw new TuneError(
        'metrics',
        `Sample ${i} has label ${labels[i]} and prediction ${predictions[i]}: both must be 0 to ${classes - 1}.`,
      );
    }
    row[predicted]++;
  }
  return counts;
}

/** Share of the samples on the diagonal. */
export function accuracy(confusion: Confusion): number {
  const total = confusion.reduce((sum, row) => sum + sumOf(row), 0);
  return ratio(
    confusion.reduce((sum, row, k) => sum + (row[k] ?? 0), 0),
    total,
  );
}

/** All scores of a confusion matrix. */
export function classificationScores(confusion: Confusion): ClassificationScores {
  const perClass = confusion.map((row, k) => {
    const hits = row[k] ?? 0;
    const support = sumOf(row);
    const predicted = sumOf(confusion.map((r) => r[k] ?? 0));
    return { ...scores(hits, predicted, support), support };
  });
  const hits = sumOf(confusion.map((row, k) => row[k] ?? 0));
  const total = sumOf(perClass.map((c) => c.support));
  const average = (weight: (c: { support: number }) => number): Scores => ({
    precision: sumOf(perClass.map((c) => weight(c) * c.precision)),
    recall: sumOf(perClass.map((c) => weight(c) * c.recall)),
    f1: sumOf(perClass.map((c) => weight(c) * c.f1)),
  });
  return {
    accuracy: accuracy(confusion),
    perClass,
    macro: average(() => ratio(1, perClass.length)),
    micro: scores(hits, total, total),
    weighted: average((c) => ratio(c.support, total)),
    binary: perClass.length === 2 && perClass[1] ? pick(perClass[1]) : null,
  };
}

/** The scores under the names by which objectives and monitors ask for them: plain names are macro averages. */
export function classificationMetrics(confusion: Confusion): Record<string, number> {
  const { accuracy, macro, micro, weighted, binary } = classificationScores(confusion);
  return {
    accuracy,
    ...macro,
    ...suffixed(micro, 'Micro'),
    ...suffixed(weighted, 'Weighted'),
    ...(binary ? suffixed(binary, 'Binary') : {}),
  };
}

/** Mean squared error, mean absolute error and the coefficient of determination R². */
export function regressionMetrics(targets: ArrayLike<number>, outputs: ArrayLike<number>): Record<string, number> {
  const n = targets.length;
  if (n !== outputs.length) {
    throw new TuneError('metrics', `${n} targets but ${outputs.length} outputs: give one each.`);
  }
  let mean = 0;
  for (let i = 0; i < n; i++) mean += (targets[i] ?? 0) / n;
  let squared = 0;
  let absolute = 0;
  let spread = 0;
  for (let i = 0; i < n; i++) {
    const target = targets[i] ?? 0;
    const error = (outputs[i] ?? 0) - target;
    squared += error * error;
    absolute += Math.abs(error);
    spread += (target - mean) ** 2;
  }
  const r2 = spread > 0 ? 1 - squared / spread : squared === 0 ? 1 : 0;
  return { mse: ratio(squared, n), mae: ratio(absolute, n), r2 };
}

/** Index of the largest of `width` outputs, for each row; the first of equals. NaN never wins, a row of NaN is class 0. */
export function argmaxRows(outputs: Float32Array, width: number): Int32Array {
  const rows = new Int32Array(outputs.length / width);
  for (let i = 0; i < rows.length; i++) {
    let best = -Infinity;
    for (let k = 0; k < width; k++) {
      const value = outputs[i * width + k] ?? NaN;
      if (value > best) {
        best = value;
        rows[i] = k;
      }
    }
  }
  return rows;
}

const METRICS_TO_MINIMIZE = new Set(['loss', 'mse', 'mae']);

/** Whether more is better. Every metric of this file but the errors and the loss grows with quality. */
export const isMaximized = (metric: string): boolean => !METRICS_TO_MINIMIZE.has(metric);

/** Names that `evaluate` answers for a task, the loss first. */
export function metricNames(task: Task): string[] {
  return ['loss', ...Object.keys(metricsOfNothing(task))];
}

function metricsOfNothing(task: Task): Record<string, number> {
  switch (task.kind) {
    case 'classification': {
      const empty = Array.from({ length: task.classes }, () => new Array<number>(task.classes).fill(0));
      return classificationMetrics(empty);
    }
    case 'regression':
      return regressionMetrics([], []);
    case 'segmentation':
      return maskMetrics([]);
    case 'sequence':
      return { accuracy: 0 };
  }
}

/** Pixels of one label over all pictures. */
export interface MaskCounts {
  readonly hits: number;
  readonly predicted: number;
  readonly real: number;
  readonly pixels: number;
}

/**
 * Overlap of predicted and real masks, from the pixels of all pictures together, the mean over labels: iou = |P ∩ R| / |P ∪ R| (Jaccard), dice = 2 |P ∩ R| / (|P| + |R|) (F1);
 * accuracy counts pixels of all labels. A label that is nowhere, and predicted nowhere, has an overlap of 1.
 */
export function maskMetrics(labels: readonly MaskCounts[]): Record<string, number> {
  const average = (of: (counts: MaskCounts) => number): number => ratio(sumOf(labels.map(of)), labels.length);
  const overlap = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);
  return {
    iou: average(({ hits, predicted, real }) => overlap(hits, predicted + real - hits)),
    dice: average(({ hits, predicted, real }) => overlap(2 * hits, predicted + real)),
    accuracy: average(({ hits, predicted, real, pixels }) => ratio(pixels - predicted - real + 2 * hits, pixels)),
    precision: average(({ hits, predicted }) => ratio(hits, predicted)),
    recall: average(({ hits, real }) => ratio(hits, real)),
  };
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const sumOf = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);
const pick = ({ precision, recall, f1 }: Scores): Scores => ({ precision, recall, f1 });

/** F1 from the counts, 2·hits / (predicted + support): no second 0/0 through precision and recall. */
const scores = (hits: number, predicted: number, support: number): Scores => ({
  precision: ratio(hits, predicted),
  recall: ratio(hits, support),
  f1: ratio(2 * hits, predicted + support),
});

const suffixed = ({ precision, recall, f1 }: Scores, suffix: string): Record<string, number> => ({
  [`precision${suffix}`]: precision,
  [`recall${suffix}`]: recall,
  [`f1${suffix}`]: f1,
});
