/**
 * Maximum over windows. The whole gradient of a window goes to its first maximum in row-major order, as in PyTorch;
 * sharing it between equal maxima is wrong on flat image regions, where ties are common.
 *
 * The gradient finds the first maximum by comparing the taps of all windows with y, which is faster than the Indices output
 * of ONNX's MaxPool. Where windows do not overlap, every input belongs to one window and MaxUnpool puts dy in its place.
 * Where they overlap, an input may be the maximum of several and their gradients are added (ScatterElements).
 *   X [B, C, H, W]   Y [B, C, oH, oW]   padding counts as -∞
 */
import { sizeOf } from '../dim.ts';
import { constant, differentiable, node, nodeOf } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { cast } from './cast.ts';
import { equal } from './compare.ts';
import { mul } from './mul.ts';
import { relu } from './relu.ts';
import { reshape } from './reshape.ts';
import { pad, slice } from './slice.ts';
import { expandLike, shapeOf, zerosLike } from './sum.ts';
import { where } from './where.ts';
import { borders, elements, taps, windowAttributes, windows } from './window.ts';
import type { WindowOptions, Windows } from './window.ts';

/** The stride is the window's size unless given. */
export function maxPool2d(x: Tensor, options: WindowOptions): Tensor {
  // relu(max x) = max relu(x), and their gradients are equal too: both pass to the first maximum if it is positive.
  // The smaller tensor is the cheaper one to go through relu and back.
  const positive = nodeOf(x, 'Relu')?.inputs[0];
  if (positive !== undefined && positive !== null) return relu(maxPool2d(positive, options));

  const w = windows('maxPool2d', x, { stride: options.size, ...options });
  const y = node('MaxPool', [x], { attributes: windowAttributes(w), shape: [w.batch, w.channels, ...w.output] });
  return differentiable(y, [x], (dy) => {
    const padded = pad(x, borders(w), -Infinity);
    const at = firstMaximum(padded, y, w);
    const overlapping = w.stride.some(
      (stride, axis) => stride < w.dilation[axis === 0 ? 0 : 1] * ((w.size[axis] ?? 1) - 1) + 1,
    );
    const dPadded = overlapping ? scatterAdd(dy, at, padded) : unpool(dy, at, padded, w);
    const [top, left] = w.before;
    const [height, width] = w.input;
    return [
      padded === x
        ? dPadded
        : slice(dPadded, [
            { axis: 2, start: top, end: top + height },
            { axis: 3, start: left, end: left + width },
          ]),
    ];
  });
}

/** Where the first maximum of each window lies in its padded plane [Hp, Wp], row-major: int64 [B, C, oH, oW]. */
function firstMaximum(padded: Tensor, y: Tensor, w: Windows): Tensor {
  const width = Number(padded.shape[3]);
  const offsets = elements(w.size).map(([i, j]) => i * w.dilation[0] * width + j * w.dilation[1]);
  const origins = elements(w.output).map(([row, column]) => row * w.stride[0] * width + column * w.stride[1]);
  const seen = taps(padded, w);
  const last = offsets.at(-1);
  if (last === undefined) throw new Error('internal: an empty window');
  // Bytes where they reach: choosing among 64-bit numbers takes five times as long.
  const dtype = last < 256 ? 'uint8' : 'int32';
  // From the last element to the first, so that an earlier maximum overrules a later one.
  const offset = offsets
    .slice(0, -1)
    .reduceRight(
      (found, to, k) => where(equal(seen[k] ?? y, y), constant(to, [], dtype), found),
      constant(last, [], dtype),
    );
  return add(cast(expandLike(offset, y), 'int64'), constant(origins, w.output, 'int64'));
}

function unpool(dy: Tensor, at: Tensor, padded: Tensor, w: Windows): Tensor {
  return node('MaxUnpool', [dy, add(at, planeStarts(padded)), shapeOf(padded)], {
    attributes: { kernel_shape: w.size, strides: w.stride },
    shape: padded.shape,
  });
}

/** Index of the first element of each plane in the whole tensor: int64 [B, C, 1, 1]. */
function planeStarts(x: Tensor): Tensor {
  const [batch = 1, channels = 1, ...plane] = x.shape;
  const planes = node('ReduceProd', [slice(shapeOf(x), [{ axis: 0, start: 0, end: 2 }])], {
    attributes: { keepdims: 0 },
    shape: [],
  });
  const numbers = node('Range', [constant(0, [], 'int64'), planes, constant(1, [], 'int64')], {
    shape: [sizeOf([batch, channels])],
    dtype: 'int64',
  });
  return reshape(mul(numbers, Number(sizeOf(plane))), [batch, channels, 1, 1]);
}

function scatterAdd(dy: Tensor, at: Tensor, padded: Tensor): Tensor {
  const [batch = 1, channels = 1, ...plane] = padded.shape;
  const rows = [sizeOf([batch, channels]), -1];
  const zeros = reshape(zerosLike(padded), [sizeOf([batch, channels]), sizeOf(plane)]);
  const y = node('ScatterElements', [zeros, reshape(at, rows), reshape(dy, rows)], {
    attributes: { axis: 1, reduction: 'add' },
  });
  return reshape(y, padded.shape);
}

/** A tensor with the same sum over batch and plane for each channel, smaller if x is a pooling gradient, mostly zeros. */
export function withoutZeros(x: Tensor): Tensor {
  return nodeOf(x, 'MaxUnpool')?.inputs[0] ?? x;
}
