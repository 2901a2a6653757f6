/**
 * Fully connected layer: y = activation(x W + b).
 *   x [B, in] or [B, ..., in]     W [in, units]     b [units]
 */
import { dense as affine } from '#graph';
import { isCount, requireOption, wrongShape } from '../errors.ts';
import { fansOf, glorotUniform, type Initializer, zeros } from '../initializers.ts';
import type { Layer } from '../layer.ts';
import { type ActivationName, activationOption } from './activation.ts';

export interface DenseOptions {
  readonly activation?: ActivationName;
  readonly useBias?: boolean;
  readonly initializer?: Initializer;
  readonly biasInitializer?: Initializer;
}

export function dense(
  units: number,
  {
    activation = 'linear',
    useBias = true,
    initializer = glorotUniform(),
    biasInitializer = zeros(),
  }: DenseOptions = {},
): Layer {
  requireOption(isCount(units), 'dense', 'units', 'an integer >= 1', units);
  const activate = activationOption('dense', activation);
  return {
    kind: 'dense',
    config: { units, activation, useBias, initializer: initializer.name },
    apply(x, ctx) {
      const features = x.shape.at(-1);
      // [B, C, H, W] would be legal (a matrix for each row of pixels) and never meant.
      if (x.shape.length < 2 || x.shape.length > 3 || typeof features !== 'number') {
        const todo = 'Put flatten() or globalAveragePool2d() before it.';
        throw wrongShape('dense', ctx, x.shape, 'vectors [B, features] or sequences [B, T, features]', todo);
      }
      const shape = [features, units];
      const fans = fansOf(shape);
      const weight = ctx.parameter('weight', shape, initializer, { fans });
      const bias = useBias ? ctx.parameter('bias', [units], biasInitializer, { decay: false, fans }) : undefined;
      return activate(affine(x, weight, bias));
    },
  };
}
