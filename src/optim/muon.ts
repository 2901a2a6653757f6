/**
 * Muon: momentum whose matrices are made nearly orthogonal. Jordan et al. 2024, kellerjordan.github.io/posts/muon; the size of the
 * step after Liu et al. 2025, arXiv:2502.16982, eq. 4, so that a learning rate and weight decay of AdamW fit both kinds of parameter.
 *   b ← μ b + g;   X = g + μ b                                        (Nesterov's form)
 *   O = NewtonSchulz₅(X / ‖X‖):  five times A = X Xᵀ,  X ← a X + (b A + c A²) X
 *   θ ← θ − ηλ θ − η · 0.2 √max(rows, columns) · O
 * Matrices are the parameters that decay and have two axes or more; a filter bank [O, I, kH, kW] is the matrix [O, I·kH·kW].
 * Biases, norm parameters and vectors go by AdamW with the same η and λ.
 * Cost per matrix of n × m, n ≤ m: 5 (4 n² m + 2 n³) operations on top of momentum.
 */
import { add, div, mul, reshape, sqrt, square, sub, sum, type Tensor, transposeLast, matmul } from '#graph';
import { adamw } from './adam.ts';
import { decay, keepScalar, type Optimizer, slotOf } from './optimizer.ts';
import { isNonNegative, isPositive, requireOption } from './options.ts';

export interface MuonOptions {
  /** η > 0, of the size that AdamW would get. */
  readonly learningRate?: number;
  /** μ in (0, 1). */
  readonly momentum?: number;
  /** λ >= 0, decoupled. With 0 the decay is left out, and it cannot be raised while training. */
  readonly weightDecay?: number;
}

const COEFFICIENTS = [3.4445, -4.775, 2.0315] as const;
const ITERATIONS = 5;

export function muon({ learningRate = 1e-3, momentum = 0.95, weightDecay = 0.01 }: MuonOptions = {}): Optimizer {
  requireOption(isPositive(learningRate), 'muon', 'learningRate', 'a number > 0', learningRate);
  requireOption(momentum > 0 && momentum < 1, 'muon', 'momentum', 'a number in (0, 1)', momentum);
  requireOption(isNonNegative(weightDecay), 'muon', 'weightDecay', 'a number >= 0', weightDecay);
  const others = adamw({ learningRate, weightDecay });
  const isMatrix = (shape: readonly unknown[], decays: boolean): boolean => decays && shape.length >= 2;
  return {
    kind: 'muon',
    config: { learningRate, momentum, weightDecay },
    slots: (shape, decays) => (isMatrix(shape, decays) ? ['velocity'] : ['m', 'v']),
    scalars: { ...others.scalars, momentum },
    hostScalars: (step, scalars) => ({
      ...others.hostScalars?.(step, scalars),
      ...(weightDecay > 0 && keepScalar(step, scalars)),
    }),
    update(parameter, gradient, slots, scalar, decays) {
      if (!isMatrix(parameter.shape, decays)) return others.update(parameter, gradient, slots, scalar, decays);
      const mu = scalar('momentum');
      const velocity = add(mul(slotOf(slots, 'velocity'), mu), gradient);
      const [first = 1, ...rest] = parameter.shape.map(Number);
      const width = rest.reduce((product, n) => product * n, 1);
      const direction = orthogonalize(reshape(add(gradient, mul(velocity, mu)), [first, width]), first > width);
      const step = mul(reshape(direction, [first, ...rest]), 0.2 * Math.sqrt(Math.max(first, width)));
      const theta = weightDecay > 0 ? decay(parameter, scalar) : parameter;
      return { parameter: sub(theta, mul(step, scalar('learningRate'))), slots: { velocity } };
    },
  };
}

/** The quintic iteration pushes all singular values into about [0.7, 1.2]; `tall` matrices are turned, so that A is the small one. */
function orthogonalize(g: Tensor, tall: boolean): Tensor {
  const [a, b, c] = COEFFICIENTS;
  const flat = tall ? transposeLast(g) : g;
  let x = div(flat, add(sqrt(sum(square(flat))), 1e-7)); // 1e-7: a gradient of zeros stays zero
  for (let i = 0; i < ITERATIONS; i++) {
    const gram = matmul(x, transposeLast(x)); // [n, n]
    x = add(mul(x, a), matmul(add(mul(gram, b), mul(matmul(gram, gram), c)), x));
  }
  return tall ? transposeLast(x) : x;
}
