/**
 * NAdam: Adam with Nesterov's momentum. Dozat 2016 (ICLR workshop), algorithm 2, with the momentum schedule of §3.1, as in PyTorch 2.
 *   μₜ = β₁ (1 − ½ · 0.96^(t ψ)),  ψ = 0.004          M_t = ∏ᵢ₌₁ᵗ μᵢ
 *   m ← β₁ m + (1 − β₁) g;   v ← β₂ v + (1 − β₂) g²
 *   θ ← θ − η ( (1 − μₜ)/(1 − Mₜ) g + μₜ₊₁/(1 − Mₜ₊₁) m ) / (√(v/(1 − β₂ᵗ)) + ε)
 * As in adam.ts the correction of v moves into two scalars of the step. `weightDecay` is L2 through the gradient.
 */
import { add, div, mul, sqrt, sub } from '#graph';
import { type AdamOptions, requireAdamOptions } from './adam.ts';
import { type Optimizer, scalarOf, slotOf } from './optimizer.ts';

const PSI = 0.004;

export function nadam({
  learningRate = 2e-3,
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  weightDecay = 0,
}: AdamOptions = {}): Optimizer {
  requireAdamOptions('nadam', { learningRate, beta1, beta2, epsilon, weightDecay });
  // ∏ (1 − ½ · 0.96^(i ψ)) for i ≤ t does not depend on any hyperparameter: kept, so that a step costs O(1).
  const products = [1];
  const productOf = (t: number): number => {
    for (let i = products.length; i <= t; i++) products.push((products[i - 1] ?? 1) * (1 - 0.5 * 0.96 ** (i * PSI)));
    return products[t] ?? 1;
  };
  return {
    kind: 'nadam',
    config: { learningRate, beta1, beta2, epsilon, weightDecay },
    slots: ['m', 'v'],
    scalars: { learningRate, beta1, beta2, epsilon, ...(weightDecay > 0 && { weightDecay }) },
    hostScalars(step, scalars) {
      const [b1, b2] = [scalarOf(scalars, 'beta1'), scalarOf(scalars, 'beta2')];
      const root = Math.sqrt(1 - b2 ** step);
      const eta = scalarOf(scalars, 'learningRate') * root;
      const mu = (t: number): number => b1 * (1 - 0.5 * 0.96 ** (t * PSI));
      const product = (t: number): number => b1 ** t * productOf(t);
      return {
        oneMinusBeta1: 1 - b1,
        oneMinusBeta2: 1 - b2,
        gradientStep: (eta * (1 - mu(step))) / (1 - product(step)),
        momentStep: (eta * mu(step + 1)) / (1 - product(step + 1)),
        stepEpsilon: scalarOf(scalars, 'epsilon') * root,
      };
    },
    update(parameter, gradient, slots, scalar, decays) {
      const g = weightDecay > 0 && decays ? add(gradient, mul(parameter, scalar('weightDecay'))) : gradient;
      const m = add(mul(slotOf(slots, 'm'), scalar('beta1')), mul(g, scalar('oneMinusBeta1')));
      const v = add(mul(slotOf(slots, 'v'), scalar('beta2')), mul(mul(g, g), scalar('oneMinusBeta2')));
      const direction = add(mul(g, scalar('gradientStep')), mul(m, scalar('momentStep')));
      return { parameter: sub(parameter, div(direction, add(sqrt(v), scalar('stepEpsilon')))), slots: { m, v } };
    },
  };
}
