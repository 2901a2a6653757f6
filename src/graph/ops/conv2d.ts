/**
 * 2-D convolution (cross-correlation, as every deep-learning library means it).
 *   X [B, C, H, W]   W [O, C/groups, kH, kW]   b [O]   Y [B, O, oH, oW]   P = oH·oW
 *   dX  the transposed convolution of dY
 *   dW  products of dY with the unrolled input: the taps of all windows are cut out as strided slices and joined to
 *       U [B, groups, k²·C/groups, P]; dW = Σ_B dY Uᵀ. ONNX Runtime has no kernel for it, and this was the fastest exact form
 *       of those tried (a convolution of X by dY took 1.2 times as long for the whole step).
 *   db  Σ_{B,oH,oW} dY
 */
import { TuneError } from '#math';
import { numberDim, showShape } from '../dim.ts';
import { differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { concat } from './concat.ts';
import { matmul } from './matmul.ts';
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

function weightGradient(dy: Tensor, weight: Tensor, x: Tensor, w: Windows, groups: number): Tensor {
  const [filters = 1, depth = 1, height = 1, width = 1] = weight.shape.map(Number);
  const positions = w.output[0] * w.output[1];
  const window = height * width;
  const perGroup = filters / groups;
  // One group needs no axis of its own.
  const group = groups === 1 ? [] : [groups];
  const cut = taps(pad(x, borders(w)), w).map((tap) => reshape(tap, [w.batch, ...group, depth, ...w.output]));
  const unrolled = reshape(concat(cut, 1 + group.length), [w.batch, ...group, window * depth, positions]);
  const dys = reshape(dy, [w.batch, ...group, perGroup, positions]);
  const products = sum(matmul(dys, transposeLast(unrolled)), { axes: [0] }); // [groups, O/groups, k²·C/groups]
  return reshape(transpose(reshape(products, [filters, window, depth]), [0, 2, 1]), weight.shape);
}
