/**
 * 1-D convolution over the steps of a sequence (cross-correlation).
 *   x [B, T, features]     weight [k, features, O]     bias [O]     → [B, T', O],  k' = dilation (k − 1) + 1
 *   'valid'   T' = ⌊(T − k')/stride⌋ + 1
 *   'same'    T' = ⌈T/stride⌉, zeros around, the odd one after (Keras, TensorFlow)
 *   'causal'  all zeros before, so that no step sees a later one. van den Oord et al. 2016, arXiv:1609.03499, §2.1
 */
import { conv1d as convolve } from '#graph';
import { isCount, requireOption, wrongShape } from '../errors.ts';
import { glorotUniform, type Initializer, zeros } from '../initializers.ts';
import type { Layer } from '../layer.ts';
import { type ActivationName, activationOption } from './activation.ts';
import { sequenceOf } from './positions.ts';

export interface Conv1dOptions {
  readonly stride?: number;
  /** Default 'valid'. A number is added before and after. */
  readonly padding?: number | 'same' | 'valid' | 'causal';
  readonly dilation?: number;
  readonly activation?: ActivationName;
  readonly useBias?: boolean;
  readonly initializer?: Initializer;
  readonly biasInitializer?: Initializer;
}

export function conv1d(
  filters: number,
  kernel: number,
  {
    stride = 1,
    padding = 'valid',
    dilation = 1,
    activation = 'linear',
    useBias = true,
    initializer = glorotUniform(),
    biasInitializer = zeros(),
  }: Conv1dOptions = {},
): Layer {
  for (const [option, value] of Object.entries({ filters, kernel, stride, dilation })) {
    requireOption(isCount(value), 'conv1d', option, 'an integer >= 1', value);
  }
  const known = ['same', 'valid', 'causal'].includes(String(padding));
  const ok = known || (Number.isSafeInteger(padding) && Number(padding) >= 0);
  requireOption(ok, 'conv1d', 'padding', "'same', 'valid', 'causal' or an integer >= 0", padding);
  const activate = activationOption('conv1d', activation);
  const reach = dilation * (kernel - 1) + 1;

  /** Zeros before and after a sequence. */
  const around = (length: number): [before: number, after: number] => {
    if (padding === 'valid') return [0, 0];
    if (padding === 'causal') return [reach - 1, 0];
    if (padding !== 'same') return [padding, padding];
    const total = Math.max((Math.ceil(length / stride) - 1) * stride + reach - length, 0);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  };

  return {
    kind: 'conv1d',
    config: { filters, kernel, stride, padding, dilation, activation, useBias, initializer: initializer.name },
    apply(x, ctx) {
      const { steps: length, features } = sequenceOf('conv1d', x, ctx);
      const pads = around(length);
      if (reach > length + pads[0] + pads[1]) {
        const wants = `a sequence at least as long as its window, ${reach} steps`;
        throw wrongShape('conv1d', ctx, x.shape, wants, "Use a smaller kernel or padding 'same'.");
      }
      const fans = { fanIn: kernel * features, fanOut: kernel * filters };
      const weight = ctx.parameter('weight', [kernel, features, filters], initializer, { fans });
      const bias = useBias ? ctx.parameter('bias', [filters], biasInitializer, { decay: false, fans }) : undefined;
      return activate(convolve(x, weight, bias, { stride, padding: pads, dilation }));
    },
  };
}
