/**
 * Mean over windows. dX spreads dY evenly over each window: a transposed convolution by ones, channel by channel.
 *   X [B, C, H, W]   Y [B, C, oH, oW]
 */
import { constant, differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { mean } from './mean.ts';
import { mul } from './mul.ts';
import { elements, windowAttributes, windows } from './window.ts';
import type { WindowOptions, Windows } from './window.ts';

export interface AveragePool2dOptions extends Omit<WindowOptions, 'dilation'> {
  /** Whether padding counts as zeros in the mean (PyTorch's default) or is left out (Keras). */
  readonly countPadding?: boolean;
}

/** The stride is the window's size unless given. */
export function averagePool2d(x: Tensor, { countPadding = true, ...options }: AveragePool2dOptions): Tensor {
  const w = windows('averagePool2d', x, { stride: options.size, ...options });
  const { dilations: _, ...attributes } = windowAttributes(w);
  const y = node('AveragePool', [x], {
    attributes: { ...attributes, count_include_pad: countPadding ? 1 : 0 },
    shape: [w.batch, w.channels, ...w.output],
  });
  return differentiable(y, [x], (dy) => {
    const shares = constant(
      elements(w.output).map((at) => 1 / counted(w, at, countPadding)),
      w.output,
    );
    const ones = constant(new Float32Array(w.channels * w.size[0] * w.size[1]).fill(1), [w.channels, 1, ...w.size]);
    const unreached = ([0, 1] as const).map((axis) => {
      const reached = (w.output[axis] - 1) * w.stride[axis] + w.size[axis];
      return w.input[axis] + w.before[axis] + w.after[axis] - reached;
    });
    const spread = node('ConvTranspose', [mul(dy, shares), ones], {
      attributes: { ...attributes, group: w.channels, output_padding: unreached },
      shape: x.shape,
    });
    return [spread];
  });
}

/** How many elements the window at an output position averages. */
function counted(w: Windows, at: readonly [number, number], countPadding: boolean): number {
  const along = (axis: 0 | 1): number => {
    const start = at[axis] * w.stride[axis] - w.before[axis];
    const end = start + w.size[axis];
    return countPadding ? w.size[axis] : Math.min(end, w.input[axis]) - Math.max(start, 0);
  };
  return along(0) * along(1);
}

/** Mean over each plane: [B, C, H, W] → [B, C]. */
export const globalAveragePool2d = (x: Tensor): Tensor => mean(x, { axes: [2, 3] });
