/**
 * Transposed 2-D convolution: the adjoint of conv2d, which enlarges images (Zeiler et al. 2010; Dumoulin & Visin 2016,
 * arXiv:1603.07285, ch. 4).
 *   X [B, C, H, W]   W [C, O/groups, kH, kW]   b [O]   Y [B, O, oH, oW]
 *   oH = stride (H - 1) + dilation (kH - 1) + 1 - padding + extra
 *   dX  the convolution of dY by W
 *   dW  that of this convolution, whose input is dY and whose output's gradient is X
 */
import { TuneError } from '#math';
import { numberDim, showShape } from '../dim.ts';
import { differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { conv2d, weightGradient } from './conv2d.ts';
import { sum } from './sum.ts';
import { pair, sides, windows } from './window.ts';
import type { Conv2dOptions } from './conv2d.ts';

export interface ConvTranspose2dOptions extends Conv2dOptions {
  /** Rows and columns at the end that no window reaches: the bias alone. */
  readonly extra?: readonly [height: number, width: number];
}

export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  { groups = 1, extra = [0, 0], ...options }: ConvTranspose2dOptions = {},
): Tensor {
  const [channels, depth, height, width] = weight.shape.map((dim) => numberDim(dim, 'convTranspose2d: the weight'));
  const fits = channels !== undefined && depth !== undefined && height !== undefined && width !== undefined;
  if (!fits || x.shape.length !== 4 || x.shape[1] !== channels || channels % groups !== 0) {
    throw new TuneError(
      'shapeMismatch',
      `convTranspose2d: input ${showShape(x.shape)} in ${groups} group(s) does not fit the weight ${showShape(weight.shape)}.`,
      { input: x.shape, weight: weight.shape, groups },
    );
  }
  const size = [height, width] as const;
  const [stride, dilation] = [pair(options.stride ?? 1), pair(options.dilation ?? 1)];
  const pads = sides(options.padding ?? 0);
  const along = (axis: 0 | 1): number =>
    stride[axis] * (numberDim(x.shape[axis + 2], 'convTranspose2d: height and width') - 1) +
    dilation[axis] * (size[axis] - 1) +
    1 -
    pads[axis] -
    pads[axis === 0 ? 2 : 3] +
    extra[axis];
  const shape = [x.shape[0] ?? 1, depth * groups, along(0), along(1)];
  const inputs = bias === undefined || bias === null ? [x, weight] : [x, weight, bias];
  const y = node('ConvTranspose', inputs, {
    attributes: {
      kernel_shape: size,
      strides: stride,
      dilations: dilation,
      pads,
      group: groups,
      output_padding: extra,
    },
    shape,
  });
  return differentiable(y, inputs, (dy, _, { sampleLoops }) => [
    conv2d(dy, weight, null, { ...options, groups }),
    weightGradient(x, weight, dy, windows('convTranspose2d', dy, { ...options, size }), groups, sampleLoops),
    sum(dy, { axes: [0, 2, 3] }),
  ]);
}
