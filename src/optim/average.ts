/**
 * A moving average of the weights, kept in the graph beside them; evaluation and the saved model use it.
 * Polyak & Juditsky 1992; the exponential form with a rising decay as in Tarvainen & Valpola 2017, arXiv:1703.01780, and TensorFlow:
 *   θ̄ ← d θ̄ + (1 − d) θ       d = min(decay, (1 + t)/(10 + t)), so that the first weights are soon forgotten
 */
import { add, mul, type Tensor } from '#graph';
import { requireOption } from './options.ts';
import type { Scalars } from './optimizer.ts';

/** The variable that holds the average of a parameter. */
export const averageName = (parameter: string): string => `${parameter}@average`;

/** @internal */
export const requireAverageDecay = (decay: number): void =>
  requireOption(decay >= 0 && decay < 1, 'train', 'averageDecay', 'a number in [0, 1)', decay);

/** @internal */
export function averageScalars(step: number, decay: number): Scalars {
  const d = Math.min(decay, (1 + step) / (10 + step));
  return { averageKeep: d, averageTake: 1 - d };
}

/** @internal */
export const averaged = (average: Tensor, next: Tensor, scalar: (name: string) => Tensor): Tensor =>
  add(mul(average, scalar('averageKeep')), mul(next, scalar('averageTake')));
