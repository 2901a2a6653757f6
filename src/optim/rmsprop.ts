/**
 * RMSprop. Tieleman & Hinton 2012, Coursera "Neural networks for machine learning", lecture 6.5; numbers and ε as in PyTorch.
 *   v ← α v + (1 − α) g²;   d = g / (√v + ε)
 *   plain      θ ← θ − η d
 *   momentum   b ← μ b + d;  θ ← θ − η b
 * `weightDecay` is L2 through the gradient.
 */
import { add, div, mul, sqrt, sub } from '#graph';
import { type Optimizer, scalarOf, slotOf } from './optimizer.ts';
import { isNonNegative, isPositive, requireOption } from './options.ts';

export interface RmspropOptions {
  /** η > 0. */
  readonly learningRate?: number;
  /** α in [0, 1): what is kept of the mean square. */
  readonly alpha?: number;
  /** ε > 0. */
  readonly epsilon?: number;
  /** μ in [0, 1). With 0 no velocity is kept, and it cannot be raised while training. */
  readonly momentum?: number;
  /** λ >= 0. With 0 the decay is left out, and it cannot be raised while training. */
  readonly weightDecay?: number;
}

export function rmsprop({
  learningRate = 1e-3,
  alpha = 0.99,
  epsilon = 1e-8,
  momentum = 0,
  weightDecay = 0,
}: RmspropOptions = {}): Optimizer {
  requireOption(isPositive(learningRate), 'rmsprop', 'learningRate', 'a number > 0', learningRate);
  requireOption(alpha >= 0 && alpha < 1, 'rmsprop', 'alpha', 'a number in [0, 1)', alpha);
  requireOption(isPositive(epsilon), 'rmsprop', 'epsilon', 'a number > 0', epsilon);
  requireOption(momentum >= 0 && momentum < 1, 'rmsprop', 'momentum', 'a number in [0, 1)', momentum);
  requireOption(isNonNegative(weightDecay), 'rmsprop', 'weightDecay', 'a number >= 0', weightDecay);
  const hasVelocity = momentum > 0;
  const hasDecay = weightDecay > 0;
  return {
    kind: 'rmsprop',
    config: { learningRate, alpha, epsilon, momentum, weightDecay },
    slots: hasVelocity ? ['v', 'velocity'] : ['v'],
    scalars: { learningRate, alpha, epsilon, ...(hasVelocity && { momentum }), ...(hasDecay && { weightDecay }) },
    hostScalars: (_step, scalars) => ({ oneMinusAlpha: 1 - scalarOf(scalars, 'alpha') }),
    update(parameter, gradient, slots, scalar, decays) {
      const g = hasDecay && decays ? add(gradient, mul(parameter, scalar('weightDecay'))) : gradient;
      const v = add(mul(slotOf(slots, 'v'), scalar('alpha')), mul(mul(g, g), scalar('oneMinusAlpha')));
      const direction = div(g, add(sqrt(v), scalar('epsilon')));
      const eta = scalar('learningRate');
      if (!hasVelocity) return { parameter: sub(parameter, mul(direction, eta)), slots: { v } };
      const velocity = add(mul(slotOf(slots, 'velocity'), scalar('momentum')), direction);
      return { parameter: sub(parameter, mul(velocity, eta)), slots: { v, velocity } };
    },
  };
}
