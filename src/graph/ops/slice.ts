/**
 * Cuts a (strided) range out of axes, and its adjoint, padding with zeros; without strides each is the other's gradient.
 * The gradient of a strided slice puts zeros between the elements: [n] → [n, 1] → [n, step] → [n·step].
 */
import { TuneError } from '#math';
import { normalizeAxes, numberDim, sameShape, showShape } from '../dim.ts';
import { constant, differentiable, int64, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { reshape } from './reshape.ts';

export interface Range {
  readonly axis: number;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** Positive; 1 by default. */
  readonly step?: number;
}

export function slice(x: Tensor, ranges: readonly Range[]): Tensor {
  const shape = [...x.shape];
  const cuts = ranges.map(({ axis, start, end, step = 1 }) => {
    const [at = 0] = normalizeAxes([axis], x.shape.length);
    const size = numberDim(x.shape[at], 'slice: the cut dimension');
    if (!(start >= 0 && start < end && end <= size && step >= 1)) {
      throw new TuneError(
        'shapeMismatch',
        `slice: ${start}…${end} step ${step} is no range in axis ${axis} of ${showShape(x.shape)}.`,
      );
    }
    const count = Math.ceil((end - start) / step);
    shape[at] = count;
    return { at, start, end, step, size, count };
  });
  if (sameShape(shape, x.shape)) return x;
  const column = (pick: (cut: (typeof cuts)[number]) => number): Tensor => int64(...cuts.map(pick));
  const y = node(
    'Slice',
    [x, column((c) => c.start), column((c) => c.end), column((c) => c.at), column((c) => c.step)],
    { shape },
  );
  return differentiable(y, [x], (dy) => {
    const spread = cuts.reduce((d, { at, step }) => spreadOut(d, at, step), dy);
    return [
      pad(
        spread,
        cuts.map(({ at, start, step, size, count }) => ({
          axis: at,
          before: start,
          after: size - start - ((count - 1) * step + 1),
        })),
      ),
    ];
  });
}

export interface Padding {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

/** Adds `value` around; the gradient is cut back. */
export function pad(x: Tensor, paddings: readonly Padding[], value = 0): Tensor {
  if (paddings.every(({ before, after }) => before === 0 && after === 0)) return x;
  const rank = x.shape.length;
  const before = Array.from({ length: rank }, () => 0);
  const after = Array.from({ length: rank }, () => 0);
  for (const padding of paddings) {
    const [at = 0] = normalizeAxes([padding.axis], rank);
    before[at] = padding.before;
    after[at] = padding.after;
  }
  const shape = x.shape.map((dim, i) => {
    const grown = (before[i] ?? 0) + (after[i] ?? 0);
    return grown === 0 ? dim : numberDim(dim, 'pad: the padded dimension') + grown;
  });
  const y = node('Pad', [x, int64(...before, ...after), constant(value)], { shape });
  return differentiable(y, [x], (dy) => [
    slice(
      dy,
      x.shape.flatMap((dim, axis) => {
        const start = before[axis] ?? 0;
        return typeof dim === 'number' && dim !== dy.shape[axis] ? [{ axis, start, end: start + dim }] : [];
      }),
    ),
  ]);
}

/** @internal Puts step - 1 zeros between the elements of an axis. */
export function spreadOut(x: Tensor, axis: number, step: number): Tensor {
  if (step === 1) return x;
  const count = numberDim(x.shape[axis], 'slice: the cut dimension');
  const apart = reshape(x, [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)]);
  const padded = pad(apart, [{ axis: axis + 1, before: 0, after: step - 1 }]);
  const joined = reshape(padded, [...x.shape.slice(0, axis), count * step, ...x.shape.slice(axis + 1)]);
  return slice(joined, [{ axis, start: 0, end: (count - 1) * step + 1 }]);
}
