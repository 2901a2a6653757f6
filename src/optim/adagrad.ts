/**
 * Adagrad. Duchi, Hazan & Singer 2011 (JMLR 12), the diagonal form of figure 1, as in PyTorch.
 *   s ← s + g²;   θ ← θ − η g / (√s + ε)
 * `weightDecay` is L2 through the gradient.
 */
import { add, div, mul, sqrt, sub } from '#graph';
import { type Optimizer, slotOf } from './optimizer.ts';
import { isNonNegative, isPositive, requireOption } from './options.ts';

export interface AdagradOptions {
  /** η > 0. */
  readonly learningRate?: number;
  /** ε > 0. */
  readonly epsilon?: number;
  /** λ >= 0. With 0 the decay is left out, and it cannot be raised while training. */
  readonly weightDecay?: number;
}

export function adagrad({ learningRate = 0.01, epsilon = 1e-10, weightDecay = 0 }: AdagradOptions = {}): Optimizer {
  requireOption(isPositive(learningRate), 'adagrad', 'learningRate', 'a number > 0', learningRate);
  requireOption(isPositive(epsilon), 'adagrad', 'epsilon', 'a number > 0', epsilon);
  requireOption(isNonNegative(weightDecay), 'adagrad', 'weightDecay', 'a number >= 0', weightDecay);
  const hasDecay = weightDecay > 0;
  return {
    kind: 'adagrad',
    config: { learningRate, epsilon, weightDecay },
    slots: ['s'],
    scalars: { learningRate, epsilon, ...(hasDecay && { weightDecay }) },
    update(parameter, gradient, slots, scalar, decays) {
      const g = hasDecay && decays ? add(gradient, mul(parameter, scalar('weightDecay'))) : gradient;
      const s = add(slotOf(slots, 's'), mul(g, g));
      const step = mul(div(g, add(sqrt(s), scalar('epsilon'))), scalar('learningRate'));
      return { parameter: sub(parameter, step), slots: { s } };
    },
  };
}
