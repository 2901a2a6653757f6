/**
 * Collects what a model predicts, batch by batch, and scores it. Masks and sequences keep their predictions alone: the scores of
 * every token of a vocabulary for every step of every row would fill memory.
 */
import type { Split } from '#data';
import {
  argmaxRows,
  classificationMetrics,
  type Confusion,
  confusionMatrix,
  type MaskCounts,
  maskMetrics,
  regressionMetrics,
} from './metrics.ts';

export interface Scored {
  readonly metrics: Record<string, number>;
  readonly confusion: Confusion | null;
  readonly predictions: Int32Array | Float32Array;
  readonly outputs: Float32Array;
}

export interface Scorer {
  /** The model's outputs for rows of the split, and the targets they were fed with. */
  readonly add: (rows: Int32Array, outputs: Float32Array, targets: Int32Array | Float32Array) => void;
  readonly result: () => Scored;
}

/** Values in the units of the data from standardised ones. */
export function valueScorer(split: Split, rows: number, { mean, std }: { mean: number; std: number }): Scorer {
  const outputs = new Float32Array(rows);
  const truth = new Float32Array(rows);
  let done = 0;
  return {
    add(indices, values) {
      outputs.set(values, done);
      indices.forEach((row, i) => (truth[done + i] = split.targets[row] ?? NaN));
      done += indices.length;
    },
    result() {
      const predictions = outputs.map((z) => z * std + mean);
      return { metrics: regressionMetrics(truth, predictions), confusion: null, predictions, outputs };
    },
  };
}

/** The class with the largest score, or, of a single score, class 1 above the threshold. */
export function classScorer(
  split: Split,
  rows: number,
  { classes, width, threshold }: { classes: number; width: number; threshold: number },
): Scorer {
  const outputs = new Float32Array(rows * width);
  const truth = new Int32Array(rows);
  let done = 0;
  return {
    add(indices, scores) {
      outputs.set(scores, done * width);
      indices.forEach((row, i) => (truth[done + i] = split.targets[row] ?? -1));
      done += indices.length;
    },
    result() {
      const predictions =
        width === 1 ? Int32Array.from(outputs, (z) => (z > threshold ? 1 : 0)) : argmaxRows(outputs, width);
      const confusion = confusionMatrix(truth, predictions, classes);
      return { metrics: classificationMetrics(confusion), confusion, predictions, outputs };
    },
  };
}

/** Masks of 1 where the score is above the threshold; real pixels are those of at least ½, as augmentation may leave shares. */
export function maskScorer(
  rows: number,
  { labels, width, threshold }: { labels: number; width: number; threshold: number },
): Scorer {
  const predictions = new Int32Array(rows * width);
  const plane = width / labels;
  const counts = Array.from({ length: labels }, () => ({ hits: 0, predicted: 0, real: 0, pixels: 0 }));
  let done = 0;
  return {
    add(indices, scores, targets) {
      for (let start = 0; start < indices.length * width; start += plane) {
        const count = counts[(start / plane) % labels];
        if (count === undefined) continue;
        count.pixels += plane;
        for (let i = start; i < start + plane; i++) {
          const shown = (scores[i] ?? 0) > threshold;
          const real = (targets[i] ?? 0) >= 0.5;
          if (shown) predictions[done + i] = 1;
          if (shown) count.predicted++;
          if (real) count.real++;
          if (shown && real) count.hits++;
        }
      }
      done += indices.length * width;
    },
    result: () => ({
      metrics: maskMetrics(counts satisfies MaskCounts[]),
      confusion: null,
      predictions,
      outputs: new Float32Array(),
    }),
  };
}

/** The most likely token of each step, given the true ones before it; padding is not scored. */
export function tokenScorer(
  rows: number,
  { length, vocabulary, padding }: { length: number; vocabulary: number; padding: number },
): Scorer {
  const predictions = new Int32Array(rows * length);
  let [done, right, counted] = [0, 0, 0];
  return {
    add(indices, scores, targets) {
      const tokens = argmaxRows(scores, vocabulary);
      predictions.set(tokens, done * length);
      tokens.forEach((token, i) => {
        if (targets[i] === padding) return;
        counted++;
        if (token === targets[i]) right++;
      });
      done += indices.length;
    },
    result: () => ({
      metrics: { accuracy: counted === 0 ? 0 : right / counted },
      confusion: null,
      predictions,
      outputs: new Float32Array(),
    }),
  };
}
