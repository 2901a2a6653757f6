/**
 * Arrays that every step of one run is fed from: they grow to the largest batch once and are then reused, so a step
 * allocates only views. A view is valid until the next call.
 */
import type { Dataset, Encoder, Split } from '#data';
import type { Head } from './head.ts';

export interface Feeder {
  /** Encoded rows and their targets, as the graph's `input` and `target`. */
  readonly read: (
    split: Split,
    rows: Int32Array,
  ) => { readonly input: Float32Array; readonly target: Float32Array | Int32Array };
}

export function createFeeder(dataset: Dataset, encoder: Encoder, head: Head): Feeder {
  const features = dataset.inputShape.reduce((size, n) => size * n, 1);
  const perRow = head.targetShape.reduce((size, n) => size * n, 1);
  const makeTargets = (n: number): Int32Array | Float32Array =>
    head.loss.targetDtype === 'float32' ? new Float32Array(n * perRow) : new Int32Array(n * perRow);
  let inputs = new Float32Array(0);
  let targets = makeTargets(0);
  return {
    read(split, rows) {
      if (rows.length * perRow > targets.length) {
        inputs = new Float32Array(rows.length * features);
        targets = makeTargets(rows.length);
      }
      const input = inputs.subarray(0, rows.length * features);
      const target = targets.subarray(0, rows.length * perRow);
      encoder.read(split, rows, input);
      head.readTargets(split, rows, target);
      return { input, target };
    },
  };
}
