/**
 * What may come between the gradients and the optimizer, and after it, in the order in which it is applied:
 *   l1, l2      g ← g + λ₁ sign(θ) + λ₂ θ, for parameters that decay. The loss that is reported stays the plain one.
 *   clipValue   g ← min(max(g, −c), c), each value by itself
 *   clipNorm    g ← g · min(1, c / (‖g‖ + 10⁻⁶)) with the norm over all parameters together. Pascanu et al. 2013, arXiv:1211.5063,
 *               algorithm 1, in PyTorch's form
 *   (the optimizer's step)
 *   maxNorm     w ← w · min(1, c / ‖w‖) for the weights w into each unit. Srivastava et al. 2014 (JMLR 15), §5.1
 * All four numbers are inputs of the graph.
 */
import { add, div, maximum, minimum, mul, neg, sign, sqrt, square, sum, type Tensor } from '#graph';
import { isNonNegative, isPositive, requireOption } from './options.ts';
import type { Scalars } from './optimizer.ts';

export interface Regularization {
  /** λ₁ >= 0. */
  readonly l1?: number;
  /** λ₂ >= 0. Through the gradient: for decoupled decay use the optimizer's `weightDecay`. */
  readonly l2?: number;
  readonly clipValue?: number;
  readonly clipNorm?: number;
  readonly maxNorm?: number;
}

/** @internal Those that are on, with their values: inputs of the step. */
export function regularizationScalars({ l1 = 0, l2 = 0, clipValue, clipNorm, maxNorm }: Regularization): Scalars {
  requireOption(isNonNegative(l1), 'train', 'l1', 'a number >= 0', l1);
  requireOption(isNonNegative(l2), 'train', 'l2', 'a number >= 0', l2);
  const bounds = { clipValue, clipNorm, maxNorm };
  const given = Object.entries(bounds).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  for (const [name, value] of given) requireOption(isPositive(value), 'train', name, 'a number > 0', value);
  return { ...(l1 > 0 && { l1 }), ...(l2 > 0 && { l2 }), ...Object.fromEntries(given) };
}

/** @internal The gradient of λ₁ Σ|θ| + λ₂/2 Σθ² added. */
export function penalized(
  gradient: Tensor,
  theta: Tensor,
  { l1 = 0, l2 = 0 }: Regularization,
  scalar: (name: string) => Tensor,
): Tensor {
  const withL2 = l2 > 0 ? add(gradient, mul(theta, scalar('l2'))) : gradient;
  return l1 > 0 ? add(withL2, mul(sign(theta), scalar('l1'))) : withL2;
}

/** @internal Clipped by value. */
export const clippedByValue = (gradient: Tensor, bound: Tensor): Tensor =>
  maximum(minimum(gradient, bound), neg(bound));

/** @internal ‖g‖ over all of them. */
export const globalNorm = (gradients: readonly Tensor[]): Tensor =>
  sqrt(gradients.map((g) => sum(square(g))).reduce((total, one) => add(total, one)));

/** @internal What clipping by norm multiplies every gradient with. */
export const clipFactor = (norm: Tensor, bound: Tensor): Tensor => minimum(div(bound, add(norm, 1e-6)), 1);

/**
 * @internal Each unit's weights held within the bound. A unit is a row of filters [O, I, kH, kW], a column of matrices [in, out] and
 * of [kernel, in, out]; other shapes are left alone.
 */
export function withinNorm(theta: Tensor, bound: Tensor): Tensor {
  const rank = theta.shape.length;
  if (rank < 2) return theta;
  const axes = rank === 4 ? [1, 2, 3] : theta.shape.slice(0, -1).map((_, i) => i);
  const norm = sqrt(sum(square(theta), { axes, keepDims: true }));
  return mul(theta, minimum(div(bound, maximum(norm, 1e-12)), 1)); // 1e-12: a unit of zeros stays zero
}
