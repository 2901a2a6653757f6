/**
 * Stochastic gradient descent.
 *   plain      θ ← θ − η g − ηλ θ
 *   momentum   v ← μ v + g;  θ ← θ − η v − ηλ θ              Polyak 1964
 *   Nesterov   v ← μ v + g;  θ ← θ − η (g + μ v) − ηλ θ      Sutskever et al. 2013 (ICML), in PyTorch's form
 * The decay is decoupled (Loshchilov & Hutter 2019, arXiv:1711.05101, algorithm 1 with its schedule multiplier in η): it
 * does not pass through the velocity. `coupled: true` adds λθ to g instead, which is PyTorch's weight_decay; without
 * momentum the two are the same.
 */
import { add, mul, sub } from '#graph';
import { decay, keepScalar, type Optimizer, slotOf } from './optimizer.ts';
import { isNonNegative, isPositive, requireOption } from './options.ts';

export interface SgdOptions {
  /** η > 0. */
  readonly learningRate?: number;
  /** μ in [0, 1). With 0 no velocity is kept, and it cannot be raised while training. */
  readonly momentum?: number;
  readonly nesterov?: boolean;
  /** λ >= 0. With 0 the decay is left out, and it cannot be raised while training. */
  readonly weightDecay?: number;
  /** Decay as a term of the gradient (L2), as PyTorch's SGD does it. */
  readonly coupled?: boolean;
}

export function sgd({
  learningRate = 0.01,
  momentum = 0,
  nesterov = false,
  weightDecay = 0,
  coupled = false,
}: SgdOptions = {}): Optimizer {
  requireOption(isPositive(learningRate), 'sgd', 'learningRate', 'a number > 0', learningRate);
  requireOption(momentum >= 0 && momentum < 1, 'sgd', 'momentum', 'a number in [0, 1)', momentum);
  requireOption(!nesterov || momentum > 0, 'sgd', 'momentum', 'a number > 0 with nesterov', momentum);
  requireOption(isNonNegative(weightDecay), 'sgd', 'weightDecay', 'a number >= 0', weightDecay);
  const hasVelocity = momentum > 0;
  const hasDecay = weightDecay > 0;
  return {
    kind: 'sgd',
    config: { learningRate, momentum, nesterov, weightDecay, coupled },
    slots: hasVelocity ? ['velocity'] : [],
    scalars: { learningRate, ...(hasVelocity && { momentum }), ...(hasDecay && { weightDecay }) },
    update(parameter, gradient, slots, scalar, decays) {
      const eta = scalar('learningRate');
      const coupledDecay = hasDecay && coupled && decays;
      const g = coupledDecay ? add(gradient, mul(parameter, scalar('weightDecay'))) : gradient;
      const theta = hasDecay && !coupled && decays ? decay(parameter, scalar) : parameter;
      if (!hasVelocity) return { parameter: sub(theta, mul(g, eta)), slots: {} };
      const mu = scalar('momentum');
      const velocity = add(mul(slotOf(slots, 'velocity'), mu), g);
      const direction = nesterov ? add(g, mul(velocity, mu)) : velocity;
      return { parameter: sub(theta, mul(direction, eta)), slots: { velocity } };
    },
    ...(hasDecay && !coupled && { hostScalars: keepScalar }),
  };
}
