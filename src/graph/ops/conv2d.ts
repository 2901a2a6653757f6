/**
 * 2-D convolution (cross-correlation, as every deep-learning library means it).
 *   X [B, C, H, W]   W [O, C/groups, kH, kW]   b [O]   Y [B, O, oH, oW]   P = oH·oW
 *   dX  the transposed convolution of dY
 *   dW  products of dY with the unrolled input: the taps of all windows are cut out as strided slices and joined to
 *       U [k²·C, B·P], channels before images; dWᵀ = U dYᵀ is one product over all positions of all images.
 *       ONNX has no operator for it. Of the exact forms tried this was the fastest for 32 channels and more: batched products
 *       for each image take 1.15 times as long, a convolution of X by dY 1.5 times.
 *   db  Σ_{B,oH,oW} dY
 */
import { TuneError } from '#math';
import { numberDim, showShape, sizeOf } from '../dim.ts';
import { differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { concat } from './concat.ts';
import { gemm, matmul } from './matmul.ts';
import { withoutZeros } from './max-pool-2d.ts';
import { reshape } from './reshape.ts';
import { pad } from './slice.ts';
import { sum } from './sum.ts';
import { transpose, transposeLast } from './transpose.ts';
import { borders, taps, windowAttributes, windows } from './window.ts';
import type { Padding2d, PerAxis, Windows } from './window.ts';

export interface Conv2dOptions {
  readonly stride?: PerAxis;
  readonly padding?: Padding2d;
  readonly dilation?: PerAxis;
  /** Channels are split into this many groups that do not see each other; as many as channels is depthwise. */
  readonly groups?: number;
}

export function conv2d(x: Tensor, weight: Tensor, bias?: Tensor | null, options: Conv2dOptions = {}): Tensor {
  const { groups = 1, ...rest } = options;
  const [filters, depth, ...size] = weight.shape.map((dim) => numberDim(dim, 'conv2d: a dimension of the weight'));
  const [height, width] = size;
  if (filters === undefined || depth === undefined || height === undefined || width === undefined) {
    throw new TuneError(
      'shapeMismatch',
      `conv2d takes a weight [out, in, height, width]; got ${showShape(weight.shape)}.`,
    );
  }
  const w = windows('conv2d', x, { ...rest, size: [height, width] });
  if (w.channels !== depth * groups || filters % groups !== 0) {
    throw new TuneError(
      'shapeMismatch',
      `conv2d: input ${showShape(x.shape)} in ${groups} group(s) does not fit the weight ${showShape(weight.shape)}.`,
      { input: x.shape, weight: weight.shape, groups },
    );
  }
  const inputs = bias === undefined || bias === null ? [x, weight] : [x, weight, bias];
  const y = node('Conv', inputs, {
    attributes: { ...windowAttributes(w), group: groups },
    shape: [w.batch, filters, ...w.output],
  });
  return differentiable(y, inputs, (dy) => [
    inputGradient(dy, weight, x, w, groups),
    weightGradient(dy, weight, x, w, groups),
    sum(withoutZeros(dy), { axes: [0, 2, 3] }),
  ]);
}

function inputGradient(dy: Tensor, weight: Tensor, x: Tensor, w: Windows, groups: number): Tensor {
  // Rows and columns at the end that no window reached.
  const unreached = ([0, 1] as const).map((axis) => {
    const reached = (w.output[axis] - 1) * w.stride[axis] + (w.size[axis] - 1) * w.dilation[axis] + 1;
    return w.input[axis] + w.before[axis] + w.after[axis] - reached;
  });
  return node('ConvTranspose', [dy, weight], {
    attributes: { ...windowAttributes(w), group: groups, output_padding: unreached },
    shape: x.shape,
  });
}

/** @internal The gradient of the weight of a convolution of x with output gradient dy. */
export function weightGradient(dy: Tensor, weight: Tensor, x: Tensor, w: Windows, groups: number): Tensor {
  const [filters = 1, depth = 1, height = 1, width = 1] = weight.shape.map(Number);
  const window = height * width;
  const perGroup = filters / groups;
  const positions = sizeOf([w.batch, ...w.output]);
  const channelsFirst = [1, 0, 2, 3]; // [C, B, H, W]
  const cut = taps(transpose(pad(x, borders(w)), channelsFirst), w);
  const dys = transpose(dy, channelsFirst);
  if (groups === 1) {
    const unrolled = reshape(concat(cut, 0), [window * depth, positions]);
    const products = gemm(unrolled, reshape(dys, [filters, positions]), { transB: true }); // [k²·C, O]
    return reshape(transpose(reshape(products, [window, depth, filters]), [2, 1, 0]), weight.shape);
  }
  const grouped = cut.map((tap) => reshape(tap, [groups, depth, positions]));
  const unrolled = concat(grouped, 1); // [groups, k²·C/groups, B·P]
  const products = matmul(unrolled, transposeLast(reshape(dys, [groups, perGroup, positions])));
  return reshape(transpose(reshape(products, [groups, window, depth, perGroup]), [0, 3, 2, 1]), weight.shape);
}
