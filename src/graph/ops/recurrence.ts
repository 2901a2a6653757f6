/**
 * What recurrent ops share: the states before the first step, the states that each step started from, the shapes of their inputs,
 * and steps that are padding. Sequences are [T, B, ...], time first, so that a step is one piece of memory.
 */
import { TuneError } from '#math';
import { numberDim, showShape, sizeOf } from '../dim.ts';
import { node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { concat } from './concat.ts';
import { columnProducts } from './matmul.ts';
import { reshape } from './reshape.ts';
import { slice } from './slice.ts';
import { zerosLike } from './sum.ts';
import { where } from './where.ts';

export interface RecurrentOptions {
  /** Bool [T, B, 1] (or with B = 1): false where a step is padding. The state passes such a step unchanged. */
  readonly real?: Tensor | null;
  /** From the last step to the first. */
  readonly reverse?: boolean;
}

/** Units H of a recurrence with `gates` parts, from projected inputs z [T, B, gates·H] and recurrent weights [H, gates·H]. */
export function unitsOf(what: string, z: Tensor, recurrent: Tensor, gates: number): number {
  const [units] = recurrent.shape;
  if (
    typeof units === 'number' &&
    recurrent.shape[1] === gates * units &&
    z.shape.length === 3 &&
    z.shape[2] === gates * units
  ) {
    return units;
  }
  throw new TuneError(
    'shapeMismatch',
    `${what}: projected inputs ${showShape(z.shape)} do not fit the recurrent weight ${showShape(recurrent.shape)}; wanted [T, B, ${gates}·H] and [H, ${gates}·H].`,
  );
}

/** Zeros [B, units]. */
export function zeroState(z: Tensor, units: number): Tensor {
  const first = slice(z, [
    { axis: 0, start: 0, end: 1 },
    { axis: 2, start: 0, end: units },
  ]);
  return reshape(zerosLike(first), [z.shape[1] ?? 1, units]);
}

/** The state each step started from: `states` [T, B, H] moved by one step, zeros at the first. */
export function before(states: Tensor, reverse: boolean): Tensor {
  const steps = numberDim(states.shape[0], 'a recurrence: the number of steps');
  const zeros = zerosLike(slice(states, [{ axis: 0, start: 0, end: 1 }]));
  if (steps === 1) return zeros;
  const rest = slice(states, [{ axis: 0, start: Number(reverse), end: steps - Number(!reverse) }]);
  return concat(reverse ? [rest, zeros] : [zeros, rest], 0);
}

/** Next state where the step is real, else the one before. */
export const unlessPadding = (real: Tensor | undefined, next: Tensor, previous: Tensor): Tensor =>
  real === undefined ? next : where(real, next, previous);

/** h R + z in one operator: [B, H] · [H, n] + [B, n]. */
export const step = (h: Tensor, recurrent: Tensor, z: Tensor): Tensor =>
  node('Gemm', [h, recurrent, z], { shape: z.shape });

/** Gradient of the recurrent weight: Σ over steps and samples of h dz. */
export function recurrentGradient(previous: Tensor, dz: Tensor): Tensor {
  const rows = (x: Tensor): Tensor => reshape(x, [sizeOf(x.shape.slice(0, 2)), x.shape[2] ?? 1]);
  return columnProducts(rows(previous), rows(dz));
}
