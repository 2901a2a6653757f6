/**
 * A loop over the first axis, as ONNX's Scan: the body is compiled once, whatever the number of steps, and reads its slices in place.
 *   states     values handed from step to step          sequences  [T, ...], a slice for each step
 *   captures   tensors that every step reads, like weights
 *   → final states, then the stacked outputs [T, ...]
 * It has no gradient of its own: recurrent ops bring a hand-written one, which is a Scan in the other direction.
 */
import { TuneError } from '#math';
import { showShape } from '../dim.ts';
import { input, nodeOutputs } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';

export interface Loop {
  readonly states: readonly Tensor[];
  readonly sequences: readonly Tensor[];
  readonly captures?: readonly Tensor[];
  /** From the last step to the first; outputs still stand at the step they belong to. */
  readonly reverse?: boolean;
}

export interface Step {
  /** As many as the loop has, in their order. */
  readonly states: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

/** Names of placeholders are told apart by this; they do not reach the file. */
let loops = 0;

/** @internal */
export function scan(
  { states, sequences, captures = [], reverse = false }: Loop,
  step: (states: Tensor[], slices: Tensor[], captures: Tensor[]) => Step,
): { states: Tensor[]; outputs: Tensor[] } {
  const steps = sequences[0]?.shape[0];
  if (steps === undefined || sequences.some(({ shape }) => shape[0] !== steps)) {
    const shapes = sequences.map(({ shape }) => showShape(shape)).join(', ');
    throw new TuneError('shapeMismatch', `scan: sequences need the same number of steps; got ${shapes}.`);
  }
  const loop = ++loops;
  const stand = (what: string, x: Tensor, i: number, shape = x.shape): Tensor =>
    input(`scan ${loop} ${what} ${i}`, shape, x.dtype);
  const inStates = states.map((x, i) => stand('state', x, i));
  const slices = sequences.map((x, i) => stand('slice', x, i, x.shape.slice(1)));
  const inner = captures.map((x, i) => stand('capture', x, i));
  const { states: next, outputs } = step(inStates, slices, inner);
  const direction = sequences.map(() => Number(reverse));
  const ys = nodeOutputs(
    'Scan',
    [...states, ...sequences],
    {
      num_scan_inputs: sequences.length,
      scan_input_directions: direction,
      scan_output_directions: outputs.map(() => Number(reverse)),
    },
    [...next, ...outputs.map(({ shape, dtype }) => ({ shape: [steps, ...shape], dtype }))],
    {
      inputs: [...inStates, ...slices],
      outputs: [...next, ...outputs],
      captures: captures.map((outer, i) => ({ inner: inner[i] ?? outer, outer })),
    },
  );
  return { states: ys.slice(0, states.length), outputs: ys.slice(states.length) };
}
