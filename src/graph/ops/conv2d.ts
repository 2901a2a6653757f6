/**
 * 2-D convolution (cross-correlation, as every deep-learning library means it).
 *   X [B, C, H, W]   W [O, C/groups, kH, kW]   b [O]   Y [B, O, oH, oW]   P = oH·oW
 *   dX  ONNX's ConvTranspose of dY by W
 *   dW  products of dY with the unrolled input, the taps of all windows cut out as strided slices and joined to U [k²·C, positions],
 *       for which ONNX has no operator. Where an output has SCANNED_FROM positions and more, image by image, so that U stays in the cache:
 *       dWᵀ = Σ_b U_b dY_bᵀ. Else, and on a GPU, over all images at once, with the images innermost, so that slices are long pieces of memory.
 *       For groups over all images, channels before images.
 *   db  Σ_{B,oH,oW} dY
 */
import { TuneError } from '#math';
import { numberDim, showShape, sizeOf } from '../dim.ts';
import { constant, differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { concat } from './concat.ts';
import { gemm, matmul } from './matmul.ts';
import { withoutZeros } from './max-pool-2d.ts';
import { reshape } from './reshape.ts';
import { scan } from './scan.ts';
import { pad } from './slice.ts';
import { expand, sum } from './sum.ts';
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
  return differentiable(y, inputs, (dy, _, { sampleLoops }) => [
    inputGradient(dy, weight, x, w, groups),
    weightGradient(dy, weight, x, w, groups, sampleLoops),
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

/** Positions of an output from which the weight gradient goes image by image. */
const SCANNED_FROM = 128;
/** Filters from which dY U'ᵀ is the faster order of the product. */
const FILTERS_FIRST_FROM = 128;

/** @internal The gradient of the weight of a convolution of x with output gradient dy. */
export function weightGradient(
  dy: Tensor,
  weight: Tensor,
  x: Tensor,
  w: Windows,
  groups: number,
  loops: boolean,
): Tensor {
  if (groups > 1) return groupedWeightGradient(dy, weight, x, w, groups);
  const [filters = 1, depth = 1, height = 1, width = 1] = weight.shape.map(Number);
  const window = height * width;
  const unrolled = window * depth;
  /** [k²·C, O] → [O, C, kH, kW] */
  const fromTaps = (d: Tensor): Tensor =>
    reshape(transpose(reshape(d, [window, depth, filters]), [2, 1, 0]), weight.shape);
  return loops && w.output[0] * w.output[1] >= SCANNED_FROM ? byImage() : overImages();

  function byImage(): Tensor {
    const start = expand(constant(0), [unrolled, filters]);
    const { states } = scan({ states: [start], sequences: [x, dy] }, ([sum = start], [image = x, dImage = dy]) => {
      const joined = reshape(concat(taps(pad(image, borders(w, 1)), w, 1), 0), [unrolled, -1]);
      const product = node('Gemm', [joined, reshape(dImage, [filters, -1]), sum], {
        attributes: { transB: 1 },
        shape: [unrolled, filters],
      });
      return { states: [product], outputs: [] };
    });
    return fromTaps(states[0] ?? start);
  }

  function overImages(): Tensor {
    const imagesLast = [1, 2, 3, 0]; // [C, H, W, B]
    const joined = concat(taps(pad(transpose(x, imagesLast), borders(w, 1)), w, 1), 0);
    const u = reshape(joined, [unrolled, -1]);
    const dys = reshape(transpose(dy, imagesLast), [filters, -1]);
    if (filters < FILTERS_FIRST_FROM) return fromTaps(gemm(u, dys, { transB: true }));
    const byTap = reshape(gemm(dys, u, { transB: true }), [filters, window, depth]);
    return reshape(transpose(byTap, [0, 2, 1]), weight.shape);
  }
}

function groupedWeightGradient(dy: Tensor, weight: Tensor, x: Tensor, w: Windows, groups: number): Tensor {
  const [filters = 1, depth = 1, height = 1, width = 1] = weight.shape.map(Number);
  const window = height * width;
  const perGroup = filters / groups;
  const positions = sizeOf([w.batch, ...w.output]);
  const channelsFirst = [1, 0, 2, 3]; // [C, B, H, W]
  const cut = taps(transpose(pad(x, borders(w)), channelsFirst), w);
  const dys = transpose(dy, channelsFirst);
  const grouped = cut.map((tap) => reshape(tap, [groups, depth, positions]));
  const unrolled = concat(grouped, 1); // [groups, k²·C/groups, B·P]
  const products = matmul(unrolled, transposeLast(reshape(dys, [groups, perGroup, positions])));
  return reshape(transpose(reshape(products, [groups, window, depth, perGroup]), [0, 3, 2, 1]), weight.shape);
}
