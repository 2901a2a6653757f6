/**
 * Multilayer perceptron: rows flattened, hidden layers with an activation and dropout, a linear layer to the outputs.
 * Rumelhart, Hinton & Williams 1986 (Nature 323).
 *   x [B, ...] of n numbers     → [B, outputs]
 * Parameters: Σ (nᵢ + 1) nᵢ₊₁ over n, hidden…, outputs; with batch norm 2 nᵢ for each hidden layer more and its bias less.
 */
import { isCount, requireOption } from '../errors.ts';
import { heUniform } from '../initializers.ts';
import type { Layer } from '../layer.ts';
import { activation, type ActivationName } from '../layers/activation.ts';
import { batchNorm } from '../layers/batch-norm.ts';
import { sequential } from '../layers/containers.ts';
import { dense } from '../layers/dense.ts';
import { dropout } from '../layers/dropout.ts';
import { flatten } from '../layers/flatten.ts';

export interface MlpOptions {
  /** Units of each hidden layer. */
  readonly hidden?: readonly number[];
  readonly activation?: ActivationName;
  /** Dropout after each hidden layer. */
  readonly dropout?: number;
  /** Batch norm before each activation. */
  readonly normalize?: boolean;
}

export function mlp(
  outputs: number,
  { hidden = [256, 256], activation: name = 'relu', dropout: rate = 0, normalize = false }: MlpOptions = {},
): Layer {
  requireOption(hidden.every(isCount), 'mlp', 'hidden', 'a list of integers >= 1', hidden);
  const block = (units: number): Layer[] => [
    dense(units, { useBias: !normalize, initializer: heUniform() }),
    ...(normalize ? [batchNorm()] : []),
    activation(name),
    ...(rate > 0 ? [dropout(rate)] : []),
  ];
  return sequential([flatten(), ...hidden.flatMap(block), dense(outputs)]);
}
