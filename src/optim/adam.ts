/**
 * Adam. Kingma & Ba 2015, arXiv:1412.6980, algorithm 1; and AdamW, Loshchilov & Hutter 2019, arXiv:1711.05101, algorithm 2.
 *   m ← β₁ m + (1 − β₁) g          first moment
 *   v ← β₂ v + (1 − β₂) g²         second moment
 *   θ ← θ − η m̂ / (√v̂ + ε)        m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ)
 * Both corrections are moved into two scalars of the step, as §2 of the paper does for speed; ε is that of algorithm 1:
 *   θ ← θ − ηₜ m / (√v + εₜ)       ηₜ = η √(1 − β₂ᵗ) / (1 − β₁ᵗ),  εₜ = ε √(1 − β₂ᵗ)
 * Weight decay: `adam` adds λθ to g (L2, PyTorch's Adam); `adamw` subtracts ηλθ from θ (decoupled, PyTorch's AdamW).
 * Differs from Keras, where ε = 1e-7 stands for εₜ.
 */
import { add, div, mul, sqrt, sub } from '#graph';
import { decay, keepScalar, type Optimizer, scalarOf, slotOf } from './optimizer.ts';
import { isNonNegative, isPositive, requireOption } from './options.ts';

export interface AdamOptions {
  /** η > 0. */
  readonly learningRate?: number;
  /** β₁ in [0, 1). */
  readonly beta1?: number;
  /** β₂ in [0, 1). */
  readonly beta2?: number;
  /** ε > 0. */
  readonly epsilon?: number;
  /** λ >= 0. With 0 the decay is left out, and it cannot be raised while training. */
  readonly weightDecay?: number;
}

/** Adam; `weightDecay` is L2 through the gradient. */
export const adam = (options: AdamOptions = {}): Optimizer => adamLike('adam', { weightDecay: 0, ...options });

/** Adam with decoupled weight decay, 0.01 by default. */
export const adamw = (options: AdamOptions = {}): Optimizer => adamLike('adamw', { weightDecay: 0.01, ...options });

function adamLike(
  kind: 'adam' | 'adamw',
  { learningRate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 }: AdamOptions,
): Optimizer {
  requireAdamOptions(kind, { learningRate, beta1, beta2, epsilon, weightDecay });
  const l2 = kind === 'adam' && weightDecay > 0;
  const decoupled = kind === 'adamw' && weightDecay > 0;
  return {
    kind,
    config: { learningRate, beta1, beta2, epsilon, weightDecay },
    slots: ['m', 'v'],
    scalars: { learningRate, beta1, beta2, epsilon, ...(weightDecay > 0 && { weightDecay }) },
    hostScalars(step, scalars) {
      const [b1, b2] = [scalarOf(scalars, 'beta1'), scalarOf(scalars, 'beta2')];
      const root = Math.sqrt(1 - b2 ** step);
      return {
        // 1 - β in float64: in float32 0.999 is already off by 1e-8, which is 1e-5 of 1 - 0.999.
        oneMinusBeta1: 1 - b1,
        oneMinusBeta2: 1 - b2,
        stepSize: (scalarOf(scalars, 'learningRate') * root) / (1 - b1 ** step),
        stepEpsilon: scalarOf(scalars, 'epsilon') * root,
        ...(decoupled && keepScalar(step, scalars)),
      };
    },
    update(parameter, gradient, slots, scalar, decays) {
      const g = l2 && decays ? add(gradient, mul(parameter, scalar('weightDecay'))) : gradient;
      const theta = decoupled && decays ? decay(parameter, scalar) : parameter;
      const m = add(mul(slotOf(slots, 'm'), scalar('beta1')), mul(g, scalar('oneMinusBeta1')));
      const v = add(mul(slotOf(slots, 'v'), scalar('beta2')), mul(mul(g, g), scalar('oneMinusBeta2')));
      const step = mul(div(m, add(sqrt(v), scalar('stepEpsilon'))), scalar('stepSize'));
      return { parameter: sub(theta, step), slots: { m, v } };
    },
  };
}

/** @internal What the members of Adam's family demand of their options. */
export function requireAdamOptions(
  kind: string,
  { learningRate, beta1, beta2, epsilon, weightDecay }: Required<AdamOptions>,
): void {
  requireOption(isPositive(learningRate), kind, 'learningRate', 'a number > 0', learningRate);
  requireOption(beta1 >= 0 && beta1 < 1, kind, 'beta1', 'a number in [0, 1)', beta1);
  requireOption(beta2 >= 0 && beta2 < 1, kind, 'beta2', 'a number in [0, 1)', beta2);
  requireOption(isPositive(epsilon), kind, 'epsilon', 'a number > 0', epsilon);
  requireOption(isNonNegative(weightDecay), kind, 'weightDecay', 'a number >= 0', weightDecay);
}
