/** What the convolutional architectures are built of. */
import { heNormal } from '../initializers.ts';
import type { Layer } from '../layer.ts';
import { activation, type ActivationName } from '../layers/activation.ts';
import { batchNorm } from '../layers/batch-norm.ts';
import { sequential } from '../layers/containers.ts';
import { conv2d } from '../layers/conv2d.ts';

export interface ConvBlockOptions {
  readonly stride?: number;
  readonly groups?: number;
  /** None after the norm with 'linear'. */
  readonly activation?: ActivationName;
}

/** @internal Convolution without bias, batch norm, activation; a kernel of odd size k is padded by (k − 1)/2, as PyTorch's models do. */
export const convBlock = (
  filters: number,
  kernel: number,
  { stride = 1, groups = 1, activation: name = 'relu' }: ConvBlockOptions = {},
): Layer =>
  sequential([
    conv2d(filters, kernel, { stride, padding: (kernel - 1) / 2, groups, useBias: false, initializer: heNormal() }),
    batchNorm(),
    ...(name === 'linear' ? [] : [activation(name)]),
  ]);
