/**
 * Pooling to a given size, whatever the size of the image, with the windows of PyTorch: output i of o covers the inputs from
 * ⌊i n/o⌋ to ⌈(i + 1) n/o⌉, so windows differ by at most one element and may overlap.
 *   X [B, C, H, W]   Y [B, C, oH, oW]
 * The mean is a linear map along each axis, hence two small products; the maximum is taken window by window.
 */
import { TuneError } from '#math';
import { numberDim, showShape } from '../dim.ts';
import type { Tensor } from '../tensor.ts';
import { averagePool2d } from './average-pool-2d.ts';
import { concat } from './concat.ts';
import { max } from './max.ts';
import { maxPool2d } from './max-pool-2d.ts';
import { mapPlanes } from './plane-map.ts';
import { reshape } from './reshape.ts';
import { slice } from './slice.ts';

type Pair = readonly [height: number, width: number];

export function adaptiveAveragePool2d(x: Tensor, output: Pair): Tensor {
  const input = planeOf('adaptiveAveragePool2d', x);
  const size = evenWindows(input, output);
  if (size !== null) return averagePool2d(x, { size });
  const weights = (axis: 0 | 1): number[][] =>
    windowsAlong(input[axis], output[axis]).map(([start, end]) =>
      Array.from({ length: input[axis] }, (_, k) => (k >= start && k < end ? 1 / (end - start) : 0)),
    );
  return mapPlanes(x, weights(0), weights(1));
}

export function adaptiveMaxPool2d(x: Tensor, output: Pair): Tensor {
  const input = planeOf('adaptiveMaxPool2d', x);
  const size = evenWindows(input, output);
  if (size !== null) return maxPool2d(x, { size });
  const rows = windowsAlong(input[0], output[0]).map(([top, bottom]) =>
    concat(
      windowsAlong(input[1], output[1]).map(([left, right]) => {
        const window = slice(x, [
          { axis: 2, start: top, end: bottom },
          { axis: 3, start: left, end: right },
        ]);
        return maxPool2d(window, { size: [bottom - top, right - left] }); // [B, C, 1, 1]
      }),
      3,
    ),
  );
  return concat(rows, 2);
}

/** Maximum of each plane: [B, C, H, W] → [B, C]. */
export function globalMaxPool2d(x: Tensor): Tensor {
  const [batch = 1, channels = 1] = x.shape;
  return max(reshape(x, [batch, channels, -1]));
}

function planeOf(what: string, x: Tensor): Pair {
  if (x.shape.length !== 4) {
    throw new TuneError('shapeMismatch', `${what} takes [batch, channels, height, width]; got ${showShape(x.shape)}.`);
  }
  return [numberDim(x.shape[2], `${what}: the height`), numberDim(x.shape[3], `${what}: the width`)];
}

/** The window of an ordinary pooling that does the same, where there is one. */
const evenWindows = (input: Pair, output: Pair): Pair | null =>
  input[0] % output[0] === 0 && input[1] % output[1] === 0 ? [input[0] / output[0], input[1] / output[1]] : null;

const windowsAlong = (input: number, output: number): Pair[] =>
  Array.from({ length: output }, (_, i) => [Math.floor((i * input) / output), Math.ceil(((i + 1) * input) / output)]);
